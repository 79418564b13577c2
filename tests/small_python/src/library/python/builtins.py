"""Builtins that are best written in Python.

Iterators that Python makes lazily are made at once here, from all there is to
iterate over.
"""


from _driver import digits as _digits
from _driver import fixed as _fixed
from _driver import index as _index
from _driver import power as _power
from _driver import run as _run
from _driver import write as _write


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


def enumerate(iterable, start=0):
    pairs = []
    for item in iterable:
        pairs.append((start, item))
        start += 1
    return iter(pairs)


def _run_source(name, source, mode, globals, locals):
    if isinstance(source, str):
        source = compile(source, "<string>", mode)
    if globals is None:
        raise NotImplementedError(f"{name}() without globals")
    return _run(source, globals, globals if locals is None else locals)


def eval(source, globals=None, locals=None):
    return _run_source("eval", source, "eval", globals, locals)


def exec(source, globals=None, locals=None):
    _run_source("exec", source, "exec", globals, locals)


def filter(function, iterable):
    if function is None:
        return iter([item for item in iterable if item])
    return iter([item for item in iterable if function(item)])


def _one_of(characters, text):
    """The first character if it is one of these, and the rest."""
    taken = text[:1] if text[:1] in characters else ""
    return taken, text[len(taken):]


def _number(text):
    """The digits at the start, and the rest."""
    end = 0
    while text[end:end + 1] and text[end] in "0123456789":
        end += 1
    return text[:end], text[end:]


_BASES = {"x": 16, "X": 16, "o": 8, "b": 2}


def _converted(value, kind, precision, alternate):
    """The text for a value before the sign and the padding."""
    name = type(value).__name__
    is_int = isinstance(value, int)
    if not isinstance(value, (int, float, str)):
        raise TypeError(f"unsupported format string passed to {name}.__format__")
    if kind in ("", "s") and isinstance(value, str):
        return str(value)[:precision]
    if is_int and (kind == "d" or kind == "" and precision is None):
        return str(int(value))
    if is_int and kind in _BASES:
        digits = ("0" + kind if alternate else "") + _digits(abs(value), _BASES[kind])
        digits = digits.upper() if kind == "X" else digits
        return "-" + digits if value < 0 else digits
    if kind == "" and precision is None:
        return str(value)
    if kind in ("", "f", "F") and not isinstance(value, str):
        return _fixed(float(value), 6 if precision is None else precision)
    raise ValueError(f"Unknown format code '{kind}' for object of type '{name}'")


def format(value, specification=""):
    """`[[fill]align][sign][#][0][width][.precision][type]`"""
    if not specification:
        return str(value)
    fill, align, rest = " ", "", specification
    if rest[1:2] in ("<", ">", "=", "^"):
        fill, align, rest = rest[0], rest[1], rest[2:]
    else:
        align, rest = _one_of("<>=^", rest)
    sign, rest = _one_of("+- ", rest)
    alternate, rest = _one_of("#", rest)
    zero, rest = _one_of("0", rest)
    if zero and not align:
        fill, align = "0", "="
    width, rest = _number(rest)
    point, rest = _one_of(".", rest)
    precision, rest = _number(rest) if point else (None, rest)
    if len(rest) > 1 or precision == "":
        raise ValueError(f"Invalid format specifier '{specification}'")
    text = _converted(value, rest, precision and int(precision), alternate)
    is_number = isinstance(value, (int, float))
    if is_number and text[0] != "-" and sign in ("+", " "):
        text = sign + text
    missing = max(int(width or 0) - len(text), 0)
    align = align or (">" if is_number else "<")
    if align == "<":
        return text + fill * missing
    if align == "^":
        return fill * (missing // 2) + text + fill * (missing - missing // 2)
    if align == "=" and text[:1] in ("-", "+", " "):
        return text[0] + fill * missing + text[1:]
    return fill * missing + text


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


def pow(base, exp, mod=None):
    return _power(base, exp, mod)


def print(*values, sep=None, end=None, flush=False):
    text = (" " if sep is None else sep).join([str(value) for value in values])
    _write(text + ("\n" if end is None else end), flush)


def reversed(sequence):
    if hasattr(sequence, "__reversed__"):
        return sequence.__reversed__()
    return iter([sequence[i] for i in range(len(sequence) - 1, -1, -1)])


def round(number, ndigits=None):
    if isinstance(number, int):
        return number
    if not isinstance(number, float):
        raise TypeError("round() takes a number and digits")
    if ndigits is None:
        return int(_fixed(number, 0))
    return float(_fixed(number, max(ndigits, 0)))


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
