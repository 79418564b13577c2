# Classes whose metaclass is made by C, with a struct of their own.
# module: hpytype_metaclass
from hpytype_metaclass import Meta


class First(metaclass=Meta):
    pass


class Second(First):
    pass


# Each class has its struct.
First.number = 5
print(First.number, Second.number, First.held)  #> 5 0 None
Second.number = 7
Second.held = [First]
print(First.number, Second.number, Second.held)  #> 5 7 [<class '__main__.First'>]
print("held" in vars(First), sorted(name for name in vars(First) if "native" in name))  #> False []
made = Meta("Made", (), {"x": 1})
made.number = 9
print(made.number, made.x, type(made) is Meta, isinstance(First, Meta))  #> 9 1 True True


# What else lays out classes does not fit.
try:
    type("Both", (Meta, type("Slots", (type,), {"__slots__": ("a",)})), {})
    print("fits")
except TypeError as error:
    print("TypeError")
#> TypeError

print(First.number, Second.held)  #> 5 [<class '__main__.First'>]
