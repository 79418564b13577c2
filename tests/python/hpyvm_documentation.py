"""Lets pytest run the test files of HPy's documentation under hpyvm.

Two kinds of tests are left out, by what they use and not by name: those of the
module `mixed`, which needs CPython's own C API, and those of the debug and trace
modes, which hpyvm does not have yet.
"""

import inspect
import sys
import types

# The test file imports it on top; nothing that is run may use it.
sys.modules["mixed"] = types.ModuleType("mixed")

MODES = ("hpy.debug", "hpy.trace", "env['HPY']")


def is_out_of_reach(item):
    source = inspect.getsource(item.function)
    return (
        "mixed" in item.function.__code__.co_names
        or "hpy_debug" in item.fixturenames
        or any(mode in source for mode in MODES)
    )


def pytest_collection_modifyitems(config, items):
    out = [item for item in items if is_out_of_reach(item)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]
