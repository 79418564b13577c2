# A program without extensions, which raises.
# run: -m hpy.debug
# status: 1
def fail():
    raise KeyError("no")  # here: fail


fail()  # here: module

#err> Traceback (most recent call last):
#err>   File "debug_no_extension.py", line @module, in <module>
#err>     fail()  # here: module
#err>     ~~~~^^
#err>   File "debug_no_extension.py", line @fail, in fail
#err>     raise KeyError("no")  # here: fail
#err>     ^^^^^^^^^^^^^^^^^^^^
#err> KeyError: 'no'
#err> hpy.debug: no HPy module was loaded
