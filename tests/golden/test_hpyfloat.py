# Floats between Python and C.
# module: hpyfloat
from golden import show, show_type
import hpyfloat as w


class Indexable:
    def __index__(self):
        return 41


class Floatable:
    def __float__(self):
        return 0.5


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
