# A call without the HPy lock: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.without_lock()  # here: called

#err> Fatal Python error: the API is called without the HPy lock
#err> HPy debug: the API is called without the HPy lock (HPy_Dup) [without-lock in misuse]
#err>   used in   in_another_thread at misuse.c:@without lock
