"""Whether an implementation runs the module at all.

Calls everything that the comparison measures and looks at what comes back: a
context whose members are not where the headers say may well import a module and
then call other functions than it means. Prints `the module works` at the end.
"""

import math
import sys

import overhead


class Attributes:
    attribute = 1

    def method(self):
        Attributes.calls += 1

    calls = 0


def same(actual, expected):
    if type(actual) is not type(expected) or actual != expected:
        sys.exit(f"{actual!r} where {expected!r} was expected")


same(overhead.noargs(), None)
same(overhead.one("x"), "x")
same(overhead.three(1, 2, 3), 6)
same(overhead.keywords(1, 2, 3), 6)
same(overhead.keywords(1, c=3, b=2), 6)
vector = overhead.Vector(3.0, 4.0)
same(vector.norm(), 25.0)
same(vector.same("x"), "x")
same(vector.x, 3.0)
vector.x = 5.0
same(vector.sum, 9.0)
vector.sum = 6.0
same(vector.x, 2.0)
same((vector + vector).sum, 12.0)
same(len(vector), 2)
same(vector[1], 4.0)
same(vector(), None)
same(vector(7), 7)
try:
    vector[2]
except IndexError as error:
    same(str(error), "a vector has two components")
else:
    sys.exit("vector[2] gives something")

# The loops: each one works on what it should, and takes time.
item, attributes = [1, 2, 3], Attributes()
for function, *arguments in [
    (overhead.empty,),
    (overhead.dup_close, item),
    (overhead.is_same, item),
    (overhead.is_other, item, attributes),
    (overhead.type_check, vector, overhead.Vector),
    (overhead.type_of, vector),
    (overhead.long_small,),
    (overhead.long_big,),
    (overhead.long_huge,),
    (overhead.long_as, 123456789),
    (overhead.long_as_immediate,),
    (overhead.float_from,),
    (overhead.float_as, 1.5),
    (overhead.float_as_immediate,),
    (overhead.add_immediates,),
    (overhead.add_floats,),
    (overhead.add_objects, 1, 2),
    (overhead.get_attr, attributes, "attribute"),
    (overhead.get_attr_s, attributes),
    (overhead.set_attr_s, attributes, "set"),
    (overhead.length, item),
    (overhead.get_item, {"key": item}, "key"),
    (overhead.set_item, {"key": item}, "key", None),
    (overhead.contains, {"key": item}, "key"),
    (overhead.is_true, item),
    (overhead.compare_bool, 1, 2),
    (overhead.unicode_from,),
    (overhead.unicode_from_other,),
    (overhead.unicode_as, "text"),
    (overhead.bytes_as, b"text"),
    (overhead.bytes_from,),
    (overhead.get_item_i, item),
    (overhead.set_item_i, item, "set"),
    (overhead.tuple_from_array, item),
    (overhead.tuple_builder, item),
    (overhead.list_builder, item),
    (overhead.dict_new,),
    (overhead.call, list),
    (overhead.call_one, math.sqrt, 2),
    (overhead.call_keywords, dict, None, ("key",)),
    (overhead.call_tuple_dict, int, ("3",)),
    (overhead.call_method, "method", attributes),
    (overhead.err_set_clear,),
    (overhead.err_occurred,),
    (overhead.tracker, item),
    (overhead.leave_reenter,),
    (overhead.as_struct, vector),
    (overhead.field_load, vector, item),
    (overhead.field_store, vector, item),
    (overhead.global_load,),
    (overhead.global_store, item),
    (overhead.new_instance, overhead.Vector),
    (overhead.open_and_close, [item], 3),
]:
    if not 0 <= function(1000, *arguments) < 10**10:
        sys.exit(f"{function.__name__} gives an impossible time")
same(attributes.attribute, "set")
same(item, [1, "set", 3])
same(Attributes.calls, 1000)
try:
    overhead.length(1, 5)
except TypeError:
    pass
else:
    sys.exit("an int has a length")
print("the module works")
