# Calls of every kind made by C.
# module: hpycall
from golden import show, show_type
import hpycall as c


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


thing = Thing()
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
