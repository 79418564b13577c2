# The same if the function that was jumped into returns at once.
# module: ends
# status: -6
import os

os.environ["HPY"] = "debug"
import ends

ends.set_jump_and_return(ends.jump)

#err> Fatal Python error: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:*
#err> HPy debug: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:* [jump in ends]
#err>   used in   set_jump_and_return_impl at ends.cpp:*
