# The pytest fixture says so where it can see nothing, as no module is in debug mode.
# packages: needed
import pytest
import untidy


def test_untidy(hpy_debug):
    untidy.leak(1)


class Outcomes:
    def pytest_runtest_logreport(self, report):
        print(report.when, report.outcome)

    def pytest_warning_recorded(self, warning_message):
        print(warning_message.message)


if __name__ == "__main__":
    options = "-s -p hpy.debug.pytest -p no:terminal -p no:cacheprovider"
    pytest.main([*options.split(), __file__], plugins=[Outcomes()])

#out> setup passed
#out> call passed
#out> teardown passed
#out> hpy_debug saw nothing: no HPy module is in debug mode (set HPY=debug)
