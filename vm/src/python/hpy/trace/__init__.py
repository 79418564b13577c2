"""The trace mode of HPy: which functions extensions call, how often and how long.

The mode itself is chosen when an extension is imported, by the environment
variable HPY (`HPY=trace`, or `HPY=one:trace,other:trace`) or by
`hpy.universal.load(..., mode=MODE_TRACE)`. For a whole program there is

    hpyvm -m hpy.trace script.py

The names that HPy documents are those of its own package `hpy.trace`.
"""

from hpy.universal import _trace

__all__ = [
    "get_call_counts",
    "get_durations",
    "get_frequency",
    "set_trace_functions",
]

get_call_counts = _trace.get_call_counts
get_durations = _trace.get_durations
get_frequency = _trace.get_frequency
set_trace_functions = _trace.set_trace_functions
