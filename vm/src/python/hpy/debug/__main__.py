"""Run a Python program with its HPy modules in debug mode and report at its end
what they did wrong: handles that were never closed, broken rules of the API.

The report goes to standard error. The exit status is 1 if there is anything in
it, else the program's own.
"""

import os
import sys

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
    leaks = _debug.get_open_handles(generation)
    violations = _debug.get_violations()
    print_summary(leaks, violations)
    return 1 if leaks or violations else status


def print_summary(leaks, violations):
    modules = _debug.get_modules()
    sys.stdout.flush()
    show = lambda *lines: print(*lines, sep="\n", file=sys.stderr, flush=True)
    if not modules:
        return show("hpy.debug: no HPy module was loaded")
    violation_entries = list(report.violation_entries(violations))
    leak_entries = list(report.leak_entries(leaks))
    for entry in violation_entries + leak_entries:
        show("", *entry)
    if leaks or violations:
        show("")
    times = sum(violation["times"] for violation in violations)
    found = [
        f"{report.count(times, 'violation')}{places(violation_entries)}",
        f"{report.count(len(leaks), 'leaked handle')}{places(leak_entries)}",
    ]
    checked = ", ".join(sorted(modules))
    show(f"hpy.debug: {', '.join(found)} in {checked}")


def places(entries):
    return f" at {report.count(len(entries), 'place')}" if entries else ""


if __name__ == "__main__":
    _program.leave(main())
