"""Values to call with, made from numbers that are the same on every Python."""

import differential_containers as containers
import differential_types as types
from differential_classes import (
    Boom, BytesSub, Convertible, CountedIntSub, CountedListSub, DictSub, FloatSub, Index,
    IntSub, ListSub, MappingSub, OperatorsOverride, OperatorsSub, Plain, Raising, SequenceSlots,
    SequenceSub, Slotted, StrSub, TupleSub,
)

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
