# Memory that C must not touch: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.write_text("text")  # here: called

#err> Fatal Python error: read-only memory is written
#err> HPy debug: read-only memory is written [read-only-written in misuse]
#err>   used in   write_text_impl at misuse.c:@written
#err>   opened in write_text_impl at misuse.c:*
#err>   called by <module> at memory_write_text.py:@called
