# A hybrid module: a legacy type, and functions that take and give PyObject *.
# hybrid: legacy
from golden import show
import gc
import legacy as m

# Slots.
p = m.Point(1, 2)
p.x = 3
print(repr(p), p + p, p + 4, len(p), bool(p), hash(p), p == p, p != p, p["key"], list(p))
#> a point True 4 3 True 3 True False key [5, 5, 5]
print(p(1, 2), p(a=1), p.double(), m.Point.__doc__, m.Point.__module__)
#> (1, 2) {'a': 1} 6 A point. legacy
show(next, m.Point())  #> StopIteration

# Members and attributes.
print(p.x, p.fixed, p.any, p.me is p, p.seven)  #> 3 3 (1, 2) True False
show(setattr, p, "fixed", 1)  #> AttributeError: readonly attribute
show(setattr, p, "me", 1)  #> AttributeError: attribute 'me' of 'legacy.Point' objects is not writable
show(delattr, p, "x")  #> TypeError: can't delete numeric/char attribute
p.seven = 0
print(p.x, end=" ")
del p.seven
print(p.x)  #> 7 -1
show(getattr, p, "some")  #> AttributeError: 'legacy.Point' object has no attribute 'some'
show(delattr, p, "some")  #> AttributeError: some
p.some = [1]
print(p.some)  #> [1]
del p.some, p.any
print(p.any)  #> None
p.any = "text"
print(p.any)  #> text

# Methods.
print(p.noargs() is p, p.one(4), p.varargs(1, 2), p.keywords(1), p.keywords(a=2))
#> True 4 (1, 2) (1,) {'a': 2}
print(p.fast(), p.fast(1, 2), p.fast_keywords(1), p.fast_keywords(1, k=2))  #> False 2 1 ('k',)
print(p.of_class(), m.Point.of_class(), p.of_nothing(), m.Point.of_nothing())
#> <class 'legacy.Point'> <class 'legacy.Point'> False False
print(m.Point.noargs.__text_signature__, m.Point.noargs.__doc__)  #> ($self) Nothing.
show(p.noargs, 1)  #> TypeError: Point.noargs() takes no arguments (1 given)
show(p.one)  #> TypeError: Point.one() takes exactly one argument (0 given)
show(p.fast, a=1)  #> TypeError: Point.fast() takes no keyword arguments
show(lambda: m.Point.silent(p))
#> SystemError: <method 'silent' of 'legacy.Point' objects> returned NULL without setting an exception

# Functions of the module.
print(m.one(8), m.module() is m, m.one, m.one.__module__, m.one.__self__ is m)
#> 8 True <built-in function one> legacy True
print(m.one.__text_signature__, m.one.__doc__)  #> ($module, x, /) The argument.
show(m.one, 1, 2)  #> TypeError: legacy.one() takes exactly one argument (2 given)
show(lambda: m.silent())  #> SystemError: <built-in function silent> returned NULL without setting an exception

# There and back: one address an object, and a class that C can look at.
class Derived(m.Point):
    pass


for x in (None, 1, "t", p, m, m.Point, int, [], Derived()):
    print(m.back(x) is x, m.same(x, x), *m.class_name(x))
    #> True True NoneType 0 0
    #> True True int 1 0
    #> True True str 0 0
    #> True True legacy.Point 0 0
    #> True True module 0 0
    #> True True type 0 1
    #> True True type 0 1
    #> True True list 0 0
    #> True True Derived 0 0
print(m.same(p, m.Point()), m.same([], []), m.nothing())  #> False False True


# What C has a reference to lives, and dies with the last one.
class Tell:
    def __del__(self):
        print("dead")


m.keep(Tell())
print("kept")  #> kept
m.give()  #> dead
gc.collect()
before = m.deaths()
m.keep(m.Point())
print(m.deaths() - before)  #> 0
m.give()
print(m.deaths() - before)  #> 1
d = Derived()
m.back(d), d.noargs(), d.one(d), d.me, repr(d)
del d
print(m.deaths() - before)  #> 2
inner = m.Point()
outer = m.Point()
outer.some = inner
del inner
print(m.deaths() - before)  #> 2
del outer
print(m.deaths() - before)  #> 4

# 10^5 times.
for i in range(100_000):
    m.back(p), m.one(i), p.one("x"), m.back([])
q = m.Point()
del q
print(m.deaths() - before)  #> 5
