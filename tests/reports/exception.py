# An exception of C++ leaves a function: the line that has thrown it, before anything is
# unwound.
# module: ends
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import ends

print(ends.throw_and_catch(), flush=True)
ends.throw_error()  # here: called

#out> caught
#err> Fatal Python error: an exception leaves a C function: std::runtime_error: nobody catches this
#err> HPy debug: an exception leaves a C function: std::runtime_error: nobody catches this [exception in ends]
#err>   used in   throw_error_impl at ends.cpp:@throw
#err>   called by <module> at exception.py:@called
