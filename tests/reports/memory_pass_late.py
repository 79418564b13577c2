# Memory that C must not touch: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.pass_late("text")  # here: called

#err> Fatal Python error: memory is read after its handle was closed
#err> HPy debug: memory is read after its handle was closed (HPyUnicode_FromString) [read-after-end in misuse]
#err>   used in   pass_late_impl at misuse.c:@passed late
#err>   opened in pass_late_impl at misuse.c:@passed on
#err>   closed in pass_late_impl at misuse.c:@pass over
#err>   called by <module> at memory_pass_late.py:@called
