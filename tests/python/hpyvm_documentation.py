"""Lets pytest run the test files of HPy's documentation under hpyvm.

Left out are, by what they use and not by name, the tests of the module `mixed`,
which needs CPython's own C API.
"""

import sys
import types

# The test file imports it on top; nothing that is run may use it.
sys.modules["mixed"] = types.ModuleType("mixed")


def is_out_of_reach(item):
    return "mixed" in item.function.__code__.co_names


def pytest_collection_modifyitems(config, items):
    out = [item for item in items if is_out_of_reach(item)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]
