"""os: the environment, as far as it is HPy's."""

from _driver import environment

environ = environment()
