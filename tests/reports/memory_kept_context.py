# A context that was kept: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.keep_context()
misuse.use_context()  # here: called

#err> Error: Wrong HPy Context!
#err> HPy debug: a context is used that belongs to another call (HPy_Dup) [wrong-context in misuse]
#err>   used in   use_context_impl at misuse.c:@wrong context
