# Fields that were copied, wiped or made up. HPy leaves open what happens then; on CPython
# it is a wrong object or a crash. Here a field that is none has no object, and nobody
# loses an object by it.
# debug: breaks rules
# module: hpyfield
# only: hpyvm
# also: moving-gc
import gc
import hpyfield as c


def attempt(function, *args):
    try:
        return repr(function(*args))
    except SystemError as error:
        return str(error).split(":")[0] + ": SystemError"


class Thing:
    dead = 0

    def __repr__(self):
        return "thing"

    def __del__(self):
        Thing.dead += 1


def died():
    # What a copy shows to a collector that moves objects waits for the next time.
    gc.collect()
    gc.collect()
    count, Thing.dead = Thing.dead, 0
    return count


# A copy is as good as the field, until that is stored to.
pair = c.Pair(Thing())
copy = pair.word()
print(attempt(pair.load, copy))  #> thing
pair.a = 1000000007**3
print(died(), attempt(pair.load, copy), pair.a == 1000000007**3)  #> 1 HPyField_Load: SystemError True
del pair
print(attempt(c.Pair().load, copy))  #> HPyField_Load: SystemError

# Words that are made up: numbers and NULL are what they are, all others nothing.
holder = c.Pair(Thing(), Thing())
real = holder.word()
made_up = [1, 2, 3, 4, 5, 8, 16, 255, 4096, 0xDEADBEEF, 0x7FFF12345678, 0x5A5A5A5A5A5A, 2**48 - 1]
made_up += [1 << bit for bit in range(48)] + [id(holder), id([])]
made_up += [real ^ (1 << bit) for bit in range(48)]
made_up += [real + difference for difference in range(-40, 41) if difference]
number = 14
for i in range(200):
    number = (number * 6364136223846793005 + 1442695040888963407) % 2**64
    made_up.append(number >> 16 | 1)
print({attempt(holder.load, word) for word in made_up})  #> {'HPyField_Load: SystemError'}
print(attempt(holder.load, 0))  #> HPyField_Load: SystemError
other = c.Pair()
for word in made_up[::20]:
    other.put(word)
    gc.collect()
    other.a = [word]
    other.put(word)
    assert attempt(getattr, other, "member").endswith("SystemError")
del other
print(died(), attempt(holder.load, real), repr(holder.b))  #> 0 thing thing

# One struct copied over another: the first one is the owner.
original = c.Pair(Thing(), Thing())
clone = original.clone()
print(original.a is clone.a, died())  #> True 0
del original
print(died(), attempt(getattr, clone, "a"))  #> 2 HPyField_Load: SystemError
clone.a = Thing()
print(repr(clone.a), attempt(getattr, clone, "b"))  #> thing HPyField_Load: SystemError
del clone
print(died())  #> 1
original = c.Pair(Thing(), Thing())
clone = original.clone()
del clone
print(died(), repr(original.a), repr(original.b))  #> 0 thing thing
clone = original.clone()
clone.a = 1000000007**3
print(attempt(getattr, original, "a"), repr(original.b))  #> HPyField_Load: SystemError thing
del original, clone
print(died())  #> 2

# A field copied within the struct, wiped fields, copied memory of objects.
pair = c.Pair(Thing(), 1)
pair.twice()
print(died(), repr(pair.a), repr(pair.b))  #> 0 thing thing
pair.b = None
print(died(), attempt(getattr, pair, "a"))  #> 1 HPyField_Load: SystemError
pair = c.Pair(Thing(), Thing())
pair.wipe()
print(pair.a, pair.member)  #> None None
pair.a = Thing()
del pair
died()
keep = []
for i in range(20):
    row, copy = c.Row(), c.Row()
    shared = [i]
    for _ in range(3):
        row.push(shared)
    copy.copy(row)
    keep += [row, copy, shared]
    gc.collect()
    assert shared == [i] and row.get(0) is shared
    if i % 2:
        keep[-3] = row = None
    else:
        keep[-2] = copy = None
    gc.collect()
    assert shared == [i]
    # Whichever of the two is visited first is the owner.
    for one in (row, copy):
        assert one is None or attempt(one.get, 0) in (repr(shared), "HPyField_Load: SystemError")
del keep, row, copy, one, holder
gc.collect()

# NULL is no field.
died()
pair = c.Pair(Thing(), Thing())
pair.visit_nothing()
gc.collect()
print(repr(pair.a), repr(pair.b))  #> thing thing
del pair
print(died())  #> 2
