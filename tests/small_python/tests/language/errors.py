"""Exceptions: handlers, finally, causes and contexts, what is printed."""


class Own(ValueError):
    pass


def run(action):
    try:
        try:
            action()
        except (KeyError, Own) as error:
            print("handled", type(error).__name__, error.args)
            raise RuntimeError("second") from error
        except ZeroDivisionError:
            print("division")
            raise
        else:
            print("nothing")
        finally:
            print("finally")
    except Exception as error:
        print(repr(error), repr(error.__cause__), repr(error.__context__))


def fail(error):
    def action():
        raise error

    return action


run(fail(Own(1, 2)))
run(fail(KeyError("key")))
run(lambda: 1 / 0)
run(lambda: None)
run(fail(Own))


def early():
    for i in range(3):
        try:
            return i
        finally:
            print("on the way out")


print(early())
try:
    assert [1] == [2], "message"
except AssertionError as error:
    print(error)
try:
    a, b = 1, 2, 3
except ValueError as error:
    print(error)
a, *b, c = range(5)
print(a, b, c)
(x, y), z = (1, 2), [3]
print(x, y, z)
