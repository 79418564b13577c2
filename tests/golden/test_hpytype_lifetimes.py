# Types go when nothing uses them, and what is left of one works: bound methods,
# attributes, instances of subclasses, instances that have changed their class.
# only: hpyvm
# module: hpytype_lifetimes
import gc
import weakref

from hpytype_lifetimes import living, make


def churn():
    """Makes types where others have lain."""
    for _ in range(50):
        kind = make()
        kind(), type("Other", (kind,), {})()
    gc.collect()


# A bound method, a descriptor and an attribute keep what they need.
bound = make()().name
descriptor, getset, member, new, add = (
    make().name, make().held, make().number, make().__new__, make().__add__
)
churn()
print(bound(), bound.__name__, bound.__doc__, bound.__self__.number)
#> item name The name of a type. 7
print(descriptor.__doc__, getset.__doc__, member.__doc__)
#> The name of a type. What it holds. Seven.
print(descriptor(descriptor.__objclass__()), getset.__objclass__.__doc__)  #> item An item.
print(new(new.__self__) + 1, add(add.__objclass__(), 1))  #> added added
print(repr(descriptor)[:14], descriptor.__qualname__[:4], member.__objclass__.__module__)
#> <method 'name' Item hpytype_lifetimes

# An attribute that is gone from its type.
kind = make()
item = kind()
bound, add = item.name, kind.__add__
del kind.name, kind.__add__, kind.__radd__
churn()
print(bound(), add(item, 1))  #> item added
print(hasattr(item, "name"))  #> False
try:
    item + 1
except TypeError:
    print("no addition")  #> no addition
del kind, item, bound, add

# An instance that changes its class has the struct that it was made with.
def change():
    base = make()
    one, other = type("One", (base,), {}), type("Other", (base,), {})
    item = one([1])
    bound = item.name
    item.__class__ = other
    return item, bound


item, bound = change()
churn()
print(item.held, item.number, bound(), type(item).__name__)  #> [1] 7 item Other
del item, bound


class Plain:
    pass


def change_to_plain():
    """Among classes without a struct."""
    base = type("Base", (), {})
    item = Plain()
    item.__class__ = base
    return item


print(type(change_to_plain()).__name__)  #> Base


# A class that changes its bases.
def change_bases():
    first, second = make(), make()
    first.first = True

    class Middle(first):
        pass

    item = Middle({})
    bound = item.name
    try:
        Middle.__bases__ = (second,)
    except TypeError:
        pass
    return item, bound


item, bound = change_bases()
churn()
print(item.held, item.number, bound())  #> {} 7 item
del item, bound

# Subclasses of subclasses, in cycles with their instances.
for _ in range(20):
    base = make()
    middle = make(base)
    derived = type("Derived", (middle,), {})
    derived.own = derived(derived(middle(base(derived))))
    del base, middle, derived
gc.collect()
gc.collect()
print(living())  #> 0

# Instances that die after their class is only theirs.
items = [type("Last", (make(make()),), {})([i]) for i in range(50)]
churn()
print(sum(item.held[0] for item in items), items[7] + 1)  #> 1225 added
references = [weakref.ref(type(item)) for item in items]
items.clear()
gc.collect()
gc.collect()
print(living(), sum(reference() is not None for reference in references))  #> 0 0
