# The same in debug mode, which names the line.
# module: misuse
# status: -6
import os

os.environ["HPY"] = "debug"
import misuse

misuse.list_outside()

#err> Fatal Python error: the API is called without the HPy lock
#err> HPy debug: the API is called without the HPy lock (HPyList_New) [without-lock in misuse]
#err>   used in   list_outside_impl at misuse.c:@list outside
