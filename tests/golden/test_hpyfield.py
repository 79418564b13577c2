# Fields in structs and in memory of the object: what they have, and when that dies.
# module: hpyfield
# also: moving-gc
import gc
from golden import show
import hpyfield as c


class Thing:
    dead = 0

    def __init__(self, name):
        self.name = name

    def __del__(self):
        Thing.dead += 1


def died():
    gc.collect()
    count, Thing.dead = Thing.dead, 0
    return count


pair = c.Pair(Thing("a"), Thing("b"))
print(pair.a.name, pair.b.name, pair.a is pair.a)  #> a b True
pair.a = Thing("c")
print(died(), pair.a.name, pair.member.name)  #> 1 c c
pair.member = Thing("d")
print(died(), pair.a.name)  #> 1 d
for value in [7, 2.5, None, 10**40, "text"]:
    pair.a = value
    print(pair.a == value, pair.member == value, end=" ")
print(died())  #> True True True True True True True True True True 1
del pair.member
print(pair.a, pair.member)  #> None None

# Words that change their places within a struct.
pair.a = Thing("e")
for i in range(5):
    pair.swap()
    gc.collect()
print(pair.a.name, pair.b.name)  #> b e
pair.b = None
print(died(), pair.a.name)  #> 1 b
pair.swap()
del pair
print(died())  #> 1

# Cycles.
for i in range(100):
    pair = c.Pair(Thing(i))
    pair.b = pair
    pair.a.other = pair
    pair.swap()
del pair
print(died())  #> 100

# Memory of the object, which moves.
row = c.Row()
for i in range(40):
    row.push(Thing(i))
print([row.get(i).name for i in range(40)] == list(range(40)))  #> True
row.insert(Thing("first"))
row.move()
print(died(), row.get(0).name, row.get(1).name, row.get(40).name)  #> 0 first 0 39
show(row.get, 41)  #> IndexError: no such cell
row.push(row)
row.move()
del row
print(died())  #> 41
for i in range(30):
    row = c.Row()
    row.push(row)
    row.push(Thing(i))
    row.insert(row)
    row.move()
row = None
print(died())  #> 30
