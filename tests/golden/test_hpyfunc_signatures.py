# Functions of every signature: what arrives, and what a wrong call says.
# module: hpyfunc_signatures
from golden import show
import hpyfunc_signatures as r

show(r.nothing)  #> None
show(r.module_name)  #> 'hpyfunc_signatures'
show(r.same, 3)  #> 3
show(r.together)  #> ()
show(r.together, 1, "two", None)  #> (1, 'two', None)
show(r.everything)  #> ((), None, ())
show(r.everything, 1, 2)  #> ((1, 2), None, ())
show(r.everything, 1, b=2)  #> ((1,), ('b',), (2,))
show(r.everything, z=1, a=2)  #> ((), ('z', 'a'), (1, 2))
show(r.everything, *(1, 2), **{"c": 3})  #> ((1, 2), ('c',), (3,))
show(r.everything, **{})  #> ((), None, ())

# Names from many places in a program, over and over, and in another order.
e = r.everything
for _ in range(3):
    calls = [e(a=1), e(1, b=2), e(b=3, a=4), e(a=5, b=6), e(c=7), e(d=8, e=9), e(a=10), e(**{"c" * 2: 11})]
print([names for _, names, _ in calls])  #> [('a',), ('b',), ('b', 'a'), ('a', 'b'), ('c',), ('d', 'e'), ('a',), ('cc',)]
print([values for _, _, values in calls])  #> [(1,), (2,), (3, 4), (5, 6), (7,), (8, 9), (10,), (11,)]

# An argument keeps its identity.
thing = object()
print(r.same(thing) is thing)  #> True
large = 10 ** 30
print(r.same(large) is large)  #> True
print(all(a is b for a, b in zip(r.together(thing, large), (thing, large))))  #> True

# Wrong numbers and kinds of arguments.
show(r.nothing, 1)  #> TypeError: hpyfunc_signatures.nothing() takes no arguments (1 given)
show(r.nothing, a=1)  #> TypeError: hpyfunc_signatures.nothing() takes no keyword arguments
show(r.same)  #> TypeError: hpyfunc_signatures.same() takes exactly one argument (0 given)
show(r.same, 1, 2)  #> TypeError: hpyfunc_signatures.same() takes exactly one argument (2 given)
show(r.same, x=1)  #> TypeError: hpyfunc_signatures.same() takes no keyword arguments
show(r.together, a=1)  #> TypeError: hpyfunc_signatures.together() takes no keyword arguments

# HPyArg_Parse and HPyArg_ParseKeywords, which are compiled into the module.
show(r.area, 6)  #> 6
show(r.area, 6, 7)  #> 42
show(r.area)  #> TypeError: area() required positional argument missing
show(r.area, 1, 2, 3)  #> TypeError: area() mismatched args (too many arguments for fmt)
show(r.area, "6")  #> TypeError: 'str' object cannot be interpreted as an integer
show(r.area, 6.5)  #> TypeError: 'float' object cannot be interpreted as an integer
show(r.area, 2 ** 64)  #> OverflowError: int too big to convert
show(r.describe, "x")  #> ('x', 1, 1.0)
show(r.describe, "x", 2, scale=0.5)  #> ('x', 2, 0.5)
show(r.describe, times=3, what="y")  #> ('y', 3, 1.0)
show(r.describe, "x", 1, 2.0)  #> TypeError: describe() keyword only argument passed as positional argument
show(r.describe, "x", what="y")  #> ('x', 1, 1.0)
show(r.describe)  #> TypeError: describe() no value for required argument
show(r.describe, "x", size=1)  #> ('x', 1, 1.0)
show(r.describe, 3)  #> TypeError: describe() a str is required

# Deep and wide calls.
print(len(r.together(*range(1000))))  #> 1000
print(r.everything(**{f"k{i}": i for i in range(100)})[2] == tuple(range(100)))  #> True
print(sum(r.same(i) for i in range(1000)))  #> 499500

# What Python sees of a function.
print(r.__doc__)  #> Functions of every signature.
print(r.nothing.__name__, r.nothing.__doc__, r.nothing.__text_signature__)  #> nothing Takes nothing. None
print(r.same.__doc__, r.same.__text_signature__)  #> Gives x back. ($module, x, /)
print(r.module_name.__doc__)  #> None
print(r.same.__self__ is r, r.same.__module__)  #> True hpyfunc_signatures
print(repr(r.same))  #> <built-in function same>
print(callable(r.same), type(r.same).__name__)  #> True builtin_function_or_method
show(map(r.same, [1, 2]).__next__)  #> 1
print(sorted(name for name in dir(r) if not name.startswith("_")))  #> ['area', 'describe', 'everything', 'module_name', 'nothing', 'same', 'together']
