"""`hpy.universal._trace`: what the Python side of the trace mode is built on."""

import _hpy_trace
from _hpy_trace import get_folded, get_frequency, start_folding

__name__ = "hpy.trace._trace"

_UNCHANGED = object()


def get_durations():
    """Return a dict of the nanoseconds spent in each function of the context"""
    return {name: nanoseconds for name, _, nanoseconds in _hpy_trace.functions()}


def get_call_counts():
    """Return a dict of the number of calls of each function of the context"""
    return {name: calls for name, calls, _ in _hpy_trace.functions()}


def set_trace_functions(on_enter=_UNCHANGED, on_exit=_UNCHANGED):
    """Set the functions to call if an HPy API is entered/exited."""
    if on_enter is not _UNCHANGED:
        _hpy_trace.set_on_enter(on_enter)
    if on_exit is not _UNCHANGED:
        _hpy_trace.set_on_exit(on_exit)
