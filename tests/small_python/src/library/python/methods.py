"""Methods of builtin classes that are best written in Python.

What a class here has is added to the builtin class of its name, where there is one; the
other classes become builtins themselves. The VM finds these methods as it finds those
of any class, so `%` and `str()` come by here as well.
"""

from _driver import index as _index
from _driver import new_range as _new_range
from _driver import new_slice as _new_slice

_WHITESPACE = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


class property:
    def __init__(self, fget=None, fset=None, fdel=None, doc=None):
        self.fget = fget
        self.fset = fset
        self.fdel = fdel
        self.__doc__ = doc
        self._name = ""

    def __set_name__(self, owner, name):
        self._name = name

    def _missing(self, instance, what):
        kind = type(instance).__name__
        raise AttributeError(f"property '{self._name}' of '{kind}' object has no {what}")

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.fget is None:
            raise AttributeError("unreadable attribute")
        return self.fget(instance)

    def __set__(self, instance, value):
        if self.fset is None:
            self._missing(instance, "setter")
        self.fset(instance, value)

    def __delete__(self, instance):
        if self.fdel is None:
            self._missing(instance, "deleter")
        self.fdel(instance)

    def setter(self, function):
        return property(self.fget, function, self.fdel, self.__doc__)

    def deleter(self, function):
        return property(self.fget, self.fset, function, self.__doc__)


class int:
    real = numerator = property(lambda self: +self)
    imag = 0

    def to_bytes(self, length=1, byteorder="big", *, signed=False):
        if self < 0 and not signed:
            raise OverflowError("can't convert negative int to unsigned")
        rest = self >> (8 * length - 1 if signed and length else 8 * length)
        if rest not in (0, -1):
            raise OverflowError("int too big to convert")
        parts = [self >> 8 * at & 255 for at in range(length)]
        return bytes(reversed(parts) if byteorder == "big" else parts)

    @classmethod
    def from_bytes(cls, bytes, byteorder="big", *, signed=False):
        value = 0
        for byte in bytes if byteorder == "big" else reversed(bytes):
            value = value << 8 | byte
        if signed and bytes and value >> 8 * len(bytes) - 1:
            value -= 1 << 8 * len(bytes)
        return cls(value)


class float:
    real = property(lambda self: +self)


def _has_affix(text, affix, part):
    """Whether `part` of a text of some length is the affix, or one of several."""
    for one in affix if isinstance(affix, tuple) else (affix,):
        if not isinstance(one, (str, bytes)) or isinstance(one, str) != isinstance(text, str):
            raise TypeError("startswith first arg must be str or a tuple of str")
        if part(len(one)) == one:
            return True
    return False


def _startswith(self, prefix):
    return _has_affix(self, prefix, lambda length: self[:length])


def _endswith(self, suffix):
    return _has_affix(self, suffix, lambda length: self[max(len(self) - length, 0):])


def _stripped(text, chars, left, right):
    if chars is None:
        chars = _WHITESPACE
    start, end = 0, len(text)
    while left and start < end and text[start] in chars:
        start += 1
    while right and start < end and text[end - 1] in chars:
        end -= 1
    return text[start:end]


def _words(text):
    words, start = [], None
    for at, here in enumerate(text + " "):
        if here not in _WHITESPACE:
            start = at if start is None else start
        elif start is not None:
            words.append(text[start:at])
            start = None
    return words


_CONVERSIONS = {
    "s": lambda value: str(value),
    "r": repr,
    "d": lambda value: str(int(value)),
    "i": lambda value: str(int(value)),
    "x": lambda value: format(_index(value), "x"),
    "f": lambda value: format(float(value), "f"),
}


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


class str:
    startswith = _startswith
    endswith = _endswith

    def __mod__(self, values):
        rest = list(values) if isinstance(values, tuple) else [values]
        parts, at = [], 0
        found = self.find("%")
        while found >= 0:
            parts.append(self[at:found])
            kind, at = self[found + 1:found + 2], found + 2
            if kind == "(":
                end = self.find(")", at)
                rest = [values[self[at:end]]]
                kind, at = self[end + 1:end + 2], end + 2
            if kind == "%":
                parts.append(kind)
            elif not rest:
                raise TypeError("not enough arguments for format string")
            elif kind not in _CONVERSIONS:
                raise ValueError("unsupported format character")
            else:
                parts.append(_CONVERSIONS[kind](rest.pop(0)))
            found = self.find("%", at)
        if rest and isinstance(values, tuple):
            raise TypeError("not all arguments converted during string formatting")
        return "".join([*parts, self[at:]])

    def count(self, part):
        count, at = 0, self.find(part)
        while at >= 0:
            count += 1
            at = self.find(part, at + (len(part) or 1))
        return count

    def format(self, *args, **kwargs):
        """`{}`, `{0}`, `{name}`, with attributes, conversions and specifications."""
        parts, automatic, at = [], 0, 0
        while at < len(self):
            here = self[at]
            if here not in "{}":
                places = [place for place in (self.find("{", at), self.find("}", at)) if place > 0]
                end = min([*places, len(self)])
                parts.append(self[at:end])
                at = end
                continue
            if self[at + 1:at + 2] == here:
                parts.append(here)
                at += 2
                continue
            end = self.find("}", at)
            if end <= at:
                raise ValueError(f"Single '{here}' encountered in format string")
            field, _, specification = self[at + 1:end].partition(":")
            path, _, conversion = field.partition("!")
            value = _field(path, args, kwargs, automatic)
            if path.partition(".")[0] == "":
                automatic += 1
            if conversion:
                value = {"r": repr, "s": str}[conversion](value)
            parts.append(format(value, specification))
            at = end + 1
        return "".join(parts)

    def index(self, part):
        at = self.find(part)
        if at < 0:
            raise ValueError("substring not found")
        return at

    def lstrip(self, chars=None):
        return _stripped(self, chars, True, False)

    def partition(self, sep):
        parts = self.split(sep, 1)
        return (parts[0], sep, parts[1]) if len(parts) == 2 else (self, "", "")

    def replace(self, old, new, count=-1):
        parts = self.split(old, count) if old else ["", *self, ""]
        if 0 <= count < len(parts) - 1:
            parts[count:] = ["".join(parts[count:])]
        return new.join(parts)

    def rpartition(self, sep):
        at = self.find(sep)
        if not sep:
            raise ValueError("empty separator")
        if at < 0:
            return "", "", self
        following = self.find(sep, at + 1)
        while following >= 0:
            at, following = following, self.find(sep, following + 1)
        return self[:at], sep, self[at + len(sep):]

    def rstrip(self, chars=None):
        return _stripped(self, chars, False, True)

    def split(self, sep=None, maxsplit=-1):
        if sep is None:
            return _words(self)
        if sep == "":
            raise ValueError("empty separator")
        parts, at = [], 0
        found = self.find(sep)
        while found >= 0 and len(parts) != maxsplit:
            parts.append(self[at:found])
            at = found + len(sep)
            found = self.find(sep, at)
        return [*parts, self[at:]]

    def splitlines(self):
        lines = self.replace("\r\n", "\n").split("\n")
        return lines if lines[-1] else lines[:-1]

    def strip(self, chars=None):
        return _stripped(self, chars, True, True)


class bytes:
    startswith = _startswith
    endswith = _endswith


def _count(self, wanted):
    return len([item for item in self if item is wanted or item == wanted])


def _position(self, wanted):
    for at, item in enumerate(self):
        if item is wanted or item == wanted:
            return at
    raise ValueError(f"{wanted!r} is not in list")


class tuple:
    count = _count
    index = _position


class list:
    count = _count
    index = _position

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __imul__(self, count):
        self[:] = self * count
        return self

    def clear(self):
        self[:] = []

    def copy(self):
        return self[:]

    def extend(self, iterable):
        self[len(self):] = iterable

    def insert(self, index, item):
        self[index:index] = [item]

    def pop(self, index=-1):
        if not self:
            raise IndexError("pop from empty list")
        if not -len(self) <= index < len(self):
            raise IndexError("pop index out of range")
        item = self[index]
        del self[index]
        return item

    def remove(self, item):
        try:
            index = self.index(item)
        except ValueError:
            raise ValueError("list.remove(x): x not in list") from None
        del self[index]


def _equal_parts(self, other):
    if not isinstance(other, type(self)):
        return NotImplemented
    return (self.start, self.stop, self.step) == (other.start, other.stop, other.step)


def _parts(name, args, start, step):
    """Start, stop and step, by the rule for one, two or three arguments."""
    if not 1 <= len(args) <= 3:
        raise TypeError(f"{name} expected 1 to 3 arguments, got {len(args)}")
    return (start, args[0], step) if len(args) == 1 else (*args, step)[:3]


class slice:
    __eq__ = _equal_parts

    def __new__(cls, *args):
        return _new_slice(*_parts("slice", args, None, None))

    def __repr__(self):
        return f"slice({self.start!r}, {self.stop!r}, {self.step!r})"


class range:
    __eq__ = _equal_parts

    def __new__(cls, *args):
        start, stop, step = _parts("range", args, 0, 1)
        if _index(step) == 0:
            raise ValueError("range() arg 3 must not be zero")
        return _new_range(start, stop, step)

    def __repr__(self):
        step = "" if self.step == 1 else f", {self.step}"
        return f"range({self.start}, {self.stop}{step})"


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


class dict:
    def __init__(self, other=(), /, **more):
        dict.update(self, other, **more)

    def __eq__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        if len(self) != len(other):
            return False
        for key in self:
            if key not in other:
                return False
            mine, theirs = self[key], other[key]
            if mine is not theirs and mine != theirs:
                return False
        return True

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        merged = dict(self)
        merged.update(other)
        return merged

    def __repr__(self):
        parts = [f"{key!r}: {dict.__getitem__(self, key)!r}" for key in self]
        return "{" + ", ".join(parts) + "}"

    def clear(self):
        for key in [*self]:
            dict.__delitem__(self, key)

    def copy(self):
        return dict(self)

    def items(self):
        return _dict_items(self)

    def keys(self):
        return _dict_keys(self)

    def pop(self, key, *default):
        if default and not dict.__contains__(self, key):
            return default[0]
        value = dict.__getitem__(self, key)
        dict.__delitem__(self, key)
        return value

    def setdefault(self, key, default=None):
        if not dict.__contains__(self, key):
            dict.__setitem__(self, key, default)
        return dict.__getitem__(self, key)

    def update(self, other=(), /, **more):
        if isinstance(other, dict):
            pairs = [(key, dict.__getitem__(other, key)) for key in other]
        elif hasattr(other, "keys"):
            pairs = [(key, other[key]) for key in other.keys()]
        else:
            pairs = [tuple(pair) for pair in other]
        for at, pair in enumerate([*pairs, *more.items()]):
            if len(pair) != 2:
                raise ValueError(
                    f"dictionary update sequence element #{at} has length {len(pair)}; 2 is required"
                )
            dict.__setitem__(self, *pair)

    def values(self):
        return _dict_values(self)


class _Set:
    """The keys of a dict."""

    def __init__(self, iterable=()):
        self._items = {item: None for item in iterable}

    def __contains__(self, item):
        return item in self._items

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        if not self:
            return f"{type(self).__name__}()"
        return "{" + ", ".join([repr(item) for item in self]) + "}"

    def __eq__(self, other):
        if not isinstance(other, _Set):
            return NotImplemented
        return len(self) == len(other) and all([item in other for item in self])

    def _combined(self, other, mine, theirs):
        if not isinstance(other, _Set):
            return NotImplemented
        kept = [item for item in self if mine(item in other)]
        return set(kept + [item for item in other if theirs(item in self)])

    def __and__(self, other):
        return self._combined(other, lambda both: both, lambda both: False)

    def __or__(self, other):
        return self._combined(other, lambda both: True, lambda both: True)

    def __sub__(self, other):
        return self._combined(other, lambda both: not both, lambda both: False)

    def __xor__(self, other):
        return self._combined(other, lambda both: not both, lambda both: not both)


class set(_Set):
    def add(self, item):
        self._items[item] = None

    def remove(self, item):
        del self._items[item]


class frozenset(_Set):
    def __hash__(self):
        return sum([hash(item) for item in self])


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


class memoryview:
    """The VM's memory view has the buffer and its bytes; items are `struct`'s."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.release()

    def __len__(self):
        return self.shape[0] if self.shape else 1

    def _item(self, index):
        """Which item an index means, and its format."""
        try:
            index = _index(index)
        except TypeError:
            kind = type(index).__name__
            raise TypeError(
                f"memoryview indices must be integers or slices, not {kind}"
            ) from None
        code = self.format.lstrip("@=<")
        if code not in tuple("Bcb?hHiIlqnLQNfd"):
            raise NotImplementedError(f"memoryview: format {self.format} not supported")
        return index + len(self) if index < 0 else index, "B" if code == "c" else code

    def __getitem__(self, index):
        from struct import unpack

        if isinstance(index, slice):
            if not isinstance(self.obj, bytes):
                raise NotImplementedError("slices of a memoryview of other objects than bytes")
            # What never changes looks the same as its copy.
            return memoryview(self.tobytes()[index])
        place, code = self._item(index)
        return unpack(code, self._read(place))[0]

    def __setitem__(self, index, value):
        from struct import pack

        if self.readonly:
            raise TypeError("cannot modify read-only memory")
        place, code = self._item(index)
        try:
            item = pack(code, value)
        except ValueError:
            message = f"memoryview: invalid value for format '{self.format}'"
            raise ValueError(message) from None
        self._write(place, item)

    def tolist(self):
        return [item for item in self]


class BaseException:
    def __repr__(self):
        return f"{type(self).__name__}({', '.join([repr(arg) for arg in self.args])})"

    def with_traceback(self, traceback):
        return self


class KeyError:
    def __str__(self):
        return repr(self.args[0]) if len(self.args) == 1 else BaseException.__str__(self)


class StopIteration:
    value = property(lambda self: self.args[0] if self.args else None)


class SystemExit:
    code = property(lambda self: self.args[0] if self.args else None)


class OSError:
    errno = strerror = filename = filename2 = None

    def __init__(self, *args):
        if 2 <= len(args) <= 5:
            parts = [*args, None, None, None]
            self.errno, self.strerror, self.filename, _, self.filename2 = parts[:5]
            args = args[:2]
        self.args = args

    def __str__(self):
        if self.errno is None or self.strerror is None:
            return BaseException.__str__(self)
        text = f"[Errno {self.errno}] {self.strerror}"
        if self.filename is not None:
            text += f": {self.filename!r}"
        if self.filename2 is not None:
            text += f" -> {self.filename2!r}"
        return text


def _unicode_error(self, *args):
    if len(args) != 5:
        raise TypeError(f"function takes exactly 5 arguments ({len(args)} given)")
    self.args = args
    self.encoding, self.object, self.start, self.end, self.reason = args


def _places(error, verb, what, shown):
    """What stands in the way, and where."""
    place = f"{what}s in position {error.start}-{max(error.end - 1, 0)}"
    if error.end == error.start + 1 and error.start < len(error.object):
        place = f"{what} {shown(error.object[error.start])} in position {error.start}"
    return f"'{error.encoding}' codec can't {verb} {place}: {error.reason}"


class UnicodeDecodeError:
    __init__ = _unicode_error

    def __str__(self):
        return _places(self, "decode", "byte", lambda byte: f"0x{byte:02x}")


def _quoted(character):
    from codecs import _escaped

    return f"'{_escaped(character)}'"


class UnicodeEncodeError:
    __init__ = _unicode_error

    def __str__(self):
        return _places(self, "encode", "character", _quoted)
