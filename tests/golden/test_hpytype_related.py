# Types of a C++ module that refer to each other and meet in operators, with
# NotImplemented between them; exceptions with bases; graphs that are garbage.
# module: hpytype_related
# also: moving-gc
import gc
import operator

import hpytype_related
from hpytype_related import Expression, Solver, Term, Variable

x, y = Variable("x"), Variable("y", 5)
term, expression = 2 * x, 3 * x + y - 7
constraint = expression == 0


class Reflecting:
    def __radd__(self, other):
        return "reflected +"

    def __rmul__(self, other):
        return "reflected *"

    def __eq__(self, other):
        return "reflected =="

    def __ge__(self, other):
        return "reflected <="

    def __ror__(self, other):
        return "reflected |"


operators = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "==": operator.eq, "<=": operator.le, ">": operator.gt, "|": operator.or_,
}
operands = {
    "x": x, "2x": term, "3x+y-7": expression, "constraint": constraint,
    "2": 2, "0.0": 0.0, "'weak'": "weak", "None": None, "reflecting": Reflecting(),
}

native = ("x", "2x", "3x+y-7", "constraint")


def outcome(function, *args):
    try:
        return repr(function(*args))
    except Exception as error:
        # CPython names the module in front of a native type.
        return type(error).__name__ + ": " + str(error).replace("hpytype_related.", "")


def show(function, *args):
    print(outcome(function, *args))


# What is not said here is that the operator does not take the two.
for symbol, function in operators.items():
    for left, a in operands.items():
        for right, b in operands.items():
            said = outcome(function, a, b)
            is_native = left in native or right in native
            if is_native and "unsupported operand" not in said and "not supported" not in said:
                print(left, symbol, right, "->", said)
#> x + x -> 1 * x + 1 * x + 0
#> x + 2x -> 1 * x + 2 * x + 0
#> x + 3x+y-7 -> 1 * x + 3 * x + 1 * y + -7
#> x + 2 -> 1 * x + 2
#> x + 0.0 -> 1 * x + 0
#> x + reflecting -> 'reflected +'
#> 2x + x -> 2 * x + 1 * x + 0
#> 2x + 2x -> 2 * x + 2 * x + 0
#> 2x + 3x+y-7 -> 2 * x + 3 * x + 1 * y + -7
#> 2x + 2 -> 2 * x + 2
#> 2x + 0.0 -> 2 * x + 0
#> 2x + reflecting -> 'reflected +'
#> 3x+y-7 + x -> 3 * x + 1 * y + 1 * x + -7
#> 3x+y-7 + 2x -> 3 * x + 1 * y + 2 * x + -7
#> 3x+y-7 + 3x+y-7 -> 3 * x + 1 * y + 3 * x + 1 * y + -14
#> 3x+y-7 + 2 -> 3 * x + 1 * y + -5
#> 3x+y-7 + 0.0 -> 3 * x + 1 * y + -7
#> 3x+y-7 + reflecting -> 'reflected +'
#> constraint + reflecting -> 'reflected +'
#> 2 + x -> 1 * x + 2
#> 2 + 2x -> 2 * x + 2
#> 2 + 3x+y-7 -> 3 * x + 1 * y + -5
#> 0.0 + x -> 1 * x + 0
#> 0.0 + 2x -> 2 * x + 0
#> 0.0 + 3x+y-7 -> 3 * x + 1 * y + -7
#> 'weak' + x -> TypeError: can only concatenate str (not "Variable") to str
#> 'weak' + 2x -> TypeError: can only concatenate str (not "Term") to str
#> 'weak' + 3x+y-7 -> TypeError: can only concatenate str (not "Expression") to str
#> 'weak' + constraint -> TypeError: can only concatenate str (not "Constraint") to str
#> x - x -> 1 * x + -1 * x + 0
#> x - 2x -> 1 * x + -2 * x + 0
#> x - 3x+y-7 -> 1 * x + -3 * x + -1 * y + 7
#> x - 2 -> 1 * x + -2
#> x - 0.0 -> 1 * x + 0
#> 2x - x -> 2 * x + -1 * x + 0
#> 2x - 2x -> 2 * x + -2 * x + 0
#> 2x - 3x+y-7 -> 2 * x + -3 * x + -1 * y + 7
#> 2x - 2 -> 2 * x + -2
#> 2x - 0.0 -> 2 * x + 0
#> 3x+y-7 - x -> 3 * x + 1 * y + -1 * x + -7
#> 3x+y-7 - 2x -> 3 * x + 1 * y + -2 * x + -7
#> 3x+y-7 - 3x+y-7 -> 3 * x + 1 * y + -3 * x + -1 * y + 0
#> 3x+y-7 - 2 -> 3 * x + 1 * y + -9
#> 3x+y-7 - 0.0 -> 3 * x + 1 * y + -7
#> 2 - x -> -1 * x + 2
#> 2 - 2x -> -2 * x + 2
#> 2 - 3x+y-7 -> -3 * x + -1 * y + 9
#> 0.0 - x -> -1 * x + 0
#> 0.0 - 2x -> -2 * x + 0
#> 0.0 - 3x+y-7 -> -3 * x + -1 * y + 7
#> x * 2 -> 2 * x
#> x * 0.0 -> 0 * x
#> x * 'weak' -> TypeError: can't multiply sequence by non-int of type 'Variable'
#> x * reflecting -> 'reflected *'
#> 2x * 2 -> 4 * x
#> 2x * 0.0 -> 0 * x
#> 2x * 'weak' -> TypeError: can't multiply sequence by non-int of type 'Term'
#> 2x * reflecting -> 'reflected *'
#> 3x+y-7 * 2 -> 6 * x + 2 * y + -14
#> 3x+y-7 * 0.0 -> 0 * x + 0 * y + 0
#> 3x+y-7 * 'weak' -> TypeError: can't multiply sequence by non-int of type 'Expression'
#> 3x+y-7 * reflecting -> 'reflected *'
#> constraint * 'weak' -> TypeError: can't multiply sequence by non-int of type 'Constraint'
#> constraint * reflecting -> 'reflected *'
#> 2 * x -> 2 * x
#> 2 * 2x -> 4 * x
#> 2 * 3x+y-7 -> 6 * x + 2 * y + -14
#> 0.0 * x -> 0 * x
#> 0.0 * 2x -> 0 * x
#> 0.0 * 3x+y-7 -> 0 * x + 0 * y + 0
#> 'weak' * x -> TypeError: can't multiply sequence by non-int of type 'Variable'
#> 'weak' * 2x -> TypeError: can't multiply sequence by non-int of type 'Term'
#> 'weak' * 3x+y-7 -> TypeError: can't multiply sequence by non-int of type 'Expression'
#> 'weak' * constraint -> TypeError: can't multiply sequence by non-int of type 'Constraint'
#> x / 2 -> 0.5 * x
#> x / 0.0 -> ZeroDivisionError: float division by zero
#> 2x / 2 -> 1 * x
#> 2x / 0.0 -> ZeroDivisionError: float division by zero
#> 3x+y-7 / 2 -> 1.5 * x + 0.5 * y + -3.5
#> 3x+y-7 / 0.0 -> ZeroDivisionError: float division by zero
#> x == x -> 1 * x + -1 * x + 0 == 0 | strength = 1.001e+09
#> x == 2x -> 1 * x + -2 * x + 0 == 0 | strength = 1.001e+09
#> x == 3x+y-7 -> 1 * x + -3 * x + -1 * y + 7 == 0 | strength = 1.001e+09
#> x == constraint -> False
#> x == 2 -> 1 * x + -2 == 0 | strength = 1.001e+09
#> x == 0.0 -> 1 * x + 0 == 0 | strength = 1.001e+09
#> x == 'weak' -> False
#> x == None -> False
#> x == reflecting -> 'reflected =='
#> 2x == x -> 2 * x + -1 * x + 0 == 0 | strength = 1.001e+09
#> 2x == 2x -> 2 * x + -2 * x + 0 == 0 | strength = 1.001e+09
#> 2x == 3x+y-7 -> 2 * x + -3 * x + -1 * y + 7 == 0 | strength = 1.001e+09
#> 2x == constraint -> False
#> 2x == 2 -> 2 * x + -2 == 0 | strength = 1.001e+09
#> 2x == 0.0 -> 2 * x + 0 == 0 | strength = 1.001e+09
#> 2x == 'weak' -> False
#> 2x == None -> False
#> 2x == reflecting -> 'reflected =='
#> 3x+y-7 == x -> 3 * x + 1 * y + -1 * x + -7 == 0 | strength = 1.001e+09
#> 3x+y-7 == 2x -> 3 * x + 1 * y + -2 * x + -7 == 0 | strength = 1.001e+09
#> 3x+y-7 == 3x+y-7 -> 3 * x + 1 * y + -3 * x + -1 * y + 0 == 0 | strength = 1.001e+09
#> 3x+y-7 == constraint -> False
#> 3x+y-7 == 2 -> 3 * x + 1 * y + -9 == 0 | strength = 1.001e+09
#> 3x+y-7 == 0.0 -> 3 * x + 1 * y + -7 == 0 | strength = 1.001e+09
#> 3x+y-7 == 'weak' -> False
#> 3x+y-7 == None -> False
#> 3x+y-7 == reflecting -> 'reflected =='
#> constraint == x -> False
#> constraint == 2x -> False
#> constraint == 3x+y-7 -> False
#> constraint == constraint -> True
#> constraint == 2 -> False
#> constraint == 0.0 -> False
#> constraint == 'weak' -> False
#> constraint == None -> False
#> constraint == reflecting -> 'reflected =='
#> 2 == x -> 1 * x + -2 == 0 | strength = 1.001e+09
#> 2 == 2x -> 2 * x + -2 == 0 | strength = 1.001e+09
#> 2 == 3x+y-7 -> 3 * x + 1 * y + -9 == 0 | strength = 1.001e+09
#> 2 == constraint -> False
#> 0.0 == x -> 1 * x + 0 == 0 | strength = 1.001e+09
#> 0.0 == 2x -> 2 * x + 0 == 0 | strength = 1.001e+09
#> 0.0 == 3x+y-7 -> 3 * x + 1 * y + -7 == 0 | strength = 1.001e+09
#> 0.0 == constraint -> False
#> 'weak' == x -> False
#> 'weak' == 2x -> False
#> 'weak' == 3x+y-7 -> False
#> 'weak' == constraint -> False
#> None == x -> False
#> None == 2x -> False
#> None == 3x+y-7 -> False
#> None == constraint -> False
#> reflecting == x -> 'reflected =='
#> reflecting == 2x -> 'reflected =='
#> reflecting == 3x+y-7 -> 'reflected =='
#> reflecting == constraint -> 'reflected =='
#> x <= x -> 1 * x + -1 * x + 0 <= 0 | strength = 1.001e+09
#> x <= 2x -> 1 * x + -2 * x + 0 <= 0 | strength = 1.001e+09
#> x <= 3x+y-7 -> 1 * x + -3 * x + -1 * y + 7 <= 0 | strength = 1.001e+09
#> x <= 2 -> 1 * x + -2 <= 0 | strength = 1.001e+09
#> x <= 0.0 -> 1 * x + 0 <= 0 | strength = 1.001e+09
#> x <= reflecting -> 'reflected <='
#> 2x <= x -> 2 * x + -1 * x + 0 <= 0 | strength = 1.001e+09
#> 2x <= 2x -> 2 * x + -2 * x + 0 <= 0 | strength = 1.001e+09
#> 2x <= 3x+y-7 -> 2 * x + -3 * x + -1 * y + 7 <= 0 | strength = 1.001e+09
#> 2x <= 2 -> 2 * x + -2 <= 0 | strength = 1.001e+09
#> 2x <= 0.0 -> 2 * x + 0 <= 0 | strength = 1.001e+09
#> 2x <= reflecting -> 'reflected <='
#> 3x+y-7 <= x -> 3 * x + 1 * y + -1 * x + -7 <= 0 | strength = 1.001e+09
#> 3x+y-7 <= 2x -> 3 * x + 1 * y + -2 * x + -7 <= 0 | strength = 1.001e+09
#> 3x+y-7 <= 3x+y-7 -> 3 * x + 1 * y + -3 * x + -1 * y + 0 <= 0 | strength = 1.001e+09
#> 3x+y-7 <= 2 -> 3 * x + 1 * y + -9 <= 0 | strength = 1.001e+09
#> 3x+y-7 <= 0.0 -> 3 * x + 1 * y + -7 <= 0 | strength = 1.001e+09
#> 3x+y-7 <= reflecting -> 'reflected <='
#> constraint <= reflecting -> 'reflected <='
#> 2 <= x -> 1 * x + -2 >= 0 | strength = 1.001e+09
#> 2 <= 2x -> 2 * x + -2 >= 0 | strength = 1.001e+09
#> 2 <= 3x+y-7 -> 3 * x + 1 * y + -9 >= 0 | strength = 1.001e+09
#> 0.0 <= x -> 1 * x + 0 >= 0 | strength = 1.001e+09
#> 0.0 <= 2x -> 2 * x + 0 >= 0 | strength = 1.001e+09
#> 0.0 <= 3x+y-7 -> 3 * x + 1 * y + -7 >= 0 | strength = 1.001e+09
#> x | reflecting -> 'reflected |'
#> 2x | reflecting -> 'reflected |'
#> 3x+y-7 | reflecting -> 'reflected |'
#> constraint | 2 -> 3 * x + 1 * y + -7 == 0 | strength = 2
#> constraint | 0.0 -> 3 * x + 1 * y + -7 == 0 | strength = 0
#> constraint | 'weak' -> 3 * x + 1 * y + -7 == 0 | strength = 1
#> constraint | reflecting -> 'reflected |'
#> 2 | constraint -> 3 * x + 1 * y + -7 == 0 | strength = 2
#> 0.0 | constraint -> 3 * x + 1 * y + -7 == 0 | strength = 0
#> 'weak' | constraint -> 3 * x + 1 * y + -7 == 0 | strength = 1

show(operator.neg, x)  #> -1 * x
show(operator.neg, expression)  #> -3 * x + -1 * y + 7
show(operator.pos, x)  #> TypeError: bad operand type for unary +: 'Variable'
show(operator.neg, constraint)  #> TypeError: bad operand type for unary -: 'Constraint'
show(hash, term)  #> TypeError: unhashable type: 'Term'
print(hash(x) == hash("x"), {x: 1}[x])  #> True 1
show(sum, [x, y, 1])  #> 1 * x + 1 * y + 1
show(sorted, [x, y])  #> TypeError: unsupported operand type(s) for <: 'Variable' and 'Variable'
show(lambda: (constraint | 5).strength)  #> 5.0
show(lambda: constraint | "odd")  #> ValueError: string strength must be 'required', 'strong', 'medium', or 'weak', not 'odd'
show(x.__add__, "text")  #> NotImplemented
show(x.__eq__, "text")  #> NotImplemented
show(x.__lt__, 1)  #> TypeError: unsupported operand type(s) for <: 'Variable' and 'int'

# Construction and attributes.
show(Variable, 3)  #> TypeError: Expected object of type `str`. Got object of type `int` instead.
show(Variable, "a", 1, 2)  #> a
show(lambda: Variable(nam="a"))  #> 
show(lambda: Variable(context=[1], name="a").context)  #> [1]
show(lambda: x.context)  #> AttributeError: 'Variable' object has no attribute 'context'
show(Term, x, 3)  #> 3 * x
show(Term, x, "3")  #> TypeError: Expected object of type `float, int`.
show(Term, "x")  #> TypeError: Expected object of type `Variable`. Got object of type `str` instead.
show(Term)  #> TypeError: __new__() no value for required argument
show(Solver, 1)  #> TypeError: Solver.__new__ takes no arguments
show(Expression, 3)  #> TypeError: Expression() takes no arguments
show(setattr, term, "coefficient", 3)  #> AttributeError: readonly attribute
show(setattr, constraint, "strength", "weak")  #> TypeError: must be real number, not str
print(term.variable() is x, expression.terms()[0] is expression.terms()[0])  #> True True

# The solver and its exceptions.
solver = Solver()
show(solver.addConstraint, constraint)  #> None
show(solver.addConstraint, constraint)  #> DuplicateConstraint: 3 * x + 1 * y + -7 == 0 | strength = 1.001e+09
show(solver.addConstraint, 3)  #> TypeError: Expected object of type `Constraint`.
show(solver.addConstraint, Variable("throw") >= 1)  #> RuntimeError: solver: a variable named throw
show(solver.removeConstraint, constraint)  #> None
try:
    solver.removeConstraint(constraint)
except hpytype_related.DuplicateConstraint as error:
    print(type(error).__name__, isinstance(error, KeyError), error.args[0] is constraint)
#> UnknownConstraint True True
z = Variable("z")
show(solver.addConstraint, 2 * z == 10)  #> None
solver.updateVariables()
print(z.value(), (3 * z + 1).value(), solver.dumps())  #> 5.0 16.0 x=3;y=1;z=2;
unsatisfiable = hpytype_related.UnsatisfiableConstraint
print(unsatisfiable.__mro__[1].__name__, unsatisfiable.__module__, unsatisfiable.__doc__, unsatisfiable.code)  #> ValueError hpytype_related.errors Cannot be satisfied. 1


# Everything refers to everything.
def ring():
    solver = Solver()
    v = Variable("v", solver)
    around = {"solver": solver, "v": v}
    w = Variable("w", around)
    solver.addConstraint((v + 2 * w <= 3) | "weak")
    around["w"] = Variable("u", solver), w >= v
    solver.addConstraint(around["w"][1])


gc.collect()
before = hpytype_related.destroyed()
for _ in range(20):
    ring()
gc.collect()
print([now - then for now, then in zip(hpytype_related.destroyed(), before)])  #> [60, 140, 60, 60, 20]
