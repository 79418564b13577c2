"""Values to call with, made from numbers that are the same on every Python,
and a way to print values that is the same on every Python."""

import differential_containers as containers
import differential_types as types

MASK = (1 << 32) - 1


class Random:
    """A xorshift generator of our own: what `random` does with a seed is no
    promise between implementations. Its numbers stay below 63 bits."""

    def __init__(self, seed, index):
        state = (seed * 0x9E3779B1 + index * 0x85EBCA6B + 0x2545F491) & MASK
        self.state = state or 1
        for _ in range(4):
            self.below(2)

    def below(self, limit):
        x = self.state
        x ^= (x << 13) & MASK
        x ^= x >> 17
        x ^= (x << 5) & MASK
        self.state = x
        return (x >> 3) % limit

    def choose(self, options):
        return options[self.below(len(options))]


class Boom(Exception):
    """What callbacks raise."""


class IntSub(int):
    pass


class FloatSub(float):
    pass


class StrSub(str):
    pass


class BytesSub(bytes):
    pass


class TupleSub(tuple):
    pass


class ListSub(list):
    pass


class DictSub(dict):
    def __missing__(self, key):
        if key == "raise":
            raise Boom("missing")
        return ("missing", key)


class Plain:
    shared = "shared"

    def __init__(self, number):
        self.number = number

    def method(self, *args, **kwargs):
        return args, sorted(kwargs.items())

    @property
    def fails(self):
        raise Boom("property")

    @property
    def fixed(self):
        return self.number


class Slotted:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Index:
    """Converts to numbers, not always to the right kind."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Convertible(Index):
    def __int__(self):
        return self.value

    def __float__(self):
        return self.value

    def __bool__(self):
        return self.value

    def __len__(self):
        return self.value

    def __repr__(self):
        return self.value

    def __str__(self):
        return self.value

    def __bytes__(self):
        return self.value

    def __hash__(self):
        return self.value

    def __eq__(self, other):
        return self.value


class Raising:
    """Raises from whatever is asked of it."""

    def __init__(self, exception):
        self.exception = exception

    def fail(self, *args):
        raise self.exception("raised")

    __index__ = __int__ = __float__ = __bool__ = __len__ = __repr__ = __str__ = fail
    __bytes__ = __hash__ = __eq__ = __lt__ = __add__ = __radd__ = __iadd__ = fail
    __getitem__ = __setitem__ = __delitem__ = __contains__ = __call__ = __iter__ = fail
    __neg__ = __mul__ = __pow__ = __abs__ = __getattr__ = fail


class OperatorsSub(types.Operators):
    """A subclass that leaves everything to the native type."""


class OperatorsOverride(types.Operators):
    """A subclass that overrides and asks its base."""

    def __add__(self, other):
        return ("python add", super().__add__(other))

    def __rsub__(self, other):
        return ("python rsub", super().__rsub__(other))

    def __iadd__(self, other):
        return ("python iadd", super().__iadd__(other))

    def __eq__(self, other):
        return ("python eq", super().__eq__(other))

    __hash__ = types.Operators.__hash__

    def __bool__(self):
        return not super().__bool__()

    def __repr__(self):
        return "sub " + super().__repr__()


class SequenceSub(containers.Sequence):
    def __getitem__(self, index):
        return ("python", super().__getitem__(index))


class SequenceSlots(containers.Sequence):
    __slots__ = ("extra",)


class MappingSub(containers.Mapping):
    def __call__(self, *args, **kwargs):
        return ("python", super().__call__(*args, **kwargs))

    def __len__(self):
        return super().__len__() + 1


class CountedIntSub(containers.CountedInt):
    pass


class CountedListSub(containers.CountedList):
    pass


EXCEPTIONS = (
    ValueError, TypeError, KeyError, IndexError, OverflowError, StopIteration, Boom,
    ZeroDivisionError, AttributeError, MemoryError, RecursionError, OSError, KeyboardInterrupt,
    GeneratorExit, NotImplementedError,
)
WIDTHS = (7, 8, 15, 16, 30, 31, 32, 47, 48, 51, 52, 53, 62, 63, 64, 65, 100, 127, 128, 1023, 1024)
FLOATS = (
    0.0, -0.0, 0.5, -1.0, 1.0, 1.5, 2.5, -2.5, 0.1, 1e16, 1e22, -1e-7, 1e308, -1e308, 5e-324,
    2.2250738585072014e-308, 2.0**31, -(2.0**31), 2.0**32, 2.0**53, 2.0**53 + 2, 2.0**63,
    -(2.0**63), 2.0**64, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"),
    3.4028234663852886e38, 3.5e38, 1e-45,
)
TEXTS = (
    "", "a", "b", "abc", "number", "method", "fails", "raise", "shared", "\0", "a\0b", "\x7f",
    "\x80", "\xe9", "\xff", "\u0100", "\u20ac", "\ud800", "a\udcffb", "\udcc3\udca9", "\uffff",
    "\U0001f600", "e\u0301", "1", " 12 ", "1_000", "0x10", "-7", "1e5", "nan", "inf", "x" * 300,
    "\n", "'", '"', "\\", "%", "%d", "%s %s", "{}", "\u0663", "__class__", "__dict__", "append",
    "keys", "upper", "real",
)
BYTES = (
    b"", b"a", b"abc", b"\0", b"a\0b", b"\x7f", b"\x80", b"\xff\xfe", b"\xc3\xa9", b"\xc3",
    b"\xe2\x82\xac", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"12",
    b"1_0", b" 7 ", b"x" * 70, b"a\xffb\xfec",
)


def integer(random):
    which = random.below(10)
    if which < 4:
        return random.below(12) - 3
    if which == 4:
        return random.choose((True, False))
    edge = (1 << random.choose(WIDTHS)) + random.below(5) - 2
    return -edge if random.below(2) else edge


def small(random):
    return random.below(14) - 5


def decimal(random):
    return random.choose(FLOATS)


def text(random):
    which = random.below(8)
    if which == 0:
        return StrSub(random.choose(TEXTS))
    if which == 1:
        return random.choose(TEXTS) + random.choose(TEXTS)
    return random.choose(TEXTS)


def octets(random):
    if random.below(8) == 0:
        return BytesSub(random.choose(BYTES))
    return random.choose(BYTES)


def number(random):
    which = random.below(8)
    if which < 4:
        return integer(random)
    if which < 6:
        return decimal(random)
    if which == 6:
        return IntSub(integer(random)) if random.below(2) else FloatSub(decimal(random))
    return complex(decimal(random), 1.0) if random.below(3) == 0 else odd(random)


def simple(random):
    which = random.below(9)
    if which < 3:
        return integer(random)
    if which < 5:
        return text(random)
    if which == 5:
        return decimal(random)
    if which == 6:
        return octets(random)
    return random.choose((None, True, Ellipsis, NotImplemented, int, str, Boom))


def items(random, depth):
    return [anything(random, depth - 1) for _ in range(random.below(5))]


def container(random, depth=2):
    which = random.below(12)
    if which == 0:
        return random.choose((range(5), range(3, -3, -2), slice(1, 2), frozenset((1, 2)), {3}))
    if which == 1:
        return bytearray(octets(random))
    if which == 2:
        return memoryview(octets(random))
    if which < 5:
        return tuple(items(random, depth))
    if which < 8:
        return items(random, depth)
    if which == 8:
        return random.choose((ListSub, TupleSub))(items(random, depth))
    kind = DictSub if which == 9 else dict
    return kind((simple_key(random), anything(random, depth - 1)) for _ in range(random.below(5)))


def simple_key(random):
    which = random.below(4)
    if which == 0:
        return random.below(6) - 2
    if which == 1:
        return None if random.below(2) else (1, "a")
    return random.choose(TEXTS)


def odd(random):
    """Objects whose methods do what they should not."""
    which = random.below(5)
    if which == 0:
        return Raising(random.choose(EXCEPTIONS))
    if which == 1:
        return Index(integer(random) if random.below(3) else simple(random))
    if which == 2:
        return Convertible(simple(random))
    if which == 3:
        return Slotted(integer(random))
    return Plain(integer(random))


def native(random):
    """Instances of our own types and of their subclasses."""
    which = random.below(4)
    if which == 0:
        kind = random.choose((types.Operators, OperatorsSub, OperatorsOverride))
        return kind(random.below(6))
    if which == 1:
        kind = random.choose((containers.Sequence, SequenceSub, SequenceSlots))
        return kind(random.below(6) - 1)
    if which == 2:
        return random.choose((containers.Mapping, MappingSub))(random.below(5) - 1)
    return counted(random)


def counted(random):
    which = random.below(5)
    if which == 0:
        return random.choose((containers.CountedInt, CountedIntSub))(small(random))
    if which == 1:
        return containers.CountedFloat(decimal(random))
    if which == 2:
        return containers.CountedStr(random.choose(TEXTS))
    if which == 3:
        return containers.CountedTuple((small(random),))
    return random.choose((containers.CountedList, CountedListSub))([small(random), 2])


def callback(random):
    """Something to call: most of the time it raises."""
    which = random.below(6)
    if which < 3:
        exception = random.choose(EXCEPTIONS)
        arguments = random.choose(((), ("text",), (1, "two"), (None,)))

        def raising(*args, **kwargs):
            raise exception(*arguments)

        return raising
    if which == 3:

        def chained(*args, **kwargs):
            try:
                raise KeyError("inner")
            except KeyError as error:
                raise Boom("outer") from error

        return chained
    if which == 4:
        return lambda *args, **kwargs: (args, sorted(kwargs.items()))
    return random.choose((len, int, str, Plain, dict, print_nothing, Boom, ValueError))


def print_nothing(first, second=2, *, third=3):
    return [first, second, third]


def anything(random, depth=2):
    which = random.below(16)
    if depth > 0 and which < 4:
        return container(random, depth)
    if which < 9:
        return simple(random)
    if which < 11:
        return number(random)
    if which < 13:
        return odd(random)
    if which < 15:
        return native(random)
    return callback(random)


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
