# Ints at the edges of every width of C, and the errors beyond them.
# module: hpylong
from golden import show, show_type
import hpylong as w


class Indexable:
    def __index__(self):
        return 41


# Inside of each width: what goes in comes out.
for function, low, high in (
    (w.as_int32, -(2**31), 2**31 - 1),
    (w.as_uint32, 0, 2**32 - 1),
    (w.as_int64, -(2**63), 2**63 - 1),
    (w.as_uint64, 0, 2**64 - 1),
    (w.as_size, 0, 2**64 - 1),
    (w.as_ssize, -(2**63), 2**63 - 1),
    (w.as_pointer, 0, 2**64 - 1),
):
    around = {low, low + 1, 0, 1, high - 1, high}
    # Where a handle may change from an immediate to an object.
    around |= {s * 2**b + d for b in (31, 32, 46, 47, 48, 52, 53) for s in (1, -1) for d in (-1, 0, 1)}
    inside = [n for n in sorted(around) if low <= n <= high]
    print(function.__name__, all(function(n) == n and type(function(n)) is int for n in inside))
    #> as_int32 True
    #> as_uint32 True
    #> as_int64 True
    #> as_uint64 True
    #> as_size True
    #> as_ssize True
    #> as_pointer True

# One beyond each end.
show(w.as_int32, 2**31)  #> OverflowError: Python int too large to convert to C int32_t
show(w.as_int32, -(2**31) - 1)  #> OverflowError: Python int too large to convert to C int32_t
show(w.as_int32, 2**63)  #> OverflowError: Python int too large to convert to C long
show(w.as_uint32, 2**32)  #> OverflowError: Python int too large to convert to C uint32_t
show(w.as_uint32, -1)  #> OverflowError: Python int too large to convert to C uint32_t
show(w.as_int64, 2**63)  #> OverflowError: int too big to convert
show(w.as_int64, -(2**63) - 1)  #> OverflowError: int too big to convert
show(w.as_uint64, 2**64)  #> OverflowError: int too big to convert
show(w.as_uint64, -1)  #> OverflowError: can't convert negative int to unsigned
show(w.as_size, 2**64)  #> OverflowError: Python int too large to convert to C size_t
show(w.as_size, -1)  #> OverflowError: can't convert negative value to size_t
show(w.as_ssize, 2**63)  #> OverflowError: Python int too large to convert to C ssize_t
show(w.as_ssize, -(2**63) - 1)  #> OverflowError: Python int too large to convert to C ssize_t
show(w.as_uint32_mask, 2**40 + 5)  #> 5
show(w.as_uint32_mask, -1)  #> 4294967295
show(w.as_uint64_mask, 2**70 + 5)  #> 5
show(w.as_uint64_mask, -1)  #> 18446744073709551615
show(w.edges)  #> (-2147483648, 4294967295, -9223372036854775808, 18446744073709551615, 9223372036854775807, 0, -9223372036854775808)

# Other types.
show(w.as_int32, True)  #> 1
show(w.as_int32, Indexable())  #> 41
show(w.as_int64, Indexable())  #> 41
show(w.as_uint32_mask, Indexable())  #> 41
show(w.as_int64, 3.5)  #> TypeError: 'float' object cannot be interpreted as an integer
show(w.as_int64, "3")  #> TypeError: 'str' object cannot be interpreted as an integer
show(w.as_uint64, 3.5)  #> TypeError: an integer is required
show(w.as_size, 3.5)  #> TypeError: an integer is required
show(w.as_ssize, "3")  #> TypeError: an integer is required
show(w.as_ssize, Indexable())  #> TypeError: an integer is required
show(w.as_pointer, None)  #> TypeError: an integer is required

# As doubles.
show(w.as_double_of_int, 7)  #> 7.0
show_type(w.as_double_of_int, 1.5)  #> TypeError
show_type(w.as_double_of_int, 10**400)  #> OverflowError
