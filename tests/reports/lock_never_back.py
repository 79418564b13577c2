# A function that leaves Python and returns: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.never_back()

#err> Fatal Python error: the API is called without the HPy lock
#err> HPy debug: the API is called without the HPy lock [without-lock in misuse]
#err>   used in   never_back_impl at misuse.c:*
