"""Run a Python program with its HPy modules in debug mode and report at its end
what they did wrong: handles that were never closed, broken rules of the API.

The report goes to standard error. The exit status is 1 if there is anything in
it, else the program's own.
"""

import os

from hpy import _program
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
    _debug.set_going_on(True)
    generation = _debug.new_generation()
    status = _program.run(options)
    is_clean, text = _debug.sum_up(generation, report.safe_repr, report.is_runner)
    _program.report([text])
    return status if is_clean else 1


if __name__ == "__main__":
    _program.leave(main())
