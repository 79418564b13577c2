"""Debug mode in tests: `from hpy.debug.pytest import hpy_debug` in a conftest.py,
or `-p hpy.debug.pytest` on pytest's command line.
"""

import pytest

from .leakdetector import LeakDetector


@pytest.fixture
def hpy_debug():
    """A LeakDetector around the test, which fails if the test leaves handles open."""
    with LeakDetector() as detector:
        yield detector
