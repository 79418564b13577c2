# C passes a pointer to memory that is nobody's: the place is C's.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.pass_wild(8)

#err> Fatal Python error: Segmentation fault
#err> HPy debug: segmentation fault: memory at 0x8 is read in a function of the API [crash in misuse]
#err>   used in   pass_wild_impl at misuse.c:@wild
