# Which integers that slots return mean failure: by operator and by name.
# module: hpyfunc_integers
# debug: breaks rules
import hpyfunc_integers as c

slots, sequence, mapping = c.Slots(), c.Sequence(), c.Mapping()


def set_item(container):
    container[0] = 1


def delete_item(container):
    del container[0]


operations = {
    "bool(x)": lambda: bool(slots),
    "hash(x)": lambda: hash(slots),
    "1 in x": lambda: 1 in slots,
    "type(x)()": lambda: type(c.Slots()).__name__,
    "bytes(memoryview(x))": lambda: memoryview(slots).tobytes(),
    "setattr(x, 'value', 1)": lambda: setattr(slots, "value", 1),
    "delattr(x, 'value')": lambda: delattr(slots, "value"),
    "len(sequence)": lambda: len(sequence),
    "sequence[0] = 1": lambda: set_item(sequence),
    "del sequence[0]": lambda: delete_item(sequence),
    "len(mapping)": lambda: len(mapping),
    "mapping[0] = 1": lambda: set_item(mapping),
    "del mapping[0]": lambda: delete_item(mapping),
    "x.__bool__()": lambda: slots.__bool__(),
    "x.__hash__()": lambda: slots.__hash__(),
    "x.__contains__(1)": lambda: slots.__contains__(1),
    "x.__init__()": lambda: slots.__init__(),
    "sequence.__len__()": lambda: sequence.__len__(),
    "sequence.__setitem__(0, 1)": lambda: sequence.__setitem__(0, 1),
    "sequence.__delitem__(0)": lambda: sequence.__delitem__(0),
    "mapping.__len__()": lambda: mapping.__len__(),
    "mapping.__setitem__(0, 1)": lambda: mapping.__setitem__(0, 1),
    "mapping.__delitem__(0)": lambda: mapping.__delitem__(0),
}


def outcome(operation, value, raises):
    c.tell(value, raises)
    try:
        return repr(operation())
    except Exception as error:
        return type(error).__name__
    finally:
        c.tell(0, 0)


# A result that is no failure must not come with an error: CPython finds such an error
# late, and anywhere.
failures = {
    "hash(x)": (-1,),
    "setattr(x, 'value', 1)": (-2, -1, 1, 2),
    "delattr(x, 'value')": (-2, -1, 1, 2),
    "sequence[0] = 1": (-2, -1, 1, 2),
    "del sequence[0]": (-2, -1, 1, 2),
    "mapping[0] = 1": (-2, -1, 1, 2),
    "del mapping[0]": (-2, -1, 1, 2),
    "x.__init__()": (-2, -1),
}
for name, operation in operations.items():
    results = [outcome(operation, value, False) for value in (-2, -1, 0, 1, 2)]
    print(name, "quiet:", ", ".join(results))
    by_name = (-1,) if name.count(".__") else (-2, -1)
    results = [outcome(operation, value, True) for value in failures.get(name, by_name)]
    print(name, "raising:", ", ".join(results))
#> bool(x) quiet: SystemError, SystemError, False, True, True
#> bool(x) raising: LookupError, LookupError
#> hash(x) quiet: -2, SystemError, 0, 1, 2
#> hash(x) raising: LookupError
#> 1 in x quiet: SystemError, SystemError, False, True, True
#> 1 in x raising: LookupError, LookupError
#> type(x)() quiet: SystemError, SystemError, 'Slots', 'Slots', 'Slots'
#> type(x)() raising: LookupError, LookupError
#> bytes(memoryview(x)) quiet: SystemError, SystemError, b'abc', b'abc', b'abc'
#> bytes(memoryview(x)) raising: LookupError, LookupError
#> setattr(x, 'value', 1) quiet: SystemError, SystemError, None, SystemError, SystemError
#> setattr(x, 'value', 1) raising: LookupError, LookupError, LookupError, LookupError
#> delattr(x, 'value') quiet: SystemError, SystemError, None, SystemError, SystemError
#> delattr(x, 'value') raising: LookupError, LookupError, LookupError, LookupError
#> len(sequence) quiet: SystemError, SystemError, 0, 1, 2
#> len(sequence) raising: LookupError, LookupError
#> sequence[0] = 1 quiet: SystemError, SystemError, None, SystemError, SystemError
#> sequence[0] = 1 raising: LookupError, LookupError, LookupError, LookupError
#> del sequence[0] quiet: SystemError, SystemError, None, SystemError, SystemError
#> del sequence[0] raising: LookupError, LookupError, LookupError, LookupError
#> len(mapping) quiet: SystemError, SystemError, 0, 1, 2
#> len(mapping) raising: LookupError, LookupError
#> mapping[0] = 1 quiet: SystemError, SystemError, None, SystemError, SystemError
#> mapping[0] = 1 raising: LookupError, LookupError, LookupError, LookupError
#> del mapping[0] quiet: SystemError, SystemError, None, SystemError, SystemError
#> del mapping[0] raising: LookupError, LookupError, LookupError, LookupError
#> x.__bool__() quiet: True, True, False, True, True
#> x.__bool__() raising: LookupError
#> x.__hash__() quiet: -2, -1, 0, 1, 2
#> x.__hash__() raising: LookupError
#> x.__contains__(1) quiet: True, True, False, True, True
#> x.__contains__(1) raising: LookupError
#> x.__init__() quiet: SystemError, SystemError, None, None, None
#> x.__init__() raising: LookupError, LookupError
#> sequence.__len__() quiet: -2, -1, 0, 1, 2
#> sequence.__len__() raising: LookupError
#> sequence.__setitem__(0, 1) quiet: None, None, None, None, None
#> sequence.__setitem__(0, 1) raising: LookupError
#> sequence.__delitem__(0) quiet: None, None, None, None, None
#> sequence.__delitem__(0) raising: LookupError
#> mapping.__len__() quiet: -2, -1, 0, 1, 2
#> mapping.__len__() raising: LookupError
#> mapping.__setitem__(0, 1) quiet: None, None, None, None, None
#> mapping.__setitem__(0, 1) raising: LookupError
#> mapping.__delitem__(0) quiet: None, None, None, None, None
#> mapping.__delitem__(0) raising: LookupError
