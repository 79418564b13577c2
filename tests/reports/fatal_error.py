# C ends the process with words of its own.
# module: ends
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import ends

ends.fatal()  # here: called

#err> Fatal Python error: HPy_FatalError: this extension is at its end
#err> HPy debug: the extension ends the process (HPy_FatalError): this extension is at its end [fatal-error in ends]
#err>   used in   fatal_impl at ends.cpp:@fatal
#err>   called by <module> at fatal_error.py:@called
