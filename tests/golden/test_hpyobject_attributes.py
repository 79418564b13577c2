# Attributes read, set and deleted by C.
# module: hpyobject_attributes
from golden import show, show_type
import hpyobject_attributes as c


class Thing:
    attribute = "of the class"

    def method(self, *args, **kwargs):
        return self.name, args, kwargs

    def __init__(self, name="thing"):
        self.name = name

    @property
    def broken(self):
        raise ZeroDivisionError("in a property")


# Attributes.
thing = Thing()
show(c.get_attribute, thing, "name")  #> ('thing', 'thing')
show(c.get_attribute, thing, "attribute")  #> ('of the class', 'of the class')
show(c.get_attribute, thing, "missing")  #> AttributeError: 'Thing' object has no attribute 'missing'
show(c.get_attribute, thing, "broken")  #> ZeroDivisionError: in a property
show_type(c.get_attribute, thing, 3)  #> TypeError
show(c.get_attribute, 3, "real")  #> (3, 3)
print([c.has_attribute(thing, n) for n in ("name", "method", "missing", "broken")])  #> [True, True, False, False]
show(c.set_attribute, thing, "name", "new")  #> None
print(thing.name, thing.set_by_c)  #> new new
show_type(c.set_attribute, 3, "name", 1)  #> AttributeError
show_type(c.set_attribute, thing, 3, 1)  #> TypeError
show(c.delete_attribute, thing, "set_by_c")  #> None
print(hasattr(thing, "set_by_c"))  #> False
show(c.delete_attribute, thing, "set_by_c")  #> AttributeError: 'Thing' object has no attribute 'set_by_c'
