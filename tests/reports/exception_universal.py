# The same in universal mode: which function it was, and then what C++ does with it.
# module: ends
# status: -6
# also on: moving-gc
import ends

print(ends.throw_and_catch(), flush=True)
ends.throw_error()

#out> caught
#err> Fatal Python error: an exception leaves the C function throw_error_impl at ends.cpp:* (ends.throw_error in ends.hpy0.so): std::runtime_error: nobody catches this
#err> terminate called after throwing an instance of 'std::runtime_error'
#err>   what():  nobody catches this
