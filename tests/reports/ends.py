# Without a hook and without -m hpy.debug the first violation ends the process.
# module: misuse
# status: -6
import os

os.environ["HPY"] = "debug"
import misuse

misuse.close_argument([])  # here: called

#err> x
