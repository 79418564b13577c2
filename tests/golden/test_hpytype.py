# Types made by C: construction, operators, members, getsets, inheritance from
# C and from Python, lifetime.
# module: hpytype
# also: moving-gc
import gc

from golden import show, show_type
import hpytype as s
from hpytype import Vector, Vector3

v = Vector(3, 4)
w = Vector(1, y=2)

# The type.
print(Vector, Vector.__name__, Vector.__module__, Vector.__doc__)
#> <class 'hpytype.Vector'> Vector hpytype A vector of two numbers.
print(Vector.__mro__, Vector3.__mro__)
#> (<class 'hpytype.Vector'>, <class 'object'>) (<class 'hpytype.Vector3'>, <class 'hpytype.Vector'>, <class 'object'>)
print(Vector3.__doc__, Vector3.__base__ is Vector, type(Vector) is type)  #> None True True
print(s.type_name(Vector), s.type_name(int), s.type_name(Vector3))  #> Vector int Vector3

# Construction.
print(repr(v), repr(w), repr(Vector()), str(v))  #> <3.0, 4.0> <1.0, 2.0> <0.0, 0.0> a vector
print(Vector(tag=7).tag, Vector(1.5, -2, 3).tag)  #> 7 3
show(Vector, "x")  #> TypeError: must be real number, not str
show_type(Vector, 1, 2, 3, 4)  #> <1.0, 2.0>
show(Vector, z=3)  #> <0.0, 0.0>
fresh = Vector.__new__(Vector)
print(fresh, repr(fresh))  #> a vector <0.0, 0.0>
fresh.__init__(5, 6)
print(repr(fresh))  #> <5.0, 6.0>
show_type(Vector.__new__, int)  #> TypeError
show_type(Vector.__new__)  #> TypeError
show_type(Vector.__repr__, 3)  #> TypeError

# Operators.
print(repr(v + w), repr(v - w), repr(-v), abs(v), v * w)  #> <4.0, 6.0> <2.0, 2.0> <-3.0, -4.0> 5.0 11.0
print(repr(v * 2), repr(2 * v), repr(v * 0.5))  #> <6.0, 8.0> <6.0, 8.0> <1.5, 2.0>
show_type(lambda: v + 1)  #> TypeError
show_type(lambda: 1 - v)  #> TypeError
show_type(lambda: v * "x")  #> TypeError
show_type(lambda: v / 2)  #> TypeError
show_type(lambda: ~v)  #> TypeError
same = fresh
fresh += w
print(repr(fresh), fresh is same)  #> <6.0, 8.0> True
fresh -= w
print(repr(fresh), fresh is same)  #> <5.0, 6.0> False
print(bool(v), bool(Vector()), float(v), int(v))  #> True False 5.0 3
print(v ** 2, pow(v, 2, 5), 2 ** w)  #> pow(<3.0, 4.0>, 2, None) pow(<3.0, 4.0>, 2, 5) pow(2, <1.0, 2.0>, None)
print(v == Vector(3, 4), v != Vector(3, 4), v == w, v == 3, v != 3)  #> True False False False True
show_type(lambda: v < w)  #> TypeError
print(hash(v), {v: "found"}[Vector(3, 4)])  #> 3007 found
print(len(v), v[0], v[1], v[-1], list(v), 4 in v, 5 in v)  #> 2 3.0 4.0 4.0 [3.0, 4.0] True False
show(lambda: v[2])  #> IndexError: a vector has two components
show_type(lambda: "x" in v)  #> TypeError
show_type(lambda: v["x"])  #> TypeError
print(v(1, 2, key=3), v())  #> <3.0, 4.0> called with (1, 2) and 1 keywords <3.0, 4.0> called with () and 0 keywords
x, y = v
print(x, y, sum(v), max(v), sorted([5, *v]))  #> 3.0 4.0 7.0 4.0 [3.0, 4.0, 5]

# Methods.
print(repr(v.scaled(2)), repr(Vector.scaled(v, 3)), Vector.scaled.__doc__)  #> <6.0, 8.0> <9.0, 12.0> The vector times a number.
print(repr(v.moved(1)), repr(v.moved(by_y=1)), repr(v.moved(1, by_y=2)))  #> <4.0, 4.0> <3.0, 5.0> <4.0, 6.0>
show_type(v.scaled)  #> TypeError
show_type(v.scaled, 1, 2)  #> TypeError
show_type(Vector.scaled)  #> TypeError
show_type(Vector.scaled, 3, 4)  #> TypeError
bound = v.scaled
print(repr(bound(2)), bound.__self__ is v, bound.__name__)  #> <6.0, 8.0> True scaled
print(type(Vector.__dict__["scaled"]).__name__)  #> method_descriptor
print(type(Vector.__dict__["angle"]).__name__)  #> getset_descriptor

# Members.
print(v.x, v.y, v.tag, v.fixed_tag, v.letter, v.flag, v.label, v.extra)  #> 3.0 4.0 0 0 v False a vector None
v.x, v.tag, v.letter, v.flag = 30, 2**31 - 1, "\x7f", True
print(v.x, v.tag, v.fixed_tag, ascii(v.letter), v.flag)  #> 30.0 2147483647 2147483647 '\x7f' True
show_type(setattr, v, "x", "text")  #> TypeError
show_type(setattr, v, "tag", "text")  #> TypeError
show_type(setattr, v, "letter", "ab")  #> TypeError
show_type(setattr, v, "flag", 1)  #> TypeError
show_type(setattr, v, "label", "new")  #> TypeError
show_type(setattr, v, "fixed_tag", 1)  #> AttributeError
show_type(delattr, v, "x")  #> TypeError
show_type(getattr, v, "must")  #> AttributeError
v.x = 3  # CPython's setter stores -1.0 before it notices that "text" is no number
v.extra = ["kept"]
print(v.extra, v.must is v.extra)  #> ['kept'] True
del v.must
print(v.extra)  #> None
print(s.keep_extra(v, "stored"), v.extra, v.must)  #> stored stored stored
show_type(setattr, v, "unknown", 1)  #> AttributeError
print(hasattr(v, "__dict__"), Vector.x.__doc__, Vector.y.__doc__)  #> False The first component. None

# Getsets.
print(Vector(1, 1).angle, Vector.angle.__doc__)  #> 45.0 In degrees.
show_type(setattr, v, "angle", 1)  #> AttributeError
print(w.pair)  #> (1.0, 2.0, 'closure')
w.pair = (7, 8)
print(w.pair)  #> (7.0, 8.0, 'closure')
show(setattr, w, "pair", (1,))  #> IndexError: tuple index out of range
show(setattr, w, "pair", 3)  #> TypeError: 'int' object is not subscriptable
show(delattr, w, "pair")  #> AttributeError: a pair stays

# Inheritance in C.
three = Vector3(1, 2)
three.z = 0.5
print(repr(three), three.x, three.z, isinstance(three, Vector), abs(three) == abs(Vector(1, 2)))
#> <1.0, 2.0>+0.5 1.0 0.5 True True
print(repr(three + v), repr(v + three), type(three + three) is Vector)  #> <4.0, 6.0> <4.0, 6.0> True
print(repr(three.scaled(2)), Vector.__repr__(three))  #> <2.0, 4.0> <1.0, 2.0>

# Inheritance in Python.


class Named(Vector):
    """A vector with a name."""

    def __init__(self, name, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = name

    def __repr__(self):
        return f"{self.name}={super().__repr__()}"

    def __add__(self, other):
        return ("added", super().__add__(other))

    @property
    def angle(self):
        return "hidden"


class Slotted(Vector3):
    __slots__ = ("more",)


n = Named("n", 1, 2)
print(repr(n), n.x, n.name, n.__dict__, n.angle, n.tag)  #> n=<1.0, 2.0> 1.0 n {'name': 'n'} hidden 0
print(n + v, repr(v + n), n * 2, -n)  #> ('added', <4.0, 6.0>) <4.0, 6.0> a vector a vector
print(repr(n.scaled(2)), len(n), list(n), n == Vector(1, 2), hash(n))  #> <2.0, 4.0> 2 [1.0, 2.0] True 1007
print(isinstance(n, Vector), Named.__mro__[1] is Vector)  #> True True
slotted = Slotted(1, 2)
slotted.more, slotted.z = "more", 3
print(repr(slotted), slotted.more, slotted.z, hasattr(slotted, "__dict__"))  #> <1.0, 2.0>+3.0 more 3.0 False
both = type("Both", (Named, Vector3), {})("b", 5, 6)
both.z = 7
print(repr(both), both.z)  #> b=<5.0, 6.0>+7.0 7.0
show_type(lambda: type("Bad", (s.Sealed,), {}))  #> TypeError
show_type(lambda: type("Bad", (Vector, int), {}))  #> TypeError
print(type(s.Sealed()).__name__)  #> Sealed
show_type(s.Sealed, 1)  #> TypeError

# The class can be changed from Python.
Vector.added_later = "later"
print(v.added_later, n.added_later)  #> later later
del Vector.added_later

# Lifetime.
del v, w, fresh, same, bound, three, n, slotted, both, x, y
gc.collect()
print(s.count_alive())  #> 0
vectors = [Vector(i) for i in range(1000)]
print(s.count_alive())  #> 1000
del vectors
gc.collect()
print(s.count_alive())  #> 0
cycle = Vector()
cycle.extra = [cycle]
other = Named("cycle")
other.me = [other]
del cycle, other
gc.collect()
print(s.count_alive())  #> 0
