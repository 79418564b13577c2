# So does one of Python's, after it has left.
# module: misuse
# status: -6
import misuse

misuse.import_outside()

#err> Fatal Python error: the API is called without the HPy lock, by a thread that has left Python or never ran it (with HPY=debug the line of C is named)
