# A call without the HPy lock: the process ends, with a report before.
# module: misuse
# run: -m hpy.debug
# status: -6
import misuse

misuse.without_lock()  # here: called

#err> x
