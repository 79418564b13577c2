# Dicts made, filled and copied by C.
# module: hpydict
# also: moving-gc
from golden import show, show_type
import hpydict as b


class Tuple(tuple):
    pass


print([b.check(x) for x in ((), [], {}, Tuple(), "x")])  #> [False, False, True, False, False]
show(b.empty)  #> {}
show(b.counted, "hello, world")  #> {'h': 1, 'e': 1, 'l': 3, 'o': 2, ',': 1, ' ': 1, 'w': 1, 'r': 1, 'd': 1}
show_type(b.counted, 3)  #> TypeError
show_type(b.counted, [[]])  #> TypeError

original = {"a": [], 2: None}
keys, copy = b.keys_and_copy(original)
print(keys, type(keys).__name__, copy == original, copy is original, copy["a"] is original["a"])
#> ['a', 2] list True False True
show_type(b.keys_and_copy, [])  #> SystemError
