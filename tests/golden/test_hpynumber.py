# Arithmetic in C on numbers of every size.
# module: hpynumber
from golden import show, show_type
import hpynumber as w


class Indexable:
    def __index__(self):
        return 41


class Floatable:
    def __float__(self):
        return 0.5


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
