"""Running a program inside of another one, as `python script` or `python -m module`
would run it: what `hpy.debug` and `hpy.trace` do on the command line.
"""

import argparse
import atexit
import io
import os
import runpy
import signal
import sys
import threading
import types


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return number


def parser(module, description):
    """The command line of `-m module`, to add options to before `parse`."""
    return argparse.ArgumentParser(
        prog=f"hpyvm -m {module}",
        usage="%(prog)s [options] (script | -m module | -c code) [argument ...]",
        description=description.strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def parse(parser, arguments):
    """The options, and what to run: a script, a module after -m or code after -c, and
    the rest are its arguments.
    """
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "-m", dest="is_module", action="store_true", help="run a module instead of a script"
    )
    kind.add_argument(
        "-c", dest="is_code", action="store_true", help="run code given here instead of a script"
    )
    parser.add_argument("program", help="the script, the module's name, or the code")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, help="the arguments of the program"
    )
    return parser.parse_args(arguments)


def run(options):
    """Runs the program to its very end: its threads and exit functions as well.

    Returns its exit status.
    """
    status = _status_of(_start, options)
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()
    atexit._run_exitfuncs()
    return status


def flush():
    """Writes what the program has written, before something else is written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # The interpreter says so when it flushes them at its end.


def report(text):
    """Writes a report, below what the program wrote.

    The program may have closed or replaced `sys.stdout` and `sys.stderr`, or write to a
    pipe that nobody reads any more. That is no reason to keep the report back.
    """
    from hpy.universal import _debug

    flush()
    _debug.write_report(text.encode("utf-8", "backslashreplace").decode("utf-8"))


class Interrupted(int):
    """The exit status of a program that KeyboardInterrupt has ended."""


def leave(status):
    """Ends this process, by the signal that has ended the program if there is one."""
    if isinstance(status, Interrupted) and hasattr(os, "kill"):
        flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(status)


def _start(options):
    sys.argv = ["-c" if options.is_code else options.program, *options.arguments]
    if options.is_code:
        sys.path[0] = ""
        _execute(options.program, "<string>")
    elif options.is_module:
        sys.path[0] = os.getcwd()
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
    elif os.path.isdir(options.program) or options.program.endswith((".zip", ".pyz")):
        sys.path.pop(0)
        runpy.run_path(options.program, run_name="__main__")
    else:
        _run_script(options.program)


def _run_script(path):
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file {path!r}: {error.strerror}", file=sys.stderr)
        sys.exit(2)
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    _execute(source, path, __file__=path)


def _execute(source, path, **names):
    main = types.ModuleType("__main__")
    main.__dict__.update(names)
    # The module stays: what it has defined may be called until the process ends.
    sys.modules["__main__"] = main
    exec(compile(source, path, "exec"), main.__dict__)


def _status_of(function, *arguments):
    """The exit status of a process whose program is `function(*arguments)`."""
    try:
        function(*arguments)
    except SystemExit as error:
        if error.code is None:
            return 0
        if isinstance(error.code, int):
            return error.code
        print(error.code, file=sys.stderr)
        return 1
    except BaseException as error:
        own = _beyond_machinery(error.__traceback__)
        if own is None:
            error.__cause__ = error.__context__ = None
        sys.excepthook(type(error), error.with_traceback(own), own)
        return Interrupted(130) if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _beyond_machinery(traceback):
    """A traceback without the frames of this module and of runpy; None if that is all of
    it, as when there is no such module, or no way to read the script.
    """
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename not in (__name__, runpy.__name__):
            return traceback
        traceback = traceback.tb_next
    return None
