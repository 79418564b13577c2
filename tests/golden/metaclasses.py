# Classes whose metaclass is made by C, with a struct of their own: it is there for
# each class, and cycles through a field in it are collected.
# module: metas
import gc
import weakref

import metas
from metas import Meta


class First(metaclass=Meta):
    pass


class Second(First):
    pass


# Each class has its struct.
First.number = 5
print(First.number, Second.number, First.held)
Second.number = 7
Second.held = [First]
print(First.number, Second.number, Second.held)
print("held" in vars(First), sorted(name for name in vars(First) if "native" in name))
made = Meta("Made", (), {"x": 1})
made.number = 9
print(made.number, made.x, type(made) is Meta, isinstance(First, Meta))


# A metaclass in Python below it, with slots of its own.
class Below(Meta):
    __slots__ = ()

    def __call__(cls, *args):
        return "called", super().__call__(*args).__class__.__name__


class Third(metaclass=Below):
    pass


Third.number, Third.held = 3, "held"
print(Third(), Third.number, Third.held)

# What else lays out classes does not fit.
try:
    type("Both", (Meta, type("Slots", (type,), {"__slots__": ("a",)})), {})
    print("fits")
except TypeError as error:
    print("TypeError")


# Cycles.
def dies(make):
    before = metas.destroyed()
    reference = weakref.ref(make())
    gc.collect()
    return reference() is None, metas.destroyed() - before


def itself():
    class Held(metaclass=Meta):
        pass

    Held.held = Held
    return Held


def instances():
    class Held(metaclass=Meta):
        pass

    Held.held = [Held(), Held()]
    return Held


def each_other():
    class One(metaclass=Meta):
        pass

    class Two(metaclass=Meta):
        pass

    One.held, Two.held = Two, One
    return One


print(dies(itself))  #> x
print(dies(instances))
print(dies(each_other))
print(First.number, Second.held)
