# Lists made by C, with a builder and item by item.
# module: hpylist
# also: moving-gc
from golden import show, show_type
import hpylist as b


class Tuple(tuple):
    pass


print([b.check(x) for x in ((), [], {}, Tuple(), "x")])  #> [False, True, False, False, False]
show(b.build_list)  #> []
show(b.build_list, 1, "two", None)  #> [None, 'two', 1]
show(b.empty)  #> []
print(b.empty() is b.empty())  #> False
items = []
show(b.grow, items, "x", 3)  #> None
print(items)  #> ['x', 'x', 'x']
show_type(b.grow, (), "x", 1)  #> SystemError
