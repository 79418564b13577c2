# Memory that C must not touch: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.read_late("text")  # here: called

#err> Fatal Python error: memory is read after its handle was closed
#err> HPy debug: memory is read after its handle was closed [read-after-end in misuse]
#err>   used in   read_late_impl at misuse.c:@read late
#err>   opened in read_late_impl at misuse.c:@promised
#err>   closed in read_late_impl at misuse.c:@promise over
#err>   called by <module> at memory_read_late.py:@called
