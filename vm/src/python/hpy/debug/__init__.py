"""The debug mode of HPy: what extensions do wrong, and where.

The mode itself is chosen when an extension is imported, by the environment
variable HPY (`HPY=debug`, or `HPY=one:debug,other:debug`) or by
`hpy.universal.load(..., mode=MODE_DEBUG)`. Then broken rules are reported as
they happen. Handles that are left open are found by a LeakDetector, by the
pytest fixture `hpy_debug` of `hpy.debug.pytest`, or for a whole program by

    hpyvm -m hpy.debug script.py

The names that HPy documents are those of its own package `hpy.debug`.
"""

from .leakdetector import HPyDebugError, HPyLeakError, LeakDetector

__all__ = [
    "HPyDebugError",
    "HPyLeakError",
    "LeakDetector",
    "disable_handle_stack_traces",
    "set_handle_stack_trace_limit",
]


def set_handle_stack_trace_limit(limit):
    """Keep up to `limit` C frames of the place where a handle is opened or closed.

    Without this it is one: the line of C, below the Python stack.
    """
    from hpy.universal import _debug

    _debug.set_handle_stack_trace_limit(limit)


def disable_handle_stack_traces():
    """Keep but the line of C again."""
    set_handle_stack_trace_limit(None)
