"""Keeps the debug mode the first to see the signals that end the process.

A program that sets a handler replaces the one that was there. Those of faulthandler do
not call it. So the debug mode sets its own again after that: it makes its report, and
then it is the turn of the handler that the program has set.
"""

import functools


def keep_watch():
    """From now on, in this process."""
    import _signal
    import faulthandler

    for module, name in (
        (faulthandler, "enable"),
        (faulthandler, "disable"),
        (_signal, "signal"),
    ):
        _watch_after(module, name)


def _watch_after(module, name):
    from hpy.universal import _debug

    function = getattr(module, name)
    if hasattr(function, "__wrapped__"):
        return

    @functools.wraps(function)
    def call(*arguments, **keywords):
        try:
            return function(*arguments, **keywords)
        finally:
            _debug.watch_ends()

    setattr(module, name, call)
