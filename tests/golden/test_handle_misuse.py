# Handles that are closed, foreign or garbage. HPy leaves open what happens
# then, and CPython crashes or goes on with memory that is no longer its own.
# This VM notices in every mode: using such a handle is a SystemError that names
# the function, closing it does nothing, and everything goes on.
# debug: breaks rules
# module: handle_misuse
# only: hpyvm
import handle_misuse as c


def attempt(function, *args):
    """Prints the result, or the error and the HPy functions that it names."""
    try:
        print(repr(function(*args)))
    except SystemError as error:
        words = str(error).replace(":", " ").replace("(", " ").split()
        print("SystemError", *[w for w in words if w.startswith("HPy") and w != "HPy_NULL"])


def goes_on():
    """The extension and the interpreter still work."""
    assert c.close_twice("x") == 1
    assert sorted([3, 1, 2]) == [1, 2, 3]


# Use after closing.
attempt(c.use_closed)  #> SystemError HPy_Repr
goes_on()
attempt(c.append_to_closed, "x")  #> SystemError HPyList_Append
attempt(c.use_stale)  #> SystemError HPy_Length
goes_on()
try:
    c.return_closed()
except SystemError:
    print("SystemError")  #> SystemError
goes_on()

# Closing twice.
attempt(c.close_twice, "x")  #> 1
for i in range(1000):
    c.close_twice(i)
goes_on()

# Closing what is borrowed: the caller's object is not harmed.
thing = ["precious"]
for i in range(1000):
    c.close_argument(thing)
print(thing)  #> ['precious']
for i in range(1000):
    c.close_self()
print(c.__name__, c.close_self())  #> handle_misuse 2
print(c.close_constants())  #> (None, True, <class 'list'>, <class 'ValueError'>)
print(c.close_constants()[2]("ab"))  #> ['a', 'b']
goes_on()

# Words that never were handles. Some of them look like a number in the word
# itself, which is a number then; the others are errors.
rejected = 0
for bits in [*range(1, 4096), *(1 << n for n in range(12, 64)), *((1 << n) - 1 for n in range(12, 65))]:
    try:
        float(c.garbage(bits))
    except (SystemError, ValueError):
        rejected += 1
    c.close_garbage(bits)
print(rejected > 4000)  #> True
goes_on()

# No handle at all.
attempt(c.pass_null, 0)  #> SystemError HPy_Repr
attempt(c.pass_null, 1)  #> SystemError HPy_Add
attempt(c.pass_null, 2)  #> SystemError HPy_GetAttr_s
attempt(c.pass_null, 3)  #> SystemError HPy_Call
attempt(c.pass_null, 4)  #> SystemError HPyErr_SetString
attempt(c.pass_null, 6)  #> SystemError HPyTuple_FromArray
attempt(c.pass_null, 7)  #> -1
goes_on()

# A handle kept beyond the call that it was lent to.
c.keep_handle(thing)
attempt(c.use_kept)  #> SystemError HPy_Repr
goes_on()

# Handles that are never closed cost memory, nothing else.
print(c.leak(200000))  #> 200000
goes_on()
print("done")  #> done
