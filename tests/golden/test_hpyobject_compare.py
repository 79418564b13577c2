# Objects compared and hashed by C.
# module: hpyobject_compare
from golden import show, show_type
import hpyobject_compare as c


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
thing = object()
print(c.identical(thing, thing), c.identical([], []), c.identical(None, None), c.identical(1, 2))
#> True False True False
