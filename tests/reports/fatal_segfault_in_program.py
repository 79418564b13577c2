# A crash under `-m hpy.debug`: the stack is the program's, without what runs it.
# module: misuse
# run: -m hpy.debug
# status: -6
import misuse


def inner():
    misuse.crash(8)  # here: called


inner()  # here: outer

#err> Fatal Python error: Segmentation fault
#err> HPy debug: segmentation fault: memory at 0x8 is read [crash in misuse]
#err>   used in   crash_impl at misuse.c:@crash
#err>   called by inner at fatal_segfault_in_program.py:@called
#err>             <module> at fatal_segfault_in_program.py:@outer
#err> hpy.debug: 0 violations, 0 leaked handles in misuse; the process ended early: segmentation fault
