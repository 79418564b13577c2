"""Finding handles that were opened in some part of a program and not closed."""

from hpy import _ends
from hpy.universal import _debug

from . import report


class HPyDebugError(Exception):
    """An extension has misused HPy."""


class HPyLeakError(HPyDebugError):
    """Handles were left open. `leaks` has them, as objects of `_debug.DebugHandle`."""

    def __init__(self, leaks):
        super().__init__(leaks)
        self.leaks = leaks

    def __str__(self):
        count = report.count(len(self.leaks), "unclosed handle")
        places = report.leaks_of(self.leaks)
        return "\n".join([count + ":", *(f"    {line}" for place in places for line in place)])


class LeakDetector:
    """Raises HPyLeakError at its end if handles are open that it saw being opened.

        with LeakDetector():
            extension.function()

    Extensions that were not loaded in debug mode open no such handles.
    """

    def __init__(self):
        self.generation = None

    def start(self):
        if self.generation is not None:
            raise ValueError("LeakDetector already started")
        self.generation = _debug.start_detector()
        _ends.keep_watch()

    def stop(self):
        __tracebackhide__ = True  # for pytest: the frame says nothing
        if self.generation is None:
            raise ValueError("LeakDetector not started yet")
        leaks = _debug.get_open_handles(self.generation)
        _debug.stop_detector(self.generation, bool(leaks))
        if leaks:
            raise HPyLeakError(leaks)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, traceback):
        __tracebackhide__ = True
        self.stop()
