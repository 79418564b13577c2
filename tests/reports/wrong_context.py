# A context that was kept: the process ends, with a report before.
# module: misuse
# run: -m hpy.debug
# status: -6
import misuse

misuse.keep_context()
misuse.use_context()  # here: called

#err> x
