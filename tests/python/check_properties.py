"""Random sequences of context calls, against a model.

The extension `properties` plays them (tests/properties/extension); the number of
open handles must be the same after each.
"""

import hpy.universal
import properties

SEQUENCES = 5000
STEPS = 120


def identity(value):
    return value


for name, careful in [("careless", 0), ("careful", 1)]:
    print("begin", name, flush=True)
    try:
        properties.check(SEQUENCES, STEPS, careful, identity, hpy.universal._open_handles)
    except AssertionError as failure:
        print("FAILED", name, " ".join(str(failure).split()), flush=True)
    else:
        print("ok", name, flush=True)
print("done")
