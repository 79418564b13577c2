# Instances of C's types that die as arguments of C or when C closes their last
# handle: finalizers run, wherever they are, and may wait for other threads.
# module: hpytype
# module: hpylist
# module: hpyobject_items
# module: hpytuple
# needs: threads
import threading

import hpylist
import hpyobject_items as items
import hpytuple
from hpytype import Vector


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print(self.name, "dies", items.length([1, 2]))


class Joins:
    def __del__(self):
        thread = threading.Thread(target=lambda: items.length(Vector(1, 2)))
        thread.start()
        thread.join(20)
        print("joined", not thread.is_alive())


def holding(value):
    vector = Vector(1, 2)
    vector.extra = value
    return vector


# Nothing to tell of.
print(items.length(Vector(1, 2)))  #> 2
print(items.length(holding(None)), items.length(holding(s := "text")), s)  #> 2 2 text
# The last reference to what a field holds.
print(items.length(holding(Noisy("tag"))))
#> tag dies 2
#> 2
print(items.length(holding(holding(Noisy("inner")))))
#> inner dies 2
#> 2
print(items.length(holding(Joins())))
#> joined True
#> 2
# In a container that C makes and closes.
print(items.length(hpytuple.build_tuple(Vector(1, 2), holding(Noisy("item")))))
#> item dies 2
#> 2
print(items.length(hpylist.build_list(holding(Joins()), Vector(3, 4))))
#> joined True
#> 2
# A finalizer that Python gives to the class, and takes away again.
Vector.__del__ = lambda self: print("late", self.x)
print(items.length(Vector(1, 2)))
#> late 1.0
#> 2
del Vector.__del__
print(items.length(Vector(1, 2)))  #> 2
