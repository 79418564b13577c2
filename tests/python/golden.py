"""What golden scripts share: showing what a call comes to, error or not."""


def show(function, *args, **kwargs):
    """Prints the result of a call, or the type and text of what it raises."""
    try:
        print(repr(function(*args, **kwargs)))
    except BaseException as error:
        name, text = type(error).__name__, str(error)
        print(f"{name}: {text}" if text else name)


def show_type(function, *args, **kwargs):
    """Like show, without the text of an error: where it is the interpreter's
    own and differs between Python versions."""
    try:
        print(repr(function(*args, **kwargs)))
    except BaseException as error:
        print(type(error).__name__)
