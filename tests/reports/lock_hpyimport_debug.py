# The same in debug mode, which names the line.
# module: misuse
# status: -6
import os

os.environ["HPY"] = "debug"
import misuse

misuse.import_outside()

#err> Fatal Python error: the API is called without the HPy lock
#err> HPy debug: the API is called without the HPy lock (HPyImport_ImportModule) [without-lock in misuse]
#err>   used in   import_outside_impl at misuse.c:@import outside
