# A function that gives nothing must have set an error, and one that gives a
# value must not. The interpreter notices either, whatever the signature. Each
# call stands in a lambda, since CPython does not look at the result of f(*args).
# debug: breaks rules
# module: hpyfunc_results
from golden import show
import hpyfunc_results as b

show(lambda: b.null_noargs())  #> SystemError: <built-in function null_noargs> returned NULL without setting an exception
show(lambda: b.null_o(1))  #> SystemError: <built-in function null_o> returned NULL without setting an exception
show(lambda: b.null_varargs(1, 2))  #> SystemError: <built-in function null_varargs> returned NULL without setting an exception
show(lambda: b.null_keywords(1, a=2))  #> SystemError: <built-in function null_keywords> returned NULL without setting an exception
show(lambda: b.value_noargs())  #> SystemError: <built-in function value_noargs> returned a result with an exception set
show(lambda: b.value_o(1))  #> SystemError: <built-in function value_o> returned a result with an exception set
show(lambda: b.value_varargs(1, 2))  #> SystemError: <built-in function value_varargs> returned a result with an exception set
show(lambda: b.value_keywords(1, a=2))  #> SystemError: <built-in function value_keywords> returned a result with an exception set

breaker = b.Breaker()
show(lambda: breaker.null())  #> SystemError: <method 'null' of 'hpyfunc_results.Breaker' objects> returned NULL without setting an exception
show(lambda: breaker.value(1))  #> SystemError: <method 'value' of 'hpyfunc_results.Breaker' objects> returned a result with an exception set

# The forgotten error is the cause of the SystemError.
try:
    b.value_noargs()
except SystemError as error:
    print(repr(error.__cause__))  #> ValueError('set and forgotten')
    print(repr(error.__context__))  #> ValueError('set and forgotten')
try:
    b.null_noargs()
except SystemError as error:
    print(error.__cause__, error.__context__)  #> None None

# Nothing of it lingers.
print(b.cleared())  #> (True, False)
try:
    b.value_noargs()
except SystemError:
    print(b.cleared())  #> (True, False)

# Inside of an except block the error there becomes the context.
try:
    try:
        raise KeyError("outer")
    except KeyError:
        b.null_noargs()
except SystemError as error:
    print(repr(error.__context__))  #> KeyError('outer')

# A sort key that breaks the promise in the middle of the interpreter's C.
show(sorted, [3, 1], key=b.value_o)  #> SystemError: <built-in function value_o> returned a result with an exception set
show(list, map(b.null_o, [1]))  #> SystemError: <built-in function null_o> returned NULL without setting an exception
