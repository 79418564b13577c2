# The ten members that upstream's development head has appended to the context,
# and its new slot, as a binary built from head would use them. CPython's loader
# of 0.9.0 does not have them.
# debug: breaks rules
# module: head_members
# only: hpyvm
import head_members as a
from golden import show, show_type

print(a.dict_type() is dict)  #> True
show_type(a.as_struct, {})  #> TypeError

# HPyList_Insert cuts the index to the list, as list.insert does.
show(a.insert, [1, 2], 1, "x")  #> [1, 'x', 2]
show(a.insert, [1, 2], -1, "x")  #> [1, 'x', 2]
show(a.insert, [1, 2], 99, "x")  #> [1, 2, 'x']
show(a.insert, [1, 2], -99, "x")  #> ['x', 1, 2]
show_type(a.insert, (), 0, "x")  #> SystemError

# Slices by two numbers.
show(a.get_slice, "hello", 1, 3)  #> 'el'
show(a.get_slice, [1, 2, 3], -2, 99)  #> [2, 3]
show_type(a.get_slice, 5, 0, 1)  #> TypeError
show(a.set_slice, [1, 2, 3], 0, 2, "ab")  #> ['a', 'b', 3]
show_type(a.set_slice, (1, 2, 3), 0, 2, "ab")  #> TypeError
show(a.del_slice, [1, 2, 3], 0, 2)  #> [3]

# Iteration.
show(a.collect, range(3))  #> [0, 1, 2]
show(a.collect, (c for c in "abc"))  #> ['a', 'b', 'c']
show_type(a.collect, 5)  #> TypeError


def broken():
    yield 1
    raise KeyError("broken")


show(a.collect, broken())  #> KeyError: 'broken'
show(a.next_of, iter([]))  #> 'the end'
show(a.next_of, iter([7]))  #> 7
show_type(a.next_of, [])  #> TypeError
print(a.is_iterator(iter([])), a.is_iterator([]))  #> True False

# Slices as objects; a null handle stands for None.
show(a.new_slice, 1, 2, 3)  #> slice(1, 2, 3)
show(a.new_slice, 1)  #> slice(1, None, None)


# The slot of descriptors.
class Owner:
    attribute = a.Descriptor()


owner = Owner()
print(owner.attribute == (owner, Owner))  #> True
print(Owner.attribute == (None, Owner))  #> True
print(a.Descriptor.__get__(a.Descriptor(), 1, int))  #> (1, <class 'int'>)
show(a.Descriptor.__get__, a.Descriptor(), None, None)  #> TypeError: __get__(None, None) is invalid


class Derived(a.Descriptor):
    def __get__(self, instance, owner):
        return super().__get__(instance, owner), "and more"


Owner.derived = Derived()
print(owner.derived == ((owner, Owner), "and more"))  #> True
