"""collections: namedtuple."""


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    fields = tuple([str(name) for name in field_names])

    def __new__(cls, *args, **kwargs):
        values = list(args)
        for name in fields[len(args) :]:
            if name not in kwargs:
                raise TypeError(f"__new__() missing a required argument: '{name}'")
            values.append(kwargs.pop(name))
        if len(values) > len(fields) or kwargs:
            raise TypeError(
                f"__new__() takes {len(fields) + 1} arguments but {len(values) + 1} were given"
            )
        return tuple.__new__(cls, values)

    def __repr__(self):
        parts = [f"{name}={value!r}" for name, value in zip(fields, self)]
        return f"{type(self).__name__}({', '.join(parts)})"

    namespace = {
        "__doc__": f"{typename}({', '.join(fields)})",
        "__new__": staticmethod(__new__),
        "__repr__": __repr__,
        "__slots__": (),
        "_fields": fields,
    }
    if module is not None:
        namespace["__module__"] = module
    for index, name in enumerate(fields):
        namespace[name] = property(lambda self, index=index: self[index])
    return type(typename, (tuple,), namespace)
