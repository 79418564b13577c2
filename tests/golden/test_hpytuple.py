# Tuples made by C, with a builder and of an array.
# module: hpytuple
# also: moving-gc
from golden import show
import hpytuple as b


class Tuple(tuple):
    pass


print([b.check(x) for x in ((), [], {}, Tuple(), "x")])  #> [True, False, False, True, False]
show(b.build_tuple, 1, "two", None)  #> (None, 'two', 1)
print(b.build_tuple(*range(500)) == tuple(range(499, -1, -1)))  #> True
show(b.empty)  #> ()
