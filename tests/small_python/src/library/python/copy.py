"""copy: copy."""


def copy(x):
    cls = type(x)
    if hasattr(cls, "__copy__"):
        return cls.__copy__(x)
    function, args, *state = x.__reduce__()
    made = function(*args)
    if state and state[0] is not None:
        made.__dict__.update(state[0])
    return made
