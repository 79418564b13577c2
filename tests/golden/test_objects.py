# Objects handled by C: attributes, calls of every kind, imports, globals,
# comparison, types.
# module: caller
import sys

from golden import show, show_type
import caller as c


class Thing:
    attribute = "of the class"

    def method(self, *args, **kwargs):
        return self.name, args, kwargs

    def __init__(self, name="thing"):
        self.name = name

    @property
    def broken(self):
        raise ZeroDivisionError("in a property")


def echo(*args, **kwargs):
    return args, kwargs


# Attributes.
thing = Thing()
show(c.get_attribute, thing, "name")  #> ('thing', 'thing')
show(c.get_attribute, thing, "attribute")  #> ('of the class', 'of the class')
show(c.get_attribute, thing, "missing")  #> AttributeError: 'Thing' object has no attribute 'missing'
show(c.get_attribute, thing, "broken")  #> ZeroDivisionError: in a property
show_type(c.get_attribute, thing, 3)  #> TypeError
show(c.get_attribute, 3, "real")  #> (3, 3)
print([c.has_attribute(thing, n) for n in ("name", "method", "missing", "broken")])  #> [True, True, False, False]
show(c.set_attribute, thing, "name", "new")  #> None
print(thing.name, thing.set_by_c)  #> new new
show_type(c.set_attribute, 3, "name", 1)  #> AttributeError
show_type(c.set_attribute, thing, 3, 1)  #> TypeError
show(c.delete_attribute, thing, "set_by_c")  #> None
print(hasattr(thing, "set_by_c"))  #> False
show(c.delete_attribute, thing, "set_by_c")  #> AttributeError: 'Thing' object has no attribute 'set_by_c'

# Calls.
show(c.call, echo)  #> ((), {})
show(c.call, echo, 1, 2)  #> ((1, 2), {})
show(c.call, echo, 1, b=2)  #> ((1,), {'b': 2})
show(c.call, echo, z=1, a=2)  #> ((), {'z': 1, 'a': 2})
show(c.call, Thing(name="t").method, 1, k=2)  #> ('t', (1,), {'k': 2})
show(c.call, dict, a=1)  #> {'a': 1}
show(c.call, max, [1, 3, 2], key=lambda n: -n)  #> 1
show(c.call, int, "12", base=3)  #> 5
show_type(c.call, 3)  #> TypeError
show_type(c.call, len)  #> TypeError
show_type(c.call, lambda x: x, y=1)  #> TypeError


# Keywords that name parameters.
def four(a, b, /, c, d):
    return a, b, c, d


def pair(first, second):
    return first, second


show(c.call, four, 1, 2, d=4, c=3)  #> (1, 2, 3, 4)
show(c.call, four, 1, 2, 3, d=4)  #> (1, 2, 3, 4)
show_type(c.call, four, 1, b=2, c=3, d=4)  #> TypeError
show_type(c.call, four, 1, 2, 3, c=4)  #> TypeError
show_type(c.call, four, 1, 2, 3, e=4)  #> TypeError
show_type(c.call, four, 1, 2, d=4)  #> TypeError
show(c.call, pair, second=2, first=1)  #> (1, 2)
pair.__code__ = (lambda second, first: (second, first)).__code__
show(c.call, pair, second=2, first=1)  #> (2, 1)
pair.__code__ = (lambda first, *, second=3: (first, second)).__code__
show(c.call, pair, second=2, first=1)  #> (1, 2)
show(c.call, c.call, c.call, echo, 1, deep=2)  #> ((1,), {'deep': 2})
show(c.call_packed, echo, None, None)  #> ((), {})
show(c.call_packed, echo, (1, 2), None)  #> ((1, 2), {})
show(c.call_packed, echo, None, {"a": 1})  #> ((), {'a': 1})
show(c.call_packed, echo, (1,), {"a": 1})  #> ((1,), {'a': 1})
show_type(c.call_packed, echo, [1], None)  #> TypeError
show_type(c.call_packed, echo, (), [])  #> TypeError
show(c.call_method, "method", Thing("t"), 1, k=2)  #> ('t', (1,), {'k': 2})
show(c.call_method, "upper", "abc")  #> 'ABC'
show_type(c.call_method, "no_such", "abc")  #> AttributeError
show(c.call_with_numbers, echo)  #> ((1, 2.5), {'n': 3})
print([c.is_callable(x) for x in (len, Thing, thing, thing.method, 3, c.call)])  #> [True, True, False, True, False, True]
print(c.call(Thing, "made").name)  #> made

# Deep recursion through C and Python.


def down(n):
    return c.recurse(down, n) + 1


print(c.recurse(down, 30))  #> 30


def endless(n):
    return c.recurse(endless, 10)


show_type(endless, 0)  #> RecursionError
print(c.recurse(down, 30))  #> 30

# Imports.
print(c.import_module("json").dumps([1]))  #> [1]
print(c.import_module("os.path") is sys.modules["os.path"])  #> True
print(c.import_module("sys") is sys)  #> True
show(c.import_module, "no.such.module")  #> ModuleNotFoundError: No module named 'no'
show_type(c.import_module, "")  #> ValueError

# Globals.
show(c.recall)  #> LookupError: nothing kept
c.keep(thing)
print(c.recall() is thing)  #> True
c.keep(42)
print(c.recall(), c.recall())  #> 42 42
c.keep(None)
print(c.recall())  #> None
large = 10**40
c.keep(large)
print(c.recall() is large)  #> True


# Comparison, hash, identity.
class Odd:
    def __eq__(self, other):
        return "eq"

    def __lt__(self, other):
        raise ZeroDivisionError("in __lt__")

    __hash__ = None


show(c.compare, 1, 2)  #> [True, True, False, True, False, False]
show(c.compare, "b", "a")  #> [False, False, False, True, True, True]
show(c.compare, 1.0, 1)  #> [False, True, True, False, False, True]
show(c.compare, 2**62, 2**62 + 1)  #> [True, True, False, True, False, False]
show_type(c.compare, 1, "1")  #> TypeError
show(c.compare, Odd(), 1)  #> ZeroDivisionError: in __lt__
nan = float("nan")
print(c.equal(nan, nan), c.equal(nan, float("nan")), c.equal([nan], [nan]), c.equal(1, 1.0))
#> True False True True
print(c.equal(Odd(), 1))  #> True
show(c.hash_of, 7)  #> 7
show(c.hash_of, -1)  #> -2
print(c.hash_of("text") == hash("text"), c.hash_of(2.5) == hash(2.5))  #> True True
show_type(c.hash_of, [])  #> TypeError
show_type(c.hash_of, Odd())  #> TypeError
print(c.identical(thing, thing), c.identical([], []), c.identical(None, None), c.identical(1, 2))
#> True False True False
print(c.type_of(thing) is Thing, c.type_of(3) is int, c.type_of(int) is type, c.type_of(c))  #> True True True <class 'module'>
print([c.is_instance(x, t) for x, t in ((3, int), (True, int), (3, str), (Thing, type), (thing, object))])
#> [True, True, False, True, True]
print(c.constants())  #> (None, True, False, NotImplemented, Ellipsis, <class 'int'>, <class 'object'>, <class 'ZeroDivisionError'>, <class 'slice'>)

# Evaluation.
show(c.evaluate, "x * 2", {"x": 21})  #> 42
names = {"x": 21}
show(c.evaluate, "len([x])", names)  #> 1
print(names)  #> {'x': 21}
show_type(c.evaluate, "x *", {})  #> SyntaxError
show(c.evaluate, "1/0", {})  #> ZeroDivisionError: division by zero
show(c.evaluate, "missing", {"__builtins__": {}})  #> NameError: name 'missing' is not defined

# The module.
print(c.version, c.__name__, c.__doc__)  #> 1.2 caller None
print(type(c).__name__, c.__name__ in sys.modules)  #> module True
