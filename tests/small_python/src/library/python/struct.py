"""struct: C's integers and floats, with C's sizes on this platform and its alignment
where there is more than one item of a native format."""

from _driver import float_bits, float_of_bits, index

_SIZES = {"b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "f": 4}
for _code in "lLqQnNPd":
    _SIZES[_code] = 8
_SIGNED = "bhilqn"


def _items(format):
    is_native = format[:1] not in ("<", "=")
    items, at = [], 0
    for code in format.lstrip("<=@"):
        if code not in _SIZES:
            raise ValueError(f"bad char in struct format: {code}")
        size = _SIZES[code]
        if is_native:
            at += -at % size
        items.append((code, at, size))
        at += size
    return items, at


def calcsize(format):
    return _items(format)[1]


def pack(format, *values):
    items, length = _items(format)
    if len(items) != len(values):
        raise ValueError(f"pack expected {len(items)} items for packing (got {len(values)})")
    parts, end = [], 0
    for (code, at, size), value in zip(items, values):
        number = float_bits(value, size) if code in "fd" else index(value)
        try:
            part = number.to_bytes(size, "little", signed=code in _SIGNED)
        except OverflowError:
            raise ValueError(f"'{code}' format requires a number in its range")
        parts.append(bytes(at - end) + part)
        end = at + size
    return b"".join(parts)


def unpack(format, data):
    items, length = _items(format)
    data = bytes(data)
    if len(data) < length:
        raise ValueError("unpack requires a longer buffer")
    values = []
    for code, at, size in items:
        part = data[at:at + size]
        number = int.from_bytes(part, "little", signed=code in _SIGNED)
        if code in "fd":
            number = float_of_bits(number, size)
        values.append(number != 0 if code == "?" else number)
    return tuple(values)
