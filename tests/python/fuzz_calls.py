"""Hostile calls of every context function, which the extension `properties` plays.

The variable HPYVM_FUZZ says which ones; `cargo run --package hpyvm-fuzz` sets it, and
watches the process. The number of open handles must be the same after each input.
"""

import sys
import warnings

import hpy.universal
import properties
from hpy.universal import _debug

# Nothing that inputs have Python write is of interest.
warnings.simplefilter("ignore")
sys.unraisablehook = lambda unraisable: None

# The program goes on after broken rules, and no closed handle is remembered.
_debug.set_going_on(True)
_debug.set_closed_handles_queue_max_size(0)


def identity(value=None, *rest, **keywords):
    return value


try:
    keeps_types = "properties" in _debug.get_modules()
    properties.fuzz(identity, hpy.universal._open_handles, keeps_types)
except AssertionError as failure:
    sys.exit(str(failure))
