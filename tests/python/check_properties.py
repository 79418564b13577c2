"""Random sequences of context calls, against a model.

The extension `properties` plays them (tests/properties/extension); the number of
open handles must be the same after each. In debug mode rules may be broken by
careless sequences only.
"""

import hpy.universal
import properties
from hpy.universal import _debug

SEQUENCES = 5000
STEPS = 120


def identity(value):
    return value


# The program goes on after broken rules, and no closed handle is remembered.
_debug.set_going_on(True)
_debug.set_closed_handles_queue_max_size(0)


def violations():
    return sum(violation["times"] for violation in _debug.get_violations())


for name, careful in [("careless", 0), ("careful", 1)]:
    print("begin", name, flush=True)
    before = violations()
    try:
        properties.check(SEQUENCES, STEPS, careful, identity, hpy.universal._open_handles)
    except AssertionError as failure:
        print("FAILED", name, " ".join(str(failure).split()), flush=True)
    else:
        found = violations() - before
        if (found > 0) == (not careful and "properties" in _debug.get_modules()):
            print("ok", name, flush=True)
        else:
            print("FAILED", name, f"{found} violations", flush=True)
print("done")
