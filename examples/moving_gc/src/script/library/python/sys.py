"""sys."""

import types

from _driver import exc_info, get_modules

modules = get_modules()
platform = "linux"
byteorder = "little"
implementation = types.SimpleNamespace(name="moving_gc")
maxsize = 2**63 - 1
maxunicode = 0x10FFFF
version_info = (3, 11, 0, "final", 0)
