# A signal that is not of memory: the process ends, with a report before.
# module: misuse
# status: -6
# also on: moving-gc
import os

os.environ["HPY"] = "debug"
import misuse

misuse.trap()  # here: called

#err> Fatal Python error: SIGILL, for an instruction that the processor does not know
#err> HPy debug: a signal ends the process: SIGILL, for an instruction that the processor does not know [signal in misuse]
#err>   used in   trap_impl at misuse.c:@trap
#err>   called by <module> at fatal_trap.py:@called
