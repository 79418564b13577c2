# Broken rules: the program goes on, the report comes at the end.
# run: -m hpy.debug
# status: 1
# also on: moving-gc
import untidy


def use(thing):
    return untidy.use_after_close(thing)  # here: use


for number in range(3):
    print(use("abc"))  # here: three times
untidy.close_twice([])  # here: once

#out> 3
#out> 3
#out> 3
#err>
#err> HPy_Length: a closed handle is used [use-after-close in untidy], 3 times
#err>   used in   use_after_close_impl at untidy.c:@used
#err>   opened in use_after_close_impl at untidy.c:@opened
#err>   closed in use_after_close_impl at untidy.c:@closed
#err>   called by use at debug_violations.py:@use
#err>             <module> at debug_violations.py:@three times
#err>
#err> HPy_Close: a handle is closed twice [double-close in untidy]
#err>   used in   close_twice_impl at untidy.c:@closed twice
#err>   opened in close_twice_impl at untidy.c:@opened once
#err>   closed in close_twice_impl at untidy.c:@closed once
#err>   called by <module> at debug_violations.py:@once
#err>
#err> hpy.debug: 4 violations at 2 places, 0 leaked handles in untidy
