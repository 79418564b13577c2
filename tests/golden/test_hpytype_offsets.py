# Types whose definition says that there are weak references to instances, or that
# these have attributes of their own.
# module: hpytype_offsets
import weakref

import hpytype_offsets


def has_weak(thing):
    try:
        return weakref.ref(thing)() is thing
    except TypeError:
        return False


def has_dict(thing):
    try:
        thing.extra = "extra"
        return thing.extra == "extra"
    except AttributeError:
        return False


# What lives stays alive: on CPython, hpy 0.9.0 does not clear the weak references.
alive = [getattr(hpytype_offsets, name)() for name in ("Plain", "Weak", "Dict", "Both")]
for thing in alive:
    thing.number = 7
    print(type(thing).__name__, has_weak(thing), has_dict(thing), thing.number)
#> Plain False False 7
#> Weak True False 7
#> Dict False True 7
#> Both True True 7

# They are no attributes.
print([name for name in vars(hpytype_offsets.Both) if name.endswith("offset__")])  #> []
print(hasattr(alive[3], "__weaklistoffset__"))  #> False


# Derived classes have what their base has.
class Slotted(hpytype_offsets.Weak):
    __slots__ = ()


alive.append(Slotted())
print(has_weak(alive[-1]), has_dict(alive[-1]))  #> True False
