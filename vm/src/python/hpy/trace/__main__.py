"""Run a Python program with its HPy modules in trace mode and print at its end
which functions of the API they called, how often, and how long these took.

The table goes to standard error. The exit status is the program's own.
"""

import os

from hpy import _program
from hpy.universal import _trace

from . import report


def parse(arguments):
    parser = _program.parser("hpy.trace", __doc__)
    parser.add_argument(
        "--sort",
        choices=("time", "calls", "name"),
        default="time",
        help="what comes first in the table (default: %(default)s)",
    )
    parser.add_argument(
        "--folded",
        metavar="FILE",
        help="write stacks and their nanoseconds to FILE, as flame graph tools read them",
    )
    return _program.parse(parser, arguments)


def main(arguments=None):
    options = parse(arguments)
    os.environ["HPY"] = "trace"
    if options.folded:
        _trace.start_folding()
    status = _program.run(options)
    lines = report.table(_trace.get_call_counts(), _trace.get_durations(), options.sort)
    _program.report("".join(f"{line}\n" for line in lines))
    if options.folded:
        try:
            write_folded(options.folded)
        except OSError as error:
            _program.report(f"hpy.trace: can't write {options.folded!r}: {error.strerror}\n")
            return status or 1
    return status


def write_folded(path):
    with open(path, "w", encoding="utf-8") as file:
        for line in report.folded(_trace.get_folded()):
            print(line, file=file)


if __name__ == "__main__":
    _program.leave(main())
