"""hpy.debug: finding handles that some part of a program leaves open."""

from _driver import new_generation, open_handles, set_frames


class HPyDebugError(Exception):
    """An extension has misused HPy."""


class HPyLeakError(HPyDebugError):
    """Handles were left open. `leaks` has them as text, with where they were opened."""

    def __init__(self, leaks):
        super().__init__(leaks)
        self.leaks = leaks

    def __str__(self):
        return f"{len(self.leaks)} unclosed handles:\n" + "\n".join(self.leaks)


class LeakDetector:
    def __init__(self):
        self.generation = None

    def start(self):
        if self.generation is not None:
            raise ValueError("LeakDetector already started")
        self.generation = new_generation()

    def stop(self):
        if self.generation is None:
            raise ValueError("LeakDetector not started yet")
        leaks = open_handles(self.generation)
        if leaks:
            raise HPyLeakError(leaks)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, traceback):
        self.stop()


def set_handle_stack_trace_limit(limit):
    set_frames(limit or 1)


def disable_handle_stack_traces():
    set_frames(1)
