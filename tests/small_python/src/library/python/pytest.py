"""pytest: what test functions use of it."""

import re


class Skipped(BaseException):
    """The test has asked not to be run."""


class Failed(AssertionError):
    """The test has failed without an assert."""


def skip(reason=""):
    raise Skipped(reason)


def fail(reason=""):
    raise Failed(reason)


class ExceptionInfo:
    """What `raises` has caught; filled in when the block ends."""

    def __repr__(self):
        return f"<ExceptionInfo {self.value!r}>"

    @property
    def type(self):
        return type(self.value)

    def match(self, regexp):
        assert re.search(regexp, str(self.value)), (
            f"the pattern {regexp!r} is not in {str(self.value)!r}"
        )
        return True


class _Raises:
    def __init__(self, expected, match):
        self.expected = expected
        self.match = match

    def __enter__(self):
        self.info = ExceptionInfo()
        return self.info

    def __exit__(self, cls, value, traceback):
        if cls is None:
            raise Failed(f"DID NOT RAISE {self.expected!r}")
        if not issubclass(cls, self.expected):
            return False
        self.info.value = value
        if self.match is not None:
            self.info.match(self.match)
        return True


def raises(expected_exception, *args, match=None, **kwargs):
    manager = _Raises(expected_exception, match)
    if not args:
        return manager
    with manager as info:
        args[0](*args[1:], **kwargs)
    return info


def fixture(*args, **kwargs):
    """Fixtures are the runner's: the function is left as it is."""
    if args and callable(args[0]):
        return args[0]
    return lambda function: function


class _Mark:
    """Marks do nothing to the function: the runner reads those it knows."""

    def syncgc(self, function):
        return function

    def usefixtures(self, *names):
        return lambda function: function


mark = _Mark()
