# Pickling and copying of instances of types made by C, in every protocol, as far
# as Python's protocols give it: by methods of the type, and by what `object` does.
# module: hpytype_pickling
# module: hpytype
# module: differential_containers
import copy
import copyreg
import pickle

import hpytype_pickling
import hpytype
from differential_containers import CountedFloat, CountedInt, CountedList, CountedStr


def describe(thing):
    parts = [type(thing).__name__]
    for name in ("number", "held", "note", "slot", "protocol", "x", "y"):
        value = getattr(thing, name, None)
        if value is not None:
            parts.append(f"{name}={value}")
    if isinstance(thing, (float, str, list, int)):
        parts.append(type(thing).__mro__[-2].__repr__(thing))
    return " ".join(parts)


def outcome(function, *args):
    try:
        return describe(function(*args))
    except Exception as error:
        # CPython names the module in front of a native type.
        text = str(error).replace("hpytype_pickling.", "").replace("hpytype.", "")
        return type(error).__name__ + ": " + text


def trip(thing):
    """Through pickle and both kinds of copy; equal outcomes are said once."""
    outcomes = {}

    def note(outcome, how):
        outcomes.setdefault(outcome, []).append(how)

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        load = lambda: pickle.loads(pickle.dumps(thing, protocol))
        note(outcome(load), str(protocol))
    note(outcome(copy.copy, thing), "copy")
    note(outcome(copy.deepcopy, thing), "deepcopy")
    for said, hows in outcomes.items():
        print(",".join(hows), "->", said)


class ReducedSub(hpytype_pickling.Reduced):
    pass


class NewArgsSub(hpytype_pickling.NewArgs):
    pass


class NewArgsSlots(hpytype_pickling.NewArgs):
    __slots__ = ("slot",)


class StatedSub(hpytype_pickling.Stated):
    def __getstate__(self):
        return super().__getstate__(), self.__dict__

    def __setstate__(self, state):
        super().__setstate__(state[0])
        self.__dict__.update(state[1])


class EmptySub(hpytype_pickling.Empty):
    pass


class EmptySlots(hpytype_pickling.Empty):
    __slots__ = ("slot",)


class VectorSub(hpytype.Vector):
    def __reduce__(self):
        return type(self), (self.x, self.y), {"note": self.note}


class FloatSub(CountedFloat):
    pass


class ListSub(CountedList):
    pass


def noted(thing, **attributes):
    for name, value in attributes.items():
        setattr(thing, name, value)
    return thing


# By methods of the type.
trip(hpytype_pickling.Reduced(3))  #> 0,1,2,3,4,5,copy,deepcopy -> Reduced number=3
trip(hpytype_pickling.ReducedEx(4))
#> 0,1,2,3,4,5,copy,deepcopy -> AttributeError: 'ReducedEx' object has no attribute '__dict__'
trip(hpytype_pickling.NewArgs(5))
#> 0,1 -> TypeError: cannot pickle 'NewArgs' object
#> 2,3,4,5,copy,deepcopy -> NewArgs number=5
trip(hpytype_pickling.NewArgsEx(6))
#> 0,1 -> TypeError: cannot pickle 'NewArgsEx' object
#> 2,3,4,5,copy,deepcopy -> NewArgsEx number=6
trip(hpytype_pickling.Stated(7))
#> 0,1 -> TypeError: cannot pickle 'Stated' object
#> 2,3,4,5,copy,deepcopy -> Stated number=7
trip(hpytype_pickling.Copied(8))
#> 0,1,2,3,4,5 -> TypeError: cannot pickle 'Copied' object
#> copy -> Copied number=1008
#> deepcopy -> Copied number=8

# Subclasses, with a dict and with slots.
trip(noted(ReducedSub(1), note="lost"))  #> 0,1,2,3,4,5,copy,deepcopy -> ReducedSub number=1
trip(noted(NewArgsSub(2), note="kept"))
#> 0,1 -> TypeError: 'NewArgsSub' object cannot be interpreted as an integer
#> 2,3,4,5,copy,deepcopy -> NewArgsSub number=2 note=kept
trip(noted(NewArgsSlots(3), slot="kept"))
#> 0,1 -> TypeError: 'NewArgsSlots' object cannot be interpreted as an integer
#> 2,3,4,5,copy,deepcopy -> NewArgsSlots number=3 slot=kept
trip(noted(StatedSub(4), note="kept"))
#> 0,1 -> TypeError: 'StatedSub' object cannot be interpreted as an integer
#> 2,3,4,5,copy,deepcopy -> StatedSub number=4 note=kept
trip(noted(VectorSub(1, 2), note="kept"))  #> 0,1,2,3,4,5,copy,deepcopy -> VectorSub note=kept x=1.0 y=2.0

# A type without a struct, and one that knows no way.
trip(hpytype_pickling.Empty())  #> 0,1,2,3,4,5,copy,deepcopy -> Empty
trip(noted(EmptySub(), note="kept"))  #> 0,1,2,3,4,5,copy,deepcopy -> EmptySub note=kept
trip(noted(EmptySlots(), slot="kept"))
#> 0,1 -> TypeError: a class that defines __slots__ without defining __getstate__ cannot be pickled
#> 2,3,4,5,copy,deepcopy -> EmptySlots slot=kept
trip(hpytype.Vector(1, 2))  #> 0,1,2,3,4,5,copy,deepcopy -> TypeError: cannot pickle 'Vector' object

# The shapes of builtins.
trip(CountedFloat(2.5))  #> 0,1,2,3,4,5,copy,deepcopy -> CountedFloat 2.5
trip(CountedStr("text"))  #> 0,1,2,3,4,5,copy,deepcopy -> CountedStr 'text'
trip(CountedList([1, [2]]))  #> 0,1,2,3,4,5,copy,deepcopy -> CountedList [1, [2]]
trip(noted(FloatSub(1.5), note="kept"))  #> 0,1,2,3,4,5,copy,deepcopy -> FloatSub note=kept 1.5
trip(noted(ListSub("ab"), note="kept"))  #> 0,1,2,3,4,5,copy,deepcopy -> ListSub note=kept ['a', 'b']
print(copy.deepcopy(CountedList([[1]]))[0], copy.copy(CountedInt(5)) == 5)  #> [1] True

# Shared and cyclic references.
link = hpytype_pickling.LinkedState()
link.__setstate__(([link, link],))
again = pickle.loads(pickle.dumps(link))
print(again.held[0] is again, again.held[1] is again, again is not link)  #> True True True
again = copy.deepcopy(link)
print(again.held[0] is again, again.held[1] is again, again is not link)  #> True True True
print(copy.copy(link).held is link.held, copy.copy(link) is not link)  #> True True

# Registered from outside, and the types and their methods themselves.
copyreg.pickle(hpytype.Vector, lambda v: (hpytype.Vector, (v.x, v.y)))
trip(hpytype.Vector(3, 4))  #> 0,1,2,3,4,5,copy,deepcopy -> Vector x=3.0 y=4.0
for thing in (hpytype_pickling.Reduced, hpytype.Vector.__len__, hpytype_pickling.Reduced(1).__reduce__):
    try:
        again = pickle.loads(pickle.dumps(thing))
        print(type(again) is type(thing), copy.copy(thing) is thing)
    except Exception as error:
        print(type(error).__name__, error)
#> True True
#> True True
#> True True
print(hpytype_pickling.Reduced(3).__reduce__() == (hpytype_pickling.Reduced, (3,)))  #> True
print(hpytype_pickling.NewArgs(3).__reduce_ex__(2)[:2] == (copyreg.__newobj__, (hpytype_pickling.NewArgs, 3)))  #> True
print(hpytype_pickling.Stated(3).__getstate__(), EmptySub().__getstate__())  #> {'n': 3} None
