# C exits, as no module should.
# module: ends
# status: 3
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import ends

ends.quit(3)  # here: called

#err> HPy debug: the extension exits: exit(3) [exit in ends]
#err>   used in   quit_impl at ends.cpp:@exit
#err>   called by <module> at fatal_exit.py:@called
