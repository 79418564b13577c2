# Exceptions across C: raising, catching, replacing, chaining, tracebacks, and
# what sys.exc_info() shows while an except block calls into C.
# module: hpyerr
import sys
import traceback
import warnings

from golden import show
import hpyerr as r


def fail(error=None):
    raise error or ZeroDivisionError("in Python")


# Raising.
show(r.raise_string, ValueError, "text")  #> ValueError: text
show(r.raise_string, ValueError, "gr\u00fc\u00df")  #> ValueError: grüß
show(r.raise_string, 3, "text")  #> SystemError: _PyErr_SetObject: exception 3 is not a BaseException subclass
show(r.raise_object, KeyError, ("a", "b"))  #> KeyError: ('a', 'b')
show(r.raise_object, KeyError, None)  #> KeyError
show(r.raise_object, OSError, (2, "no such thing"))  #> FileNotFoundError: [Errno 2] no such thing
instance = ValueError("an instance")
show(r.raise_object, ValueError, instance)  #> ValueError: an instance
show(r.raise_object, UnicodeDecodeError, "wrong arguments")  #> TypeError: function takes exactly 5 arguments (1 given)
show(r.raise_formatted, [1])  #> ValueError: got [1], not text nor 7
show(r.raise_errno, 2)  #> FileNotFoundError: [Errno 2] No such file or directory
show(r.raise_errno_of, 2, "a/file")  #> FileNotFoundError: [Errno 2] No such file or directory: 'a/file'
show(r.raise_errno_of, 13, "a/file")  #> PermissionError: [Errno 13] Permission denied: 'a/file'
show(r.raise_no_memory)  #> MemoryError
show(r.raise_twice)  #> ValueError: second
try:
    r.raise_object(ValueError, instance)
except ValueError as error:
    print(error is instance)  #> True

# Passing on, catching, replacing.
show(r.call, lambda: 3)  #> 3
show(r.call, fail)  #> ZeroDivisionError: in Python
show(r.call, lambda: r.call(fail))  #> ZeroDivisionError: in Python
show(r.attempt, fail, ZeroDivisionError)  #> None
show(r.attempt, fail, ArithmeticError)  #> None
show(r.attempt, fail, KeyError)  #> ZeroDivisionError: in Python
show(r.attempt, fail, (KeyError, ZeroDivisionError))  #> None
show(r.attempt, lambda: 3, KeyError)  #> 3
show(r.replace, fail)  #> RuntimeError: replaced
show(r.call, lambda: sys.exit(3))  #> SystemExit: 3

# Contexts: the except block that is running in Python is the context of what
# C raises; what C has cleared is not.
try:
    try:
        raise KeyError("outer")
    except KeyError:
        r.raise_string(ValueError, "inner")
except ValueError as error:
    print(repr(error.__context__), error.__cause__)  #> KeyError('outer') None
try:
    r.replace(fail)
except RuntimeError as error:
    print(error.__context__)  #> None
try:
    try:
        raise KeyError("outer")
    except KeyError:
        r.call(fail)
except ZeroDivisionError as error:
    print(repr(error.__context__))  #> KeyError('outer')

# sys.exc_info() is Python's: C's errors do not show there.
print(r.call(sys.exc_info))  #> (None, None, None)
try:
    raise KeyError("handled")
except KeyError:
    print(r.call(sys.exc_info)[1])  #> 'handled'
    print(r.set_and_clear_around(sys.exc_info)[1])  #> 'handled'
    show(r.attempt, fail, ZeroDivisionError)  #> None
    print(sys.exc_info()[1])  #> 'handled'
    try:
        raise
    except KeyError as again:
        print(again)  #> 'handled'
print(sys.exc_info())  #> (None, None, None)

# `raise` without an argument, from Python called by C.


def reraise():
    raise


try:
    raise KeyError("handled")
except KeyError:
    show(r.call, reraise)  #> KeyError: 'handled'
show(r.call, reraise)  #> RuntimeError: No active exception to reraise

# Tracebacks go through C without a gap.


def outer():
    r.call(inner)


def inner():
    r.call(fail)


try:
    outer()
except ZeroDivisionError as error:
    frames = traceback.extract_tb(error.__traceback__)
    print([frame.name for frame in frames])  #> ['<module>', 'outer', 'inner', 'fail']

# Generators and finally blocks between.


def generator():
    try:
        yield 1
        r.raise_string(ValueError, "in a generator")
    finally:
        print("finally", sys.exc_info()[1])  #> finally in a generator


show(list, generator())  #> ValueError: in a generator

# New exception types.
Error = r.new_exception("pack.Error", "Its text.", None, None)
print(Error.__name__, Error.__module__, Error.__doc__, Error.__mro__[1])  #> Error pack Its text. <class 'Exception'>
Special = r.new_exception("pack.Special", "More.", Error, {"code": 7})
print(Special.__mro__[1] is Error, Special.code)  #> True 7
show(r.raise_string, Special, "special")  #> Special: special
show(r.attempt, lambda: fail(Special()), Error)  #> None
show(r.new_exception, "nodot", "x", None, None)  #> SystemError: PyErr_NewException: name must be module.class

# Warnings.
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    show(r.warn, UserWarning, "beware")  #> None
    print([(w.category.__name__, str(w.message)) for w in caught])  #> [('UserWarning', 'beware')]
with warnings.catch_warnings():
    warnings.simplefilter("error")
    show(r.warn, UserWarning, "beware")  #> UserWarning: beware
