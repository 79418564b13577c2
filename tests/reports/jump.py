# longjmp from one C function into another, over the VM that lies between.
# module: ends
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import ends

ends.set_jump(ends.jump)

#err> Fatal Python error: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:*
#err> HPy debug: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:* [jump in ends]
#err>   used in   set_jump_impl at ends.cpp:@after the jump
