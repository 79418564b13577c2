# Members of every kind: what may be assigned, what is cut, and which errors and
# warnings there are (`structmember.c` of CPython).
# module: differential_types
import warnings

from differential_types import Members

m = Members()


def assign(name, value):
    """The member afterwards, the warnings and the error."""
    said = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            setattr(m, name, value)
        except Exception as error:
            said.append(type(error).__name__ + ": " + str(error))
    said = [type(w.message).__name__ + ": " + str(w.message) for w in caught] + said
    print(name, "; ".join(said) if said else repr(getattr(m, name)))


class Index:
    """Counts how often it is asked."""

    def __init__(self, value):
        self.value = value
        self.asked = 0

    def __index__(self):
        self.asked += 1
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


WHOLE = ["byte", "ubyte", "short", "ushort", "int", "uint", "long", "ulong", "longlong",
         "ulonglong", "ssize"]
for name in WHOLE:
    assign(name, 7)
    assign(name, -5)
    assign(name, 1 << 40)
    assign(name, (1 << 64) - 1)
    assign(name, 1 << 70)
    assign(name, 2.5)
    assign(name, Index(3))
    assign(name, Index(OverflowError("my own words")))
    assign(name, Index(KeyError("key")))
    assign(name, Index(1 << 70))
    assign(name, Index("text"))
    index = Index(-1)
    assign(name, index)
    print(index.asked)
#> byte 7
#> byte -5
#> byte RuntimeWarning: Truncation of value to char
#> byte OverflowError: Python int too large to convert to C long
#> byte OverflowError: Python int too large to convert to C long
#> byte TypeError: 'float' object cannot be interpreted as an integer
#> byte 3
#> byte OverflowError: my own words
#> byte KeyError: 'key'
#> byte OverflowError: Python int too large to convert to C long
#> byte TypeError: __index__ returned non-int (type str)
#> byte -1
#> 1
#> ubyte 7
#> ubyte RuntimeWarning: Truncation of value to unsigned char
#> ubyte RuntimeWarning: Truncation of value to unsigned char
#> ubyte OverflowError: Python int too large to convert to C long
#> ubyte OverflowError: Python int too large to convert to C long
#> ubyte TypeError: 'float' object cannot be interpreted as an integer
#> ubyte 3
#> ubyte OverflowError: my own words
#> ubyte KeyError: 'key'
#> ubyte OverflowError: Python int too large to convert to C long
#> ubyte TypeError: __index__ returned non-int (type str)
#> ubyte RuntimeWarning: Truncation of value to unsigned char
#> 1
#> short 7
#> short -5
#> short RuntimeWarning: Truncation of value to short
#> short OverflowError: Python int too large to convert to C long
#> short OverflowError: Python int too large to convert to C long
#> short TypeError: 'float' object cannot be interpreted as an integer
#> short 3
#> short OverflowError: my own words
#> short KeyError: 'key'
#> short OverflowError: Python int too large to convert to C long
#> short TypeError: __index__ returned non-int (type str)
#> short -1
#> 1
#> ushort 7
#> ushort RuntimeWarning: Truncation of value to unsigned short
#> ushort RuntimeWarning: Truncation of value to unsigned short
#> ushort OverflowError: Python int too large to convert to C long
#> ushort OverflowError: Python int too large to convert to C long
#> ushort TypeError: 'float' object cannot be interpreted as an integer
#> ushort 3
#> ushort OverflowError: my own words
#> ushort KeyError: 'key'
#> ushort OverflowError: Python int too large to convert to C long
#> ushort TypeError: __index__ returned non-int (type str)
#> ushort RuntimeWarning: Truncation of value to unsigned short
#> 1
#> int 7
#> int -5
#> int RuntimeWarning: Truncation of value to int
#> int OverflowError: Python int too large to convert to C long
#> int OverflowError: Python int too large to convert to C long
#> int TypeError: 'float' object cannot be interpreted as an integer
#> int 3
#> int OverflowError: my own words
#> int KeyError: 'key'
#> int OverflowError: Python int too large to convert to C long
#> int TypeError: __index__ returned non-int (type str)
#> int -1
#> 1
#> uint 7
#> uint RuntimeWarning: Writing negative value into unsigned field; RuntimeWarning: Truncation of value to unsigned int
#> uint RuntimeWarning: Truncation of value to unsigned int
#> uint RuntimeWarning: Truncation of value to unsigned int
#> uint OverflowError: Python int too large to convert to C long
#> uint TypeError: 'float' object cannot be interpreted as an integer
#> uint RuntimeWarning: Writing negative value into unsigned field
#> uint OverflowError: my own words
#> uint KeyError: 'key'
#> uint OverflowError: Python int too large to convert to C long
#> uint TypeError: __index__ returned non-int (type str)
#> uint RuntimeWarning: Writing negative value into unsigned field; RuntimeWarning: Truncation of value to unsigned int
#> 1
#> long 7
#> long -5
#> long 1099511627776
#> long OverflowError: Python int too large to convert to C long
#> long OverflowError: Python int too large to convert to C long
#> long TypeError: 'float' object cannot be interpreted as an integer
#> long 3
#> long OverflowError: my own words
#> long KeyError: 'key'
#> long OverflowError: Python int too large to convert to C long
#> long TypeError: __index__ returned non-int (type str)
#> long -1
#> 1
#> ulong 7
#> ulong RuntimeWarning: Writing negative value into unsigned field
#> ulong 1099511627776
#> ulong 18446744073709551615
#> ulong OverflowError: Python int too large to convert to C long
#> ulong TypeError: 'float' object cannot be interpreted as an integer
#> ulong RuntimeWarning: Writing negative value into unsigned field
#> ulong OverflowError: my own words
#> ulong KeyError: 'key'
#> ulong OverflowError: Python int too large to convert to C long
#> ulong TypeError: __index__ returned non-int (type str)
#> ulong RuntimeWarning: Writing negative value into unsigned field
#> 1
#> longlong 7
#> longlong -5
#> longlong 1099511627776
#> longlong OverflowError: int too big to convert
#> longlong OverflowError: int too big to convert
#> longlong TypeError: 'float' object cannot be interpreted as an integer
#> longlong 3
#> longlong OverflowError: my own words
#> longlong KeyError: 'key'
#> longlong OverflowError: int too big to convert
#> longlong TypeError: __index__ returned non-int (type str)
#> longlong -1
#> 1
#> ulonglong 7
#> ulonglong OverflowError: can't convert negative int to unsigned
#> ulonglong 1099511627776
#> ulonglong 18446744073709551615
#> ulonglong OverflowError: int too big to convert
#> ulonglong TypeError: 'float' object cannot be interpreted as an integer
#> ulonglong 3
#> ulonglong OverflowError: my own words
#> ulonglong KeyError: 'key'
#> ulonglong OverflowError: Python int too large to convert to C long
#> ulonglong TypeError: __index__ returned non-int (type str)
#> ulonglong 18446744073709551615
#> 1
#> ssize 7
#> ssize -5
#> ssize 1099511627776
#> ssize OverflowError: Python int too large to convert to C ssize_t
#> ssize OverflowError: Python int too large to convert to C ssize_t
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> ssize TypeError: an integer is required
#> 0
for name in ["float", "double"]:
    assign(name, 3)
    assign(name, 1e300)
    assign(name, 10 ** 400)
    assign(name, "1.5")
    assign(name, Index(4))
    assign(name, Index(OverflowError("my own words")))
#> float 3.0
#> float inf
#> float OverflowError: int too large to convert to float
#> float TypeError: must be real number, not str
#> float 4.0
#> float OverflowError: my own words
#> double 3.0
#> double 1e+300
#> double OverflowError: int too large to convert to float
#> double TypeError: must be real number, not str
#> double 4.0
#> double OverflowError: my own words
for name in ["bool", "char", "string", "inplace", "none"]:
    assign(name, True)
    assign(name, 1)
    assign(name, "x")
    assign(name, "xy")
    assign(name, "\xe9")
    assign(name, b"x")
#> bool True
#> bool TypeError: attribute value type must be bool
#> bool TypeError: attribute value type must be bool
#> bool TypeError: attribute value type must be bool
#> bool TypeError: attribute value type must be bool
#> bool TypeError: attribute value type must be bool
#> char TypeError: bad argument type for built-in operation
#> char TypeError: bad argument type for built-in operation
#> char 'x'
#> char TypeError: bad argument type for built-in operation
#> char TypeError: bad argument type for built-in operation
#> char TypeError: bad argument type for built-in operation
#> string TypeError: readonly attribute
#> string TypeError: readonly attribute
#> string TypeError: readonly attribute
#> string TypeError: readonly attribute
#> string TypeError: readonly attribute
#> string TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> inplace TypeError: readonly attribute
#> none SystemError: bad memberdescr type for none
#> none SystemError: bad memberdescr type for none
#> none SystemError: bad memberdescr type for none
#> none SystemError: bad memberdescr type for none
#> none SystemError: bad memberdescr type for none
#> none SystemError: bad memberdescr type for none

# A warning that is an error; the member is written before.
with warnings.catch_warnings():
    warnings.simplefilter("error")
    for name, value in [("byte", 300), ("uint", -3), ("uint", 1 << 40), ("ulong", -3)]:
        try:
            setattr(m, name, value)
        except RuntimeWarning as error:
            print(name, error, getattr(m, name))
#> byte Truncation of value to char 44
#> uint Writing negative value into unsigned field 4294967293
#> uint Truncation of value to unsigned int 0
#> ulong Writing negative value into unsigned field 18446744073709551613

# Deleting.
for name in ["int", "float", "bool", "char", "string", "object", "object_ex", "none", "fixed_int"]:
    try:
        delattr(m, name)
        print(name, "is gone")
    except Exception as error:
        print(name, type(error).__name__, error)
#> int TypeError can't delete numeric/char attribute
#> float TypeError can't delete numeric/char attribute
#> bool TypeError can't delete numeric/char attribute
#> char TypeError can't delete numeric/char attribute
#> string TypeError can't delete numeric/char attribute
#> object is gone
#> object_ex is gone
#> none TypeError can't delete numeric/char attribute
#> fixed_int AttributeError readonly attribute
