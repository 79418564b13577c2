# Memory that C must not touch: the process ends, with a report before.
# module: misuse
# run: -m hpy.debug
# status: -6
import misuse

misuse.pass_late("text")  # here: called

#err> x
