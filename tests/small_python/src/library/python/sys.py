"""sys."""

import types
from collections import namedtuple

from _driver import exc_info, get_modules, read_line
from _driver import version as _version

_VersionInfo = namedtuple("_VersionInfo", "major minor micro releaselevel serial")

modules = get_modules()
platform = "linux"
byteorder = "little"
implementation = types.SimpleNamespace(name="moving_gc")
maxsize = 2**63 - 1
maxunicode = 0x10FFFF
version_info = _VersionInfo(3, 11, 0, "final", 0)
version = "3.11.0 [moving_gc " + _version() + "]"


class _Input:
    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readline(self):
        return read_line()


stdin = _Input()
