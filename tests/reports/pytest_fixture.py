# The pytest fixture and what a leak detector raises.
# packages: needed
import os

os.environ["HPY"] = "debug"

import hpy.debug
import pytest
import untidy


def test_tidy(hpy_debug):
    assert untidy.tidy(1) == 2


def test_untidy(hpy_debug):
    for word in ("one", "two"):
        untidy.leak(word)  # here: leak


class Outcomes:
    def pytest_runtest_logreport(self, report):
        print(report.when, report.outcome)
        if report.failed:
            print(report.longrepr.reprcrash.message)


if __name__ == "__main__":
    options = "-s -p hpy.debug.pytest -p no:terminal -p no:cacheprovider"
    pytest.main([*options.split(), __file__], plugins=[Outcomes()])  # here: pytest
    hpy.debug.set_handle_stack_trace_limit(5)
    try:
        with hpy.debug.LeakDetector():
            for number in range(25):
                untidy.first([str(number)])  # here: first
    except hpy.debug.HPyDebugError as error:
        print(len(error.leaks), *str(error).splitlines()[-8:], sep="\n")
    hpy.debug.disable_handle_stack_traces()

#out> setup passed
#out> call passed
#out> teardown passed
#out> setup passed
#out> call passed
#out> teardown failed
#out> hpy.debug.leakdetector.HPyLeakError: 2 unclosed handles:
#out>     <DebugHandle 0x* for 'one'>
#out>     <DebugHandle 0x* for 'two'>
#out>     Allocation stacktrace:
#out>         leak_impl at untidy.c:@leak, in untidy.hpy0.so
#out>         test_untidy at pytest_fixture.py:@leak
#out>         <module> at pytest_fixture.py:@pytest
#out> 25
#out>     <DebugHandle 0x* for '17'>
#out>     <DebugHandle 0x* for '18'>
#out>     <DebugHandle 0x* for '19'>
#out>     and 5 more
#out>     Allocation stacktrace:
#out>         forget at untidy.c:@forget, in untidy.hpy0.so
#out>         first_impl at untidy.c:@first, in untidy.hpy0.so
#out>         <module> at pytest_fixture.py:@first
