# What Python subclasses inherit from types made by C: slots by the names of
# attributes, for sequences and mappings not more than the base has; and what
# assigning and deleting attributes changes.
# module: differential_containers
# module: differential_types
# module: hpytype
import abc
import operator

from differential_containers import CountedInt, Mapping, Sequence
from differential_types import Operators
from golden import show, show_type
from hpytype import Vector, Vector3


# A subclass of a mapping is a mapping, one of a sequence a sequence.
class MappingSub(Mapping):
    pass


class SequenceSub(Sequence):
    pass


m, s = MappingSub(3), SequenceSub(3)
print(len(m), m["a"], len(s), list(s), s[-1])  #> 3 ('a', 'a') 3 [0, 10, 20] 20
show(iter, m)  #> TypeError: 'MappingSub' object is not iterable
show_type(lambda: 1 in m)  #> TypeError
show_type(lambda: bytes(m))  #> TypeError
show_type(lambda: m * 2)  #> TypeError
show(lambda: s["x"])  #> TypeError: sequence index must be integer, not 'str'
show(lambda: s[1 << 70])  #> IndexError: cannot fit 'int' into an index-sized integer
print(s + 1, s * 2, 2 * s, None in s)  #> ('concat', 1) ('repeat', 2) ('repeat', 2) True
s += 5
print(s)  #> ('inplace concat', 5)
show(lambda: SequenceSub(2) * "x")  #> TypeError: can't multiply sequence by non-int of type 'str'
show(lambda: operator.delitem(SequenceSub(2), "x"))  #> TypeError: sequence index must be integer, not 'str'
show(lambda: operator.delitem(Operators(2), 1))
#> TypeError: 'differential_types.Operators' object doesn't support item deletion
show(lambda: operator.delitem(Operators(2), "x"))
#> TypeError: 'differential_types.Operators' object does not support item deletion
show(lambda: operator.setitem(Operators(2), 1, 2))
#> TypeError: 'differential_types.Operators' object does not support item assignment
show(lambda: "%s" % Operators(2))  #> 'O2'


# A method in Python is asked by its name again.
class Half(Sequence):
    def __getitem__(self, index):
        return ("python", index)


h = Half(2)
print(h[5], h["x"], len(h))  #> ('python', 5) ('python', 'x') 2
Half.__getitem__ = lambda self, index: ("other", index)
print(h["x"], h[-1])  #> ('other', 'x') ('other', -1)
del Half.__getitem__
show_type(lambda: h["x"])  #> TypeError
print(h[-1], list(h))  #> 10 [0, 10]


# Operators in Python and in C, whichever comes first.
class Add(Operators):
    def __add__(self, other):
        return "python add"


class Late(Add):
    pass


print(Add(2) + 1, 1 + Add(2) == ("add", 1, 2), Late(2) + 1, type(Late(2) - 1))
#> python add True python add <class 'tuple'>
Late.__add__ = Operators.__add__
print((Late(2) + 1)[0])  #> add
del Late.__add__
print(Late(2) + 1)  #> python add
del Add.__add__
print((Late(2) + 1)[0], (Add(2) + 1)[0])  #> add add


# Two bases in C: the first that has the attribute.
class Both(Vector3):
    pass


print(repr(Both(1, 2)), repr(Vector3(1, 2)), repr(Vector(1, 2)))  #> <1.0, 2.0>+0.0 <1.0, 2.0>+0.0 <1.0, 2.0>
own = Vector3.__dict__.get("__repr__")
if own:
    del Vector3.__repr__
    print(repr(Both(1, 2)), repr(Vector3(1, 2)))
    Vector3.__repr__ = own
    print(repr(Both(1, 2)), repr(Vector3(1, 2)))
#> <1.0, 2.0> <1.0, 2.0>
#> <1.0, 2.0>+0.0 <1.0, 2.0>+0.0


# Deleting from a type made by C, with types of C and of Python below.
add = Vector.__add__
del Vector.__add__
show_type(lambda: Vector() + Vector())  #> <0.0, 0.0>
show_type(lambda: Vector3() + Vector3())  #> <0.0, 0.0>
show_type(lambda: Both() + Both())  #> <0.0, 0.0>
Vector.__add__ = lambda self, other: "python"
print(Vector() + Vector(), Vector3() + 1, Both() + 1)  #> python python python
Vector.__add__ = add
print(Vector(1, 2) + Vector(1, 1), Both(1, 2) + Vector(1, 1))  #> a vector a vector
type.__setattr__(Vector, "__neg__", lambda self: "negative")
print(-Vector(), -Vector3(), -Both())  #> negative negative negative
length = Vector.__len__
type.__delattr__(Vector, "__len__")
show(len, Both())  #> TypeError: object of type 'Both' has no len()
Vector.__len__ = length
print(len(Both()))  #> 2


# Metaclasses.
class Abstract(Mapping, metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def area(self):
        pass


class Concrete(Abstract):
    def area(self):
        return 1


show(iter, Concrete(1))  #> TypeError: 'Concrete' object is not iterable


class Noted(type):
    noted = []

    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        Noted.noted.append(name)
        return cls

    def __setattr__(cls, name, value):
        Noted.noted.append(name)
        super().__setattr__(name, value)


class Named(Mapping, metaclass=Noted):
    pass


show(iter, Named(1))  #> TypeError: 'Named' object is not iterable
Named.__iter__ = lambda self: iter("abc")
print(list(Named(1)), Noted.noted)  #> ['a', 'b', 'c'] ['Named', '__iter__']


# Other bases.
class One(Operators):
    pass


class Two(Operators):
    def __add__(self, other):
        return "two"


class Moved(One):
    pass


moved = Moved(2)
print((moved + 1)[0])  #> add
Moved.__bases__ = (Two,)
print(moved + 1)  #> two
Moved.__bases__ = (One,)
print((moved + 1)[0])  #> add


# A slot wrapper of one class in another.
class Borrowed(Vector3):
    __repr__ = Vector.__repr__


print(repr(Borrowed(1, 2)), type(Borrowed() + Borrowed()) is Vector)  #> <1.0, 2.0> True

# A class method of the builtin makes instances of the class.
two = CountedInt.from_bytes(b"\1\2", "big")
print(type(two).__name__, two + 0, CountedInt(two) == 258, int.from_bytes(b"\1", "big"))  #> CountedInt 258 True 1
