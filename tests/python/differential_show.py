"""A way to print values that is the same on every Python."""

import differential_types as types
from differential_classes import Convertible, Index, Plain, Raising, Slotted


def escape(value):
    return "".join(
        c if " " <= c <= "~" and c != "\\" else "\\%x;" % ord(c) for c in value
    )


BASES = (int, float, str, bytes, tuple, list, dict)


def show(value, depth=5):
    """A value as text that depends on the value alone."""
    kind = type(value)
    if kind is int:
        return str(value) if -(1 << 70) < value < 1 << 70 else "%x" % value + "h"
    if kind is str:
        return "'" + escape(value) + "'"
    if kind is float or kind is bool or value is None or kind is complex:
        return repr(value)
    if depth == 0:
        return "..."
    if kind is bytes or kind is bytearray:
        return kind.__name__ + "'" + escape(value.decode("latin-1")) + "'"
    if kind is tuple or kind is list:
        inner = ", ".join([show(item, depth - 1) for item in value])
        return "(" + inner + ")" if kind is tuple else "[" + inner + "]"
    if kind is dict:
        pairs = [show(k, depth - 1) + ": " + show(v, depth - 1) for k, v in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if kind is set or kind is frozenset:
        return kind.__name__ + str(sorted([show(item, depth - 1) for item in value]))
    if isinstance(value, type):
        return "<class " + value.__module__ + "." + value.__qualname__ + ">"
    if isinstance(value, BaseException):
        return kind.__name__ + show(value.args, depth - 1)
    if kind is slice:
        return "slice" + show((value.start, value.stop, value.step), depth - 1)
    if kind is range:
        return "range" + str((value.start, value.stop, value.step))
    if kind is Raising:
        return "Raising<" + value.exception.__name__ + ">"
    for base in BASES:
        if isinstance(value, base):
            plain = base(value) if base is not int and base is not float else base.__pos__(value)
            if base is str:
                plain = str.__str__(value) if type(value) is str else "".join(list(str.__iter__(value)))
            return kind.__name__ + "<" + show(plain, depth - 1) + ">"
    if kind is Plain or kind is Slotted:
        return kind.__name__ + "<" + show(value.number, depth - 1) + ">"
    if kind is Index or kind is Convertible:
        return kind.__name__ + "<" + show(value.value, depth - 1) + ">"
    if isinstance(value, types.Operators):
        return kind.__name__ + " " + types.Operators.__repr__(value)
    name = getattr(value, "__name__", None)
    return "<" + kind.__name__ + (" " + name if type(name) is str else "") + ">"
