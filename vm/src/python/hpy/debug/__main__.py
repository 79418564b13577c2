"""Run a Python program with its HPy modules in debug mode and report at its end
what they did wrong: handles that were never closed, broken rules of the API.

The report goes to standard error as it is at the start, whatever the program does
with its own, and to the program's as well if that is another file. It comes
whatever ends the program: a crash, a signal such as SIGTERM, exit() in C or
os._exit(), with the place in C where there is one. (SIGKILL, _exit() in C and
os.exec*() leave no time for it.) A process that the program forks reports what
it has found itself, if there is anything.

The exit status is the program's own. Where that is 0 and there is anything in the
report, it is 1. A program that is ended by a signal is still ended by it; after
a report on memory that C must not touch, that is SIGABRT.
"""

import os

from hpy import _ends, _program
from hpy.universal import _debug

from . import report


def parse(arguments):
    parser = _program.parser("hpy.debug", __doc__)
    parser.add_argument(
        "--frames",
        type=_program.positive,
        default=8,
        metavar="N",
        help="C frames to keep of each place (default: %(default)s)",
    )
    return _program.parse(parser, arguments)


def main(arguments=None):
    options = parse(arguments)
    os.environ["HPY"] = "debug"
    _debug.set_handle_stack_trace_limit(options.frames)
    # The program goes on where it can, so that one run finds all there is.
    _debug.report_at_end()
    _ends.keep_watch()
    status = _program.run(options)
    _program.flush()
    is_clean, text = _debug.last_report(status & 0xFF, report.safe_repr, report.is_runner)
    _program.report(text)
    # The system looks at eight bits.
    return status if is_clean or status & 0xFF else 1


if __name__ == "__main__":
    _program.leave(main())
