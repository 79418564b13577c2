"""Classes whose instances are what C code rarely meets: subclasses of builtins
and of our native types, and objects whose methods raise or answer wrongly."""

import differential_containers as containers
import differential_types as types


class Boom(Exception):
    """What callbacks raise."""


class IntSub(int):
    pass


class FloatSub(float):
    pass


class StrSub(str):
    pass


class BytesSub(bytes):
    pass


class TupleSub(tuple):
    pass


class ListSub(list):
    pass


class DictSub(dict):
    def __missing__(self, key):
        if key == "raise":
            raise Boom("missing")
        return ("missing", key)


class Plain:
    shared = "shared"

    def __init__(self, number):
        self.number = number

    def method(self, *args, **kwargs):
        return args, sorted(kwargs.items())

    @property
    def fails(self):
        raise Boom("property")

    @property
    def fixed(self):
        return self.number


class Slotted:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


class Index:
    """Converts to numbers, not always to the right kind."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


class Convertible(Index):
    def __int__(self):
        return self.value

    def __float__(self):
        return self.value

    def __bool__(self):
        return self.value

    def __len__(self):
        return self.value

    def __repr__(self):
        return self.value

    def __str__(self):
        return self.value

    def __bytes__(self):
        return self.value

    def __hash__(self):
        return self.value

    def __eq__(self, other):
        return self.value


class Raising:
    """Raises from whatever is asked of it."""

    def __init__(self, exception):
        self.exception = exception

    def fail(self, *args):
        raise self.exception("raised")

    __index__ = __int__ = __float__ = __bool__ = __len__ = __repr__ = __str__ = fail
    __bytes__ = __hash__ = __eq__ = __lt__ = __add__ = __radd__ = __iadd__ = fail
    __getitem__ = __setitem__ = __delitem__ = __contains__ = __call__ = __iter__ = fail
    __neg__ = __mul__ = __pow__ = __abs__ = __getattr__ = fail


class OperatorsSub(types.Operators):
    """A subclass that leaves everything to the native type."""


class OperatorsOverride(types.Operators):
    """A subclass that overrides and asks its base."""

    def __add__(self, other):
        return ("python add", super().__add__(other))

    def __rsub__(self, other):
        return ("python rsub", super().__rsub__(other))

    def __iadd__(self, other):
        return ("python iadd", super().__iadd__(other))

    def __eq__(self, other):
        return ("python eq", super().__eq__(other))

    __hash__ = types.Operators.__hash__

    def __bool__(self):
        return not super().__bool__()

    def __repr__(self):
        return "sub " + super().__repr__()


class SequenceSub(containers.Sequence):
    def __getitem__(self, index):
        return ("python", super().__getitem__(index))


class SequenceSlots(containers.Sequence):
    __slots__ = ("extra",)


class MappingSub(containers.Mapping):
    def __call__(self, *args, **kwargs):
        return ("python", super().__call__(*args, **kwargs))

    def __len__(self):
        return super().__len__() + 1


class CountedIntSub(containers.CountedInt):
    pass


class CountedListSub(containers.CountedList):
    pass
