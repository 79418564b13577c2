"""Keeps the debug mode the first to see the signals that end the process.

A program that sets a handler replaces the one that was there. Those of faulthandler do
not call it. So the debug mode sets its own again after that: it makes its report, and
then it is the turn of the handler that the program has set.
"""

import functools

_is_kept = False


def keep_watch():
    """From now on, in this process and those that it forks."""
    global _is_kept
    from hpy.universal import _debug

    if not _is_kept:
        _is_kept = True
        _watch_through_changes(_debug)
    _debug.watch_ends()


def _watch_through_changes(debug):
    import _signal
    import faulthandler
    import os

    _watch_after(faulthandler, "enable", debug)
    _watch_after(faulthandler, "disable", debug)
    _watch_after(_signal, "signal", debug)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=debug.prepare_fork,
            after_in_parent=debug.watch_ends,
            after_in_child=debug.watch_ends,
        )


def _watch_after(module, name, debug):
    function = getattr(module, name)

    @functools.wraps(function)
    def call(*arguments, **keywords):
        try:
            return function(*arguments, **keywords)
        finally:
            debug.watch_ends()

    setattr(module, name, call)
