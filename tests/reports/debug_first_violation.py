# Without a hook and without -m hpy.debug the first violation ends the process.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.close_argument([])  # here: called

#err> HPy debug: an argument is closed, which is for the caller to do (HPy_Close) [argument-closed in misuse]
#err>   used in   close_argument_impl at misuse.c:@argument closed
#err>   opened in close_argument_impl at misuse.c:*
#err>   called by <module> at debug_first_violation.py:@called
#err> Fatal Python error: HPy_FatalError: Invalid usage of already closed handle
