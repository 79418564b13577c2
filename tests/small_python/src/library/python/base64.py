"""base64: b85encode."""

from _driver import b85encode
