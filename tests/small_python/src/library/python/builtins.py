"""Builtins that are best written in Python.

Iterators that Python makes lazily are made at once here, from all there is to
iterate over.
"""


from _driver import index as _index


def all(iterable):
    for item in iterable:
        if not item:
            return False
    return True


def any(iterable):
    for item in iterable:
        if item:
            return True
    return False


def bin(value):
    return format(_index(value), "#b")


def hex(value):
    return format(_index(value), "#x")


class bytearray:
    """A list of bytes. Extensions get at it as at any object: by `__bytes__`."""

    def __init__(self, source=()):
        self._bytes = [0] * source if isinstance(source, int) else list(bytes(source))

    def __bytes__(self):
        return bytes(self._bytes)

    def __repr__(self):
        return f"bytearray({bytes(self)!r})"

    def __len__(self):
        return len(self._bytes)

    def __getitem__(self, index):
        return self._bytes[index]

    def __setitem__(self, index, value):
        self._bytes[index] = value

    def __iter__(self):
        return iter(self._bytes)

    def __eq__(self, other):
        return bytes(self) == bytes(other)

    __hash__ = None

    def append(self, item):
        self._bytes.append(item)


def enumerate(iterable, start=0):
    pairs = []
    for item in iterable:
        pairs.append((start, item))
        start += 1
    return iter(pairs)


def filter(function, iterable):
    if function is None:
        return iter([item for item in iterable if item])
    return iter([item for item in iterable if function(item)])


def map(function, iterable, *more):
    if not more:
        return iter([function(item) for item in iterable])
    return iter([function(*items) for items in zip(iterable, *more)])


def _extreme(better, args, key, default):
    items = list(args[0]) if len(args) == 1 else args
    if not items:
        if default:
            return default[0]
        raise ValueError("iterable argument is empty")
    best = items[0]
    for item in items[1:]:
        a, b = (item, best) if key is None else (key(item), key(best))
        if better(a, b):
            best = item
    return best


def max(*args, key=None, **default):
    return _extreme(lambda a, b: a > b, args, key, list(default.values()))


def min(*args, key=None, **default):
    return _extreme(lambda a, b: a < b, args, key, list(default.values()))


def reversed(sequence):
    if hasattr(sequence, "__reversed__"):
        return sequence.__reversed__()
    return iter([sequence[i] for i in range(len(sequence) - 1, -1, -1)])


def sorted(iterable, *, key=None, reverse=False):
    pairs = [(item if key is None else key(item), item) for item in iterable]
    for end in range(1, len(pairs)):
        at = end
        while at > 0:
            before, here = pairs[at - 1], pairs[at]
            if not (before[0] < here[0] if reverse else here[0] < before[0]):
                break
            pairs[at - 1], pairs[at] = here, before
            at -= 1
    return [item for _, item in pairs]


def sum(iterable, start=0):
    for item in iterable:
        start = start + item
    return start


def vars(object):
    return object.__dict__


def zip(*iterables):
    columns = [list(iterable) for iterable in iterables]
    if not columns:
        return iter([])
    rows = []
    for index in range(min([len(column) for column in columns])):
        rows.append(tuple([column[index] for column in columns]))
    return iter(rows)


class _DictView:
    """`dict.keys()`, `values()` and `items()`."""

    def __init__(self, dict):
        self._dict = dict

    def __len__(self):
        return len(self._dict)

    def __repr__(self):
        return f"{type(self).__name__[1:]}({list(self)!r})"


class _SetLikeView(_DictView):
    __hash__ = None

    def __eq__(self, other):
        if not isinstance(other, _SetLikeView):
            return NotImplemented
        return len(self) == len(other) and all([item in other for item in self])


class _dict_keys(_SetLikeView):
    def __iter__(self):
        return iter(self._dict)

    def __contains__(self, key):
        return key in self._dict


class _dict_items(_SetLikeView):
    def __iter__(self):
        return iter([(key, self._dict[key]) for key in self._dict])

    def __contains__(self, item):
        key, value = item
        return key in self._dict and self._dict[key] == value


class _dict_values(_DictView):
    def __iter__(self):
        return iter([self._dict[key] for key in self._dict])


def _field(path, args, kwargs, automatic):
    """The value for `{path}` of a template."""
    name, *attributes = path.split(".")
    if name == "" or name[0] in "0123456789":
        index = int(name or automatic)
        if index >= len(args):
            raise IndexError(
                f"Replacement index {index} out of range for positional args tuple"
            )
        value = args[index]
    else:
        value = kwargs[name]
    for attribute in attributes:
        value = getattr(value, attribute)
    return value


def _str_format(template, *args, **kwargs):
    """`str.format`: `{}`, `{0}`, `{name}`, with attributes, conversions and
    specifications."""
    parts, automatic, at = [], 0, 0
    while at < len(template):
        here = template[at]
        if here not in "{}":
            tail = template[at:]
            places = [place for place in (tail.find("{"), tail.find("}")) if place > 0]
            end = at + min([*places, len(tail)])
            parts.append(template[at:end])
            at = end
            continue
        if template[at + 1:at + 2] == here:
            parts.append(here)
            at += 2
            continue
        length = template[at:].find("}")
        if length <= 0:
            raise ValueError(f"Single '{here}' encountered in format string")
        field, _, specification = template[at + 1:at + length].partition(":")
        path, _, conversion = field.partition("!")
        value = _field(path, args, kwargs, automatic)
        if path.partition(".")[0] == "":
            automatic += 1
        if conversion:
            value = {"r": repr, "s": str}[conversion](value)
        parts.append(format(value, specification))
        at += length + 1
    return "".join(parts)
