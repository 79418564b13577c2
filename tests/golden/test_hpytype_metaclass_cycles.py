# Classes whose metaclass is made by C, with a field in their struct: cycles through
# it are collected with the class. On CPython they are not, for the `tp_traverse` of
# the metaclass takes the place of the one that visits the class itself; and with a
# metaclass in Python below it, the struct is looked for in the wrong place.
# module: hpytype_metaclass
# only: hpyvm
import gc
import weakref

import hpytype_metaclass
from hpytype_metaclass import Meta


# A metaclass in Python below it, with slots of its own.
class Below(Meta):
    __slots__ = ()

    def __call__(cls, *args):
        return "called", super().__call__(*args).__class__.__name__


class Third(metaclass=Below):
    pass


Third.number, Third.held = 3, "held"
print(Third(), Third.number, Third.held)  #> ('called', 'Third') 3 held

# Cycles.
def dies(make):
    before = hpytype_metaclass.destroyed()
    reference = weakref.ref(make())
    gc.collect()
    return reference() is None, hpytype_metaclass.destroyed() - before


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


print(dies(itself))  #> (True, 1)
print(dies(instances))  #> (True, 1)
print(dies(each_other))  #> (True, 2)
