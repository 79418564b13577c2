"""Debug mode in tests: `from hpy.debug.pytest import hpy_debug` in a conftest.py,
or `-p hpy.debug.pytest` on pytest's command line.
"""

import warnings

import pytest
from hpy.universal import _debug

from .leakdetector import LeakDetector


@pytest.fixture
def hpy_debug():
    """A LeakDetector around the test, which fails if the test leaves handles open."""
    with LeakDetector() as detector:
        yield detector
    if not _debug.get_modules():
        warnings.warn("hpy_debug saw nothing: no HPy module is in debug mode (set HPY=debug)")
