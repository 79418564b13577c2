"""Classes: inheritance, super, properties, operators, context managers."""


class Base:
    kind = "base"

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r})"

    @property
    def loud(self):
        return self.name.upper()

    @classmethod
    def make(cls):
        return cls("made")

    @staticmethod
    def add(a, b):
        return a + b


class Derived(Base):
    kind = Base.kind + "+"

    def __init__(self, name, size):
        super().__init__(name)
        self.size = size

    def __add__(self, other):
        return Derived(self.name + other.name, self.size + other.size)

    def __lt__(self, other):
        return self.size < other.size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if index >= self.size:
            raise IndexError(index)
        return index * index


d = Derived("a", 2) + Derived("b", 1)
print(d, len(d), list(d), d.loud, Derived.kind, Base.make(), d.add(1, 2))
print(min(Derived("x", 3), Derived("y", 2)), isinstance(d, Base), issubclass(Base, Derived))


class Manager:
    def __init__(self, swallow):
        self.swallow = swallow

    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, cls, value, traceback):
        print("exit", cls and cls.__name__, value)
        return self.swallow


with Manager(True) as manager, Manager(False):
    raise KeyError("k")
with Manager(False):
    pass


class Meta(type):
    def __call__(cls, *args):
        return ("called", cls.__name__, args)


class WithMeta(metaclass=Meta):
    pass


print(WithMeta(1, 2))


class Counted:
    made = []

    def __new__(cls, *args):
        self = super().__new__(cls)
        cls.made.append(args)
        return self


Counted(1), Counted(2, 3)
print(Counted.made)
