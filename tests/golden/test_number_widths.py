# Numbers at the edges of every width, the errors beyond them, and arithmetic
# in C on numbers of every size.
# module: widths
from golden import show, show_type
import widths as w


class Indexable:
    def __index__(self):
        return 41


class Floatable:
    def __float__(self):
        return 0.5


# Inside of each width: what goes in comes out.
for function, low, high in (
    (w.as_int32, -(2**31), 2**31 - 1),
    (w.as_uint32, 0, 2**32 - 1),
    (w.as_int64, -(2**63), 2**63 - 1),
    (w.as_uint64, 0, 2**64 - 1),
    (w.as_size, 0, 2**64 - 1),
    (w.as_ssize, -(2**63), 2**63 - 1),
    (w.as_pointer, 0, 2**64 - 1),
):
    around = {low, low + 1, 0, 1, high - 1, high}
    # Where a handle may change from an immediate to an object.
    around |= {s * 2**b + d for b in (31, 32, 46, 47, 48, 52, 53) for s in (1, -1) for d in (-1, 0, 1)}
    inside = [n for n in sorted(around) if low <= n <= high]
    print(function.__name__, all(function(n) == n and type(function(n)) is int for n in inside))
    #> as_int32 True
    #> as_uint32 True
    #> as_int64 True
    #> as_uint64 True
    #> as_size True
    #> as_ssize True
    #> as_pointer True

# One beyond each end.
show(w.as_int32, 2**31)  #> OverflowError: Python int too large to convert to C int32_t
show(w.as_int32, -(2**31) - 1)  #> OverflowError: Python int too large to convert to C int32_t
show(w.as_int32, 2**63)  #> OverflowError: Python int too large to convert to C long
show(w.as_uint32, 2**32)  #> OverflowError: Python int too large to convert to C uint32_t
show(w.as_uint32, -1)  #> OverflowError: Python int too large to convert to C uint32_t
show(w.as_int64, 2**63)  #> OverflowError: int too big to convert
show(w.as_int64, -(2**63) - 1)  #> OverflowError: int too big to convert
show(w.as_uint64, 2**64)  #> OverflowError: int too big to convert
show(w.as_uint64, -1)  #> OverflowError: can't convert negative int to unsigned
show(w.as_size, 2**64)  #> OverflowError: Python int too large to convert to C size_t
show(w.as_size, -1)  #> OverflowError: can't convert negative value to size_t
show(w.as_ssize, 2**63)  #> OverflowError: Python int too large to convert to C ssize_t
show(w.as_ssize, -(2**63) - 1)  #> OverflowError: Python int too large to convert to C ssize_t
show(w.as_uint32_mask, 2**40 + 5)  #> 5
show(w.as_uint32_mask, -1)  #> 4294967295
show(w.as_uint64_mask, 2**70 + 5)  #> 5
show(w.as_uint64_mask, -1)  #> 18446744073709551615
show(w.edges)  #> (-2147483648, 4294967295, -9223372036854775808, 18446744073709551615, 9223372036854775807, 0, -9223372036854775808)

# Other types.
show(w.as_int32, True)  #> 1
show(w.as_int32, Indexable())  #> 41
show(w.as_int64, Indexable())  #> 41
show(w.as_uint32_mask, Indexable())  #> 41
show(w.as_int64, 3.5)  #> TypeError: 'float' object cannot be interpreted as an integer
show(w.as_int64, "3")  #> TypeError: 'str' object cannot be interpreted as an integer
show(w.as_uint64, 3.5)  #> TypeError: an integer is required
show(w.as_size, 3.5)  #> TypeError: an integer is required
show(w.as_ssize, "3")  #> TypeError: an integer is required
show(w.as_ssize, Indexable())  #> TypeError: an integer is required
show(w.as_pointer, None)  #> TypeError: an integer is required

# Floats.
for value in (0.0, -0.0, 1.5, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), -1.0):
    print(repr(w.as_double(value)), end=" ")
print(repr(w.as_double(float("nan"))))  #> 0.0 -0.0 1.5 5e-324 1.7976931348623157e+308 inf -inf -1.0 nan
show(w.as_double, 3)  #> 3.0
show(w.as_double, 2**53 + 1)  #> 9007199254740992.0
show(w.as_double, Floatable())  #> 0.5
show(w.as_double, Indexable())  #> 41.0
show(w.as_double, "1")  #> TypeError: must be real number, not str
show_type(w.as_double, 10**400)  #> OverflowError
show(w.as_double_of_int, 7)  #> 7.0
show_type(w.as_double_of_int, 1.5)  #> TypeError
show_type(w.as_double_of_int, 10**400)  #> OverflowError

# Truth and kind.
print(w.truth(1), w.truth(0), w.truth(""), w.truth([0]), w.truth(0.0), w.truth(2**70))
#> (True, True, True) (False, False, False) (False, False, False) (True, True, True) (False, False, False) (True, True, True)
print(w.truth(1)[2] is True)  #> True
print([w.is_number(x) for x in (1, 1.5, 1j, True, "1", None, Indexable(), Floatable())])
#> [True, True, True, True, False, False, True, True]

# Operators on small and large numbers, and on mixtures.
values = [0, 1, -1, 7, -7, 2**31, -(2**47), 2**47 - 1, 2**53, 2**63 - 1, -(2**63), 10**30, 0.5, -2.0]
operators = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "//": lambda a, b: a // b, "/": lambda a, b: a / b, "%": lambda a, b: a % b,
    "divmod": divmod, "&": lambda a, b: a & b, "^": lambda a, b: a ^ b, "|": lambda a, b: a | b,
    "+=": lambda a, b: a + b, "-=": lambda a, b: a - b, "*=": lambda a, b: a * b,
    "|=": lambda a, b: a | b,
}


def outcome(function, *args):
    try:
        result = function(*args)
    except Exception as error:
        return type(error)
    return type(result), repr(result)


wrong = [
    (name, a, b)
    for name, operator in operators.items()
    for a in values
    for b in values
    if outcome(w.binary, name, a, b) != outcome(operator, a, b)
]
print(len(operators) * len(values) ** 2, wrong)  #> 2744 []
shifts = [(a, n) for a in values[:12] for n in (0, 1, 31, 63, 64, 100)]
print([s for s in shifts if w.binary("<<", *s) != s[0] << s[1]])  #> []
print([s for s in shifts if w.binary(">>", *s) != s[0] >> s[1]])  #> []
print([s for s in shifts if w.binary(">>=", *s) != s[0] >> s[1]])  #> []
show_type(w.binary, "<<", 1, -1)  #> ValueError
show_type(w.binary, "/", 1, 0)  #> ZeroDivisionError
show_type(w.binary, "@", 1, 2)  #> TypeError
show_type(w.binary, "+", 1, "2")  #> TypeError
show(w.binary, "+", "1", "2")  #> '12'
show(w.binary, "*", [1], 2)  #> [1, 1]
print([w.unary(o, 7) for o in ("+", "-", "~", "abs", "int", "float", "index")])  #> [7, -7, -8, 7, 7, 7.0, 7]
print([w.unary(o, -(2**64)) for o in ("+", "-", "~", "abs", "int", "float", "index")])
#> [-18446744073709551616, 18446744073709551616, 18446744073709551615, 18446744073709551616, -18446744073709551616, -1.8446744073709552e+19, -18446744073709551616]
print([w.unary(o, -2.5) for o in ("+", "-", "abs", "int", "float")])  #> [-2.5, 2.5, 2.5, -2, -2.5]
print(w.unary("-", -(2**47)), w.unary("abs", -(2**63)), w.unary("-", 0))  #> 140737488355328 9223372036854775808 0
show(w.unary, "int", "12")  #> 12
show(w.unary, "float", "1e3")  #> 1000.0
show_type(w.unary, "index", 1.5)  #> TypeError
show_type(w.unary, "int", None)  #> TypeError
show_type(w.unary, "~", 1.5)  #> TypeError
show(w.power, 2, 100, None)  #> 1267650600228229401496703205376
show(w.power, 3, 5, 7)  #> 5
show(w.power, 2, -1, None)  #> 0.5
show_type(w.power, 2, "x", None)  #> TypeError

# Results that leave every width.
print(w.sum_in_c(1000))  #> 500500
print(w.squared(3, 8) == 3 ** 2 ** 8, w.squared(-(2**31), 2) == 2**124)  #> True True
print(hash(w.squared(3, 8)) == hash(3 ** 2 ** 8))  #> True
