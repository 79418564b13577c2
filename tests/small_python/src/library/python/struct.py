"""struct: pack and unpack."""

from _driver import pack, unpack


def calcsize(format):
    return len(pack(format, *([0] * len(format.lstrip("<>=!@")))))
