"""The calls: which functions there are, and what each is called with."""

import operator
import sys
import warnings

import differential_arguments as arguments
import differential_containers as containers
import differential_numbers as numbers
import differential_objects as objects
import differential_text as texts
import differential_types as types
import hpyerr
import hpytype
from differential_classes import Boom, Index, ListSub, Plain
from differential_values import (
    EXCEPTIONS, FLOATS, anything, callback, container, counted, decimal, integer, native,
    number, octets, odd, simple, simple_key, small, text,
)

CALLS = []


def add(function, *makers, name=None, tame=False):
    """A call with one argument from each maker; `tame` keeps sizes and
    exponents where neither memory nor time runs out."""
    prefix = function.__module__ if isinstance(function.__module__, str) else ""
    prefix = prefix.replace("differential_", "")
    name = name or (prefix + "." + function.__name__)
    CALLS.append((name, function, makers, tame))


def constant(*options):
    return lambda random: random.choose(options)


def mostly(maker):
    """What a function expects, and now and then something else."""
    return lambda random: anything(random) if random.below(6) == 0 else maker(random)


def tamed(values, power):
    """Sizes between "a few" and "impossible" would cost gigabytes."""
    result = []
    for value in values:
        if isinstance(value, Index):
            value.value = tamed([value.value], power)[0]
        if isinstance(value, int) and type(value) is not bool:
            if abs(value) > 64 and (power or abs(value) < 1 << 61):
                value = value % 64
        result.append(value)
    return result


# --- numbers ---
for name in sorted(vars(numbers)):
    function = getattr(numbers, name)
    if name.startswith(("as_", "unary_")):
        add(function, number, name="numbers." + name)
        add(function, mostly(number), name="numbers." + name)
    elif name.startswith("from_"):
        add(function, integer, name="numbers." + name)
    elif name.startswith("flag_"):
        add(function, anything, name="numbers." + name)
    elif name.startswith(("binary_", "inplace_")):
        tame = "multiply" in name or "shift" in name
        add(function, number, number, tame=tame, name="numbers." + name)
        add(function, anything, anything, tame=tame, name="numbers." + name)
        add(function, native, mostly(native), tame=tame, name="numbers." + name)
    elif name.startswith("ternary_"):
        maybe = lambda random: None if random.below(2) else small(random)
        add(function, number, number, maybe, tame=True, name="numbers." + name)
        add(function, anything, small, anything, tame=True, name="numbers." + name)
        add(function, native, mostly(native), maybe, tame=True, name="numbers." + name)
add(numbers.arithmetic_in_c, mostly(integer), mostly(number), name="numbers.arithmetic_in_c")


# --- objects ---
def has_attributes(random):
    which = random.below(6)
    if which == 0:
        return anything(random)
    if which == 1:
        return random.choose((native(random), hpytype.Vector(1.0, 2.0), types.Members()))
    if which == 2:
        return random.choose((Plain, ListSub, int, types.Members, Boom("x")))
    return Plain(small(random))


def subscriptable(random):
    which = random.below(5)
    return anything(random) if which == 0 else native(random) if which == 1 else container(random)


def key(random):
    which = random.below(5)
    if which == 0:
        return anything(random)
    if which == 1:
        parts = [None, 0, 1, -1, 2, 5, 1 << 63]
        return slice(random.choose(parts), random.choose(parts), random.choose(parts[:5]))
    return simple_key(random) if random.below(2) else small(random)


ATTRIBUTES = (
    "number", "method", "fails", "fixed", "shared", "absent", "__class__", "__doc__", "__dict__",
    "counter", "x", "tag", "fixed_tag", "letter", "label", "must", "int", "fixed_int", "append",
    "a\0b", "\ud800", "", "real", "__name__", "angle", "pair",
)
attribute = lambda random: random.choose(ATTRIBUTES)
index = lambda random: integer(random) if random.below(8) == 0 else small(random)
comparison = lambda random: random.below(6)
classes = lambda random: random.choose(
    (int, str, Plain, Boom, type, object, bool, types.Operators, containers.CountedInt, dict)
)

for name in ("get_attr", "has_attr", "del_attr"):
    add(getattr(objects, name), has_attributes, mostly(attribute), name="objects." + name)
    add(getattr(objects, name + "_s"), has_attributes, attribute, name="objects." + name + "_s")
add(objects.set_attr, has_attributes, mostly(attribute), anything, name="objects.set_attr")
add(objects.set_attr_s, has_attributes, attribute, anything, name="objects.set_attr_s")
for verb in ("get", "del"):
    add(getattr(objects, verb + "_item"), subscriptable, key, name=f"objects.{verb}_item")
    add(getattr(objects, verb + "_item_i"), subscriptable, index, name=f"objects.{verb}_item_i")
    add(getattr(objects, verb + "_item_s"), subscriptable, text, name=f"objects.{verb}_item_s")
add(objects.set_item, subscriptable, key, anything, name="objects.set_item")
add(objects.set_item_i, subscriptable, index, anything, name="objects.set_item_i")
add(objects.set_item_s, subscriptable, text, anything, name="objects.set_item_s")
for name in ("contains", "same_hash", "type_check", "is"):
    add(getattr(objects, name), subscriptable, anything, name="objects." + name)
for name in ("length", "repr", "str", "ascii", "bytes", "type", "global"):
    add(getattr(objects, name), anything, name="objects." + name)
    add(getattr(objects, name), native, name="objects." + name)
# The hash of a nan is that of the object.
HASHABLE = [value for value in FLOATS if value == value]
add(objects.hash, integer, name="objects.hash")
add(objects.hash, lambda random: random.choose(HASHABLE), name="objects.hash")
add(objects.hash, lambda random: types.Operators(random.below(6)), name="objects.hash")
for name in ("rich_compare", "rich_compare_bool"):
    add(getattr(objects, name), number, number, comparison, name="objects." + name)
    add(getattr(objects, name), anything, anything, comparison, name="objects." + name)
    add(getattr(objects, name), native, mostly(native), comparison, name="objects." + name)
add(objects.type_check, anything, classes, name="objects.type_check")
add(objects.is_subtype, classes, classes, name="objects.is_subtype")
add(objects.type_name, classes, name="objects.type_name")
add(objects.list_append, mostly(lambda random: [1]), anything, name="objects.list_append")
add(objects.dict_keys, mostly(container), name="objects.dict_keys")
add(objects.dict_copy, mostly(container), name="objects.dict_copy")
add(objects.dict_new, name="objects.dict_new")
for name in ("tuple_from_array", "built_list", "built_tuple", "cancelled"):
    add(getattr(objects, name), name="objects." + name)
    add(getattr(objects, name), anything, anything, anything, name="objects." + name)
add(objects.tracked, number, number, name="objects.tracked")
bound = lambda random: None if random.below(3) == 0 else mostly(integer)(random)


def slice_unpack(start, stop, step, length):
    return objects.slice_unpack(slice(start, stop, step), length)


add(slice_unpack, bound, bound, bound, constant(0, 1, 7, 1 << 62), name="objects.slice_unpack")


def call_named(function, first, name, value):
    return objects.call(function, first, **{name: value})


def call_method_named(target, method, name, value):
    return objects.call_method(method, target, **{name: value})


names = constant("first", "second", "third", "a", "base", "key", "\ud800", "")
add(objects.call, mostly(callback), name="objects.call")
add(objects.call, mostly(callback), anything, anything, name="objects.call")
add(call_named, mostly(callback), anything, names, simple, name="objects.call named")
add(objects.call_method, mostly(attribute), has_attributes, anything, name="objects.call_method")
add(call_method_named, has_attributes, attribute, names, simple, name="objects.call_method named")
sequence = lambda random: tuple(anything(random) for _ in range(random.below(4)))
keywords = lambda random: {random.choose(("first", "a", "b", 1)): 1 for _ in range(random.below(3))}
add(objects.call_tuple_dict, callback, mostly(sequence), mostly(keywords), name="objects.call_tuple_dict")
add(objects.call_tuple, mostly(callback), mostly(sequence), name="objects.call_tuple")
add(objects.call_nothing, mostly(callback), name="objects.call_nothing")
SOURCES = (
    "1 + 1", "x", "y = 3", "1 +", "", "raise ValueError('in')", "1 / 0", "[i for i in range(3)]",
    "def f(): pass", "\ud800", "'\u20ac'", "lambda", "x = (", "import sys", "  1", "0777", "None = 1",
    "__builtins__ is None",
)
scope = lambda random: {"x": 7} if random.below(6) else anything(random)
add(objects.evaluate, constant(*SOURCES), constant(0, 1, 2), scope, name="objects.evaluate")
MODULES = ("sys", "os.path", "absent.module", "", "json", "a\ud800", ".relative", "operator")
add(getattr(objects, "import"), constant(*MODULES), name="objects.import")

# --- text ---
for name in ("as_ascii", "as_latin1", "as_utf8", "as_utf8_and_size"):
    add(getattr(texts, name), mostly(text), name="text." + name)
add(texts.encode_fs, mostly(text), name="text.encode_fs")
for name in ("bytes_parts", "bytes_size", "from_string", "decode_fs", "decode_fs_and_size"):
    add(getattr(texts, name), mostly(octets), name="text." + name)
add(texts.bytes_of_size, octets, index, name="text.bytes_of_size")
add(texts.bytes_of_null, small, name="text.bytes_of_null")
handlers = constant(None, None, "strict", "ignore", "replace", "surrogateescape", "backslashreplace", "odd")
encodings = constant(None, "utf-8", "ascii", "latin-1", "utf-16-le", "cp1252", "no-such", "UTF8")
add(texts.decode_ascii, octets, handlers, name="text.decode_ascii")
add(texts.decode_latin1, octets, handlers, name="text.decode_latin1")
encoded = lambda random: container(random) if random.below(4) == 0 else octets(random)
add(texts.from_encoded_object, mostly(encoded), encodings, handlers, name="text.from_encoded_object")
add(texts.substring, text, index, index, name="text.substring")
add(texts.read_char, mostly(text), index, name="text.read_char")
WIDE = (b"", b"a\0\0\0", b"a\0\0\0b\0\0\0", b"\xac\x20\0\0", b"\0\xf6\x01\0", b"\0\xd8\0\0", b"\0\0\x11\0")
add(texts.from_wide, constant(*WIDE), constant(-1, 0, 1, 2, 3), name="text.from_wide")
add(texts.formatted, integer, anything, text, name="text.formatted")
number_below = lambda limit: lambda random: random.below(limit) - 1
add(texts.capsule, number_below(5), number_below(5), constant(0, 1, 2, 3), name="text.capsule")
add(texts.no_capsule, anything, constant(0, 1, 2), name="text.no_capsule")
optional = lambda random: None if random.below(2) else simple(random)
add(texts.context_var, text, optional, optional, optional, name="text.context_var")

# --- arguments and errors ---
UNITS = "bBhHiIlkLKnfdOps"


def format_text(random, keyword=False):
    parts = []
    wanted = random.below(4) + 1
    bar = random.below(6)
    for position in range(wanted):
        if position == bar:
            parts.append("|")
            if keyword and random.below(2):
                parts.append("$")
        # HPy's own parser reads the absent argument of an optional `p` or `s`.
        parts.append(random.choose(UNITS if bar >= position + 1 else UNITS[:-2]))
    if random.below(20) == 0:
        parts.append(random.choose("zq$|"))
    return "".join(parts) + random.choose(("", "", ":name", ";a message"))


argument = lambda random: random.choose((integer, integer, decimal, text, anything))(random)


def parse(format, count, *values):
    return arguments.parse(format, *values[:count])


def parse_keywords(format, count, named, *values):
    keywords = dict(zip(named, values[count:]))
    return arguments.parse_keywords(format, *values[:count], **keywords)


def unit_format(random):
    return random.choose(UNITS)


add(parse, unit_format, constant(1), argument, name="arguments.parse")
add(parse, unit_format, constant(1), number, name="arguments.parse")
add(parse, format_text, number_below(6), argument, argument, argument, argument, name="arguments.parse")
named = constant("", "a", "ab", "ba", "c", "abcd", "x", "ad", "\ud800")
add(
    parse_keywords, lambda random: format_text(random, True), constant(0, 1, 1, 2, 3), named,
    argument, argument, argument, argument, name="arguments.parse_keywords",
)
add(arguments.build_value, number_below(11), integer, mostly(decimal), anything, name="arguments.build_value")
raised = lambda random: random.choose(EXCEPTIONS + (OSError, OSError, FileNotFoundError))
numbers_of_errors = constant(0, 1, 2, 13, 11, 17, 104, 110, 9999)
add(arguments.errno_objects, mostly(raised), numbers_of_errors, anything, name="arguments.errno_objects")
add(arguments.errno_objects, raised, numbers_of_errors, text, text, name="arguments.errno_objects")


def unraisable(function, about):
    seen = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda event: seen.append(
        (event.exc_type, event.exc_value, event.err_msg, event.object is about)
    )
    try:
        result = arguments.unraisable(function, about)
    finally:
        sys.unraisablehook = hook
    return result, seen


add(unraisable, callback, odd, name="arguments.unraisable")
match = lambda random: random.choose((raised, lambda r: (raised(r), raised(r)), anything))(random)
add(arguments.matches, callback, match, name="arguments.matches")
add(arguments.map, mostly(callback), mostly(container), name="arguments.map")
add(arguments.map, callback, native, name="arguments.map")
add(hpyerr.raise_string, mostly(raised), text, name="hpyerr.raise_string")
add(hpyerr.raise_object, mostly(raised), anything, name="hpyerr.raise_object")
add(hpyerr.raise_formatted, anything, name="hpyerr.raise_formatted")
add(hpyerr.raise_errno, numbers_of_errors, name="hpyerr.raise_errno")
add(hpyerr.raise_errno_of, numbers_of_errors, text, name="hpyerr.raise_errno_of")
add(hpyerr.raise_no_memory, name="hpyerr.raise_no_memory")
add(hpyerr.raise_twice, name="hpyerr.raise_twice")
for name in ("call", "replace", "set_and_clear_around"):
    add(getattr(hpyerr, name), mostly(callback), name="hpyerr." + name)
add(hpyerr.attempt, callback, match, name="hpyerr.attempt")


def new_exception(name, doc, base, scope):
    kind = hpyerr.new_exception(name, doc, base, scope)
    return kind.__name__, kind.__module__, kind.__doc__, kind.__mro__[1:], "x" in vars(kind)


dotted = constant("m.Name", "plain", "a.b.C", "", ".x", "m.\u20ac", "m.")
bases = lambda random: random.choose((None, ValueError, (KeyError, IndexError), OSError, 7, int))
scopes = lambda random: random.choose((None, None, {"x": 1}, 3))
add(new_exception, dotted, constant("doc", ""), mostly(bases), scopes, name="hpyerr.new_exception")


def warn(action, category, message):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(action)
        hpyerr.warn(category, message)
    return [(item.category, str(item.message)) for item in seen]


kinds = constant(UserWarning, DeprecationWarning, RuntimeWarning, ValueError, int, None)
add(warn, constant("error", "always", "ignore"), mostly(kinds), text, name="hpyerr.warn")


# --- types, used by Python ---
def member(make, name, value):
    target = make()
    before = getattr(target, name, "absent")
    setattr(target, name, value)
    return before, getattr(target, name), getattr(target, "fixed_" + name, "absent")


def member_delete(make, name):
    target = make()
    target.object = target.object_ex = 5
    delattr(target, name)
    return getattr(target, name)


MEMBERS = sorted(name for name in vars(types.Members) if not name.startswith(("_", "fixed_")))
members = lambda random: random.choose((types.Members, lambda: types.Members(1)))
member_name = lambda random: ("fixed_" if random.below(8) == 0 else "") + random.choose(MEMBERS)
for maker in (integer, number, text, anything):
    add(member, members, member_name, maker, name="types.member")
add(member_delete, members, member_name, name="types.member_delete")

BINARY = (
    "add", "sub", "mul", "mod", "lshift", "rshift", "and_", "xor", "or_", "floordiv", "truediv",
    "matmul", "pow", "iadd", "isub", "imul", "imod", "ilshift", "irshift", "iand", "ixor", "ior",
    "ifloordiv", "itruediv", "imatmul", "ipow", "lt", "le", "eq", "ne", "gt", "ge", "concat",
    "contains", "getitem", "delitem",
)
for name in BINARY:
    function = getattr(operator, name)
    tame = name.strip("i") in ("mul", "lshift", "pow")
    add(function, native, mostly(native), tame=tame, name="python." + name)
    add(function, anything, native, tame=tame, name="python." + name)
for name in ("neg", "pos", "abs", "invert", "index", "not_", "truth", "length_hint"):
    add(getattr(operator, name), native, name="python." + name)
for function in (repr, str, int, float, bool, len, list, tuple, iter, complex, round, sorted):
    add(function, native, name="python." + function.__name__)
add(divmod, native, mostly(native), name="python.divmod")
add(pow, native, small, lambda random: None if random.below(2) else native(random), name="python.pow3")
add(operator.setitem, native, key, anything, name="python.setitem")


def reflected(value, name, other):
    return getattr(value, name)(other)


DUNDERS = tuple(
    f"__{prefix}{name}__"
    for name in ("add", "sub", "mul", "mod", "divmod", "lshift", "and", "matmul", "floordiv", "pow")
    for prefix in ("", "r", "i")
) + ("__getitem__", "__contains__", "__eq__", "__lt__", "__delitem__", "__call__", "__rmul__")
add(reflected, native, constant(*DUNDERS), mostly(native), tame=True, name="python.dunder")


def called(value, *args):
    return value(*args[:2], **{args[2]: args[3]})


add(called, native, simple, simple, names, simple, name="python.call")


def count(value, start):
    value.counter = start
    return value.count_up(), value.count_up(), value.counter


add(count, counted, mostly(small), name="types.count_up")


def vector(x, y, other):
    a = hpytype.Vector(x, y)
    return repr(a), repr(a + a), repr(a * 2), abs(a), a == other, list(a), a[1], str(a), a.pair


add(vector, mostly(decimal), mostly(decimal), anything, name="hpytype.vector")


def vector_attribute(name, value):
    vector = hpytype.Vector3(1.0, 2.0)
    setattr(vector, name, value)
    return getattr(vector, name), repr(vector), vector.angle, bool(vector), hash(vector)


vector_names = constant("x", "y", "z", "tag", "fixed_tag", "letter", "flag", "label", "extra", "must", "pair", "angle", "no")
add(vector_attribute, vector_names, anything, name="hpytype.vector_attribute")
add(vector_attribute, vector_names, number, name="hpytype.vector_attribute")


def construct(kind, args, keywords):
    # CPython lays the C structs of these two over digits and items.
    if kind is containers.CountedInt and isinstance(args[0] if args else 0, (float, int)):
        args = (7,) + args[1:]
    if kind is containers.CountedTuple:
        args = ((1,),) + args[1:]
    return kind(*args, **keywords)


constructed = constant(
    types.Operators, types.Members, containers.Sequence, containers.Mapping, containers.CountedInt,
    containers.CountedFloat, containers.CountedStr, containers.CountedTuple,
    containers.CountedList, hpytype.Vector, hpytype.Vector3, hpytype.Sealed,
)
named_arguments = lambda random: random.choose(({}, {}, {}, {"x": 1.5}, {"tag": 2}, {"no": 1}))
add(construct, constructed, sequence, named_arguments, name="types.construct")


def subclass(name, bases):
    kind = type(name, bases, {"__slots__": ("own",)})
    return kind.__mro__, kind.__basicsize__ > object.__basicsize__


class_pairs = lambda random: tuple(constructed(random) for _ in range(random.below(2) + 1))
add(subclass, constant("Made", ""), class_pairs, name="types.subclass")
