# A thread that is none of Python's calls the API, which without debug mode is noticed
# where the API needs the VM.
# module: misuse
# status: -6
import misuse

misuse.stray()

#err> Fatal Python error: the API is called without the HPy lock, by a thread that has left Python or never ran it (with HPY=debug the line of C is named)
