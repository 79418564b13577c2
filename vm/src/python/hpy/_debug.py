"""`hpy.universal._debug`: what the Python side of the debug mode is built on."""

import _hpy_debug
from _hpy_debug import (
    get_closed_handles_queue_max_size,
    get_modules,
    get_protected_raw_data_max_size,
    get_violations,
    last_report,
    new_generation,
    prepare_fork,
    report_at_end,
    set_closed_handles_queue_max_size,
    set_going_on,
    set_handle_stack_trace_limit,
    set_on_invalid_builder_handle,
    set_on_invalid_handle,
    set_protected_raw_data_max_size,
    start_detector,
    stop_detector,
    watch_ends,
    write_report,
)

__name__ = "hpy.debug._debug"


def get_open_handles(generation, /):
    """Return a list containing all the open handles whose generation is >= of
    the given arg
    """
    return [DebugHandle(index) for index in _hpy_debug.open_handles(generation)]


def get_closed_handles(generation=0, /):
    """Return a list of all the closed handle in the cache"""
    return [DebugHandle(index) for index in _hpy_debug.closed_handles(generation)]


def _property(name, doc):
    return property(lambda self: _hpy_debug.look(self.id, name), doc=doc)


class DebugHandle:
    """One handle. Several of these may stand for the same one, and compare equal
    then.
    """

    __slots__ = ("_id",)

    def __init__(self, index):
        self._id = index

    @property
    def id(self):
        """A numeric identifier representing the underlying universal handle"""
        return self._id

    obj = _property("obj", "The object which the handle points to")
    is_closed = _property("is_closed", "Self-explanatory")
    raw_data_size = _property("raw_data_size", "Size of retained raw memory. FOR TESTS ONLY.")

    # These are not in HPy's own class.
    place = _property(
        "place", "A key that handles have in common which were opened at the same place"
    )
    opened = _property("opened", "The C frames of the place where the handle was opened")
    closed = _property("closed", "The C frames of the place where the handle was closed")
    python = _property("python", "The Python frames above the place where the handle was opened")

    def _force_close(self):
        """Close the underlying handle. FOR TESTS ONLY."""
        _hpy_debug.force_close(self._id)

    def __eq__(self, other):
        return self._id == other._id if isinstance(other, DebugHandle) else NotImplemented

    __hash__ = object.__hash__

    def __repr__(self):
        if self.is_closed:
            return f"<DebugHandle {self._id:#x} CLOSED>"
        return f"<DebugHandle {self._id:#x} for {self.obj!r}>"
