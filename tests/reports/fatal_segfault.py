# Memory that is nobody's: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.crash(8)  # here: called

#err> Fatal Python error: Segmentation fault
#err> HPy debug: segmentation fault: memory at 0x8 is read [crash in misuse]
#err>   used in   crash_impl at misuse.c:@crash
#err>   called by <module> at fatal_segfault.py:@called
