# Types of objects, and the constants of the context.
# module: hpyobject_type
import hpyobject_type as c


class Thing:
    pass


thing = Thing()
print(c.type_of(thing) is Thing, c.type_of(3) is int, c.type_of(int) is type, c.type_of(c))  #> True True True <class 'module'>
print([c.is_instance(x, t) for x, t in ((3, int), (True, int), (3, str), (Thing, type), (thing, object))])
#> [True, True, False, True, True]
print(c.constants())  #> (None, True, False, NotImplemented, Ellipsis, <class 'int'>, <class 'object'>, <class 'ZeroDivisionError'>, <class 'slice'>)
