"""types."""


class SimpleNamespace:
    def __init__(self, **attributes):
        for name, value in attributes.items():
            setattr(self, name, value)

    def __repr__(self):
        parts = [f"{name}={value!r}" for name, value in vars(self).items()]
        return f"namespace({', '.join(parts)})"

    def __eq__(self, other):
        return vars(self) == vars(other)


def _function():
    pass


import string as _string

ModuleType = type(_string)
FunctionType = type(_function)
BuiltinFunctionType = type(len)
