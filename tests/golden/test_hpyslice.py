# Slices unpacked and cut to a length by C.
# module: hpyslice
# also: moving-gc
from golden import show_type
import hpyslice as b

# Slices.
print(b.slice_of(slice(None), 5), b.slice_of(slice(1, -1), 5), b.slice_of(slice(None, None, -1), 5))
#> (0, 5, 1, 5) (1, 4, 1, 3) (4, -1, -1, 5)
print(b.slice_of(slice(-100, 100, 2), 5), b.slice_of(slice(4, 1), 5))  #> (0, 5, 2, 3) (4, 1, 1, 0)
print(b.slice_of(slice(10**30, -(10**30), -1), 5))  #> (4, -1, -1, 5)
show_type(b.slice_of, slice(0, 1, 0), 5)  #> ValueError
show_type(b.slice_of, slice("a"), 5)  #> TypeError
