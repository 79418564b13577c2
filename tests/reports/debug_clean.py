# Nothing to report: the status is the program's own.
# run: -m hpy.debug
# arguments: one --two
# status: 3
import sys

import untidy

print(sys.argv[1:], __name__, untidy.tidy(41))
untidy.keep("kept for a while")
untidy.forget_all()
sys.exit(3)

#out> ['one', '--two'] __main__ 42
#err> hpy.debug: 0 violations, 0 leaked handles in untidy
