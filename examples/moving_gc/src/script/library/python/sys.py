"""sys."""

import types
from collections import namedtuple

from _driver import exc_info, get_modules

_VersionInfo = namedtuple("_VersionInfo", "major minor micro releaselevel serial")

modules = get_modules()
platform = "linux"
byteorder = "little"
implementation = types.SimpleNamespace(name="moving_gc")
maxsize = 2**63 - 1
maxunicode = 0x10FFFF
version_info = _VersionInfo(3, 11, 0, "final", 0)
