# Items of containers read, set and deleted by C, and what is said when that fails.
# module: hpyobject_items
# also: moving-gc
from golden import show, show_type
import hpyobject_items as b


class Sequence:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index == 2:
            raise IndexError("mine")
        return index * 10


class Negative:
    def __len__(self):
        return -1


# Reading.
# Reading.
show(b.get, [1, 2], 0)  #> 1
show(b.get, [1, 2], -1)  #> 2
show(b.get, [1, 2, 3], slice(1, None))  #> [2, 3]
show(b.get, {"k": "v"}, "k")  #> 'v'
show(b.get, {"k": "v"}, "x")  #> KeyError: 'x'
show_type(b.get, {}, [])  #> TypeError
show_type(b.get, [1], "x")  #> TypeError
show_type(b.get, 3, 0)  #> TypeError
show(b.get_index, (1, 2, 3), 1)  #> 2
show(b.get_index, (1, 2, 3), -1)  #> 3
show(b.get_index, "abc", 2)  #> 'c'
show(b.get_index, {5: "five"}, 5)  #> 'five'
show_type(b.get_index, [1], 1)  #> IndexError
show_type(b.get_index, [1], -2)  #> IndexError
show(b.get_index, Sequence(), 1)  #> 10
show(b.get_index, Sequence(), 2)  #> IndexError: mine
show(b.get_name, {"key": 1}, "key")  #> 1
show(b.get_name, {}, "key")  #> KeyError: 'key'
show_type(b.get_name, [], "key")  #> TypeError

# Changing.
mapping = {}
show(b.change, mapping, (1, 2), 3, "name", "v")  #> None
print(mapping)  #> {(1, 2): 'v', 3: 'v', 'name': 'v'}
show_type(b.change, [], 0, 0, "", 0)  #> IndexError
show_type(b.change, (1,), 0, 0, "", 0)  #> TypeError
items = [1, 2, 3]
show(b.put_index, items, -1, "last")  #> None
show_type(b.put_index, items, 3, "beyond")  #> IndexError
print(items)  #> [1, 2, 'last']
show_type(b.put_index, (1,), 0, 0)  #> TypeError
show(b.delete, items, 0)  #> None
show(b.delete, mapping, 3)  #> None
show(b.delete, mapping, 3)  #> KeyError: 3
show(b.delete_index, items, -1)  #> None
print(items, mapping)  #> [2] {(1, 2): 'v', 'name': 'v'}
show_type(b.delete_index, items, 5)  #> IndexError
show_type(b.delete, (1,), 0)  #> TypeError

# Asking.
# Asking.
print([b.contains(c, x) for c, x in (([1], 1), ([1], 2), ("abc", "b"), ({1: 2}, 1), (range(9), 8))])
#> [True, False, True, True, True]
show_type(b.contains, 3, 1)  #> TypeError
show_type(b.contains, {}, [])  #> TypeError
print([b.length(x) for x in ("", [1], {1: 2}, range(10**6), Sequence())])  #> [0, 1, 1, 1000000, 3]
show_type(b.length, 3)  #> TypeError
show_type(b.length, Negative())  #> ValueError
