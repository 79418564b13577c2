"""Runs rows of the comparison on the interpreter that it is started with.

One process serves all rounds: it reads requests from standard input, one a
line, and answers each with a line.

    define NAME<TAB>LOOP     ->  ok
    run NAME COUNT           ->  nanoseconds of the thread's processor time

LOOP is Python. Either it is an expression for a function of a number of rounds,
which times itself (the loops in C), or it has the form `for SETUP: STATEMENT`,
where SETUP is a list of assignments and STATEMENT runs once a round, with what
SETUP has bound as local variables.
"""

import gc
import sys

import overhead

LOOP = """\
def loop(count, thread_time_ns, {parameters}):
    rounds = range(count)
    start = thread_time_ns()
    for _ in rounds:
        {statement}
    return thread_time_ns() - start
"""


class Attributes:
    attribute = 1

    def method(self):
        pass


class Slotted:
    __slots__ = ("attribute",)


def function():
    pass


def ident(value):
    return value


NAMES = {
    "overhead": overhead,
    "gc": gc,
    "Attributes": Attributes,
    "Slotted": Slotted,
    "function": function,
    "ident": ident,
}


def define(code):
    scope = dict(NAMES)
    if not code.startswith("for "):
        return eval(code, scope)
    setup, _, statement = code[len("for "):].partition(": ")
    names = {}
    exec(setup, scope, names)
    exec(LOOP.format(parameters=", ".join(names), statement=statement or "pass"), scope)
    loop = scope["loop"]
    values = list(names.values())
    clock = overhead.thread_time_ns
    return lambda count: loop(count, clock, *values)


def serve():
    rows = {}
    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        try:
            if verb == "define":
                name, _, code = rest.partition("\t")
                rows[name] = define(code)
                answer = "ok"
            else:
                name, _, count = rest.rpartition(" ")
                answer = str(rows[name](int(count)))
        except BaseException as error:
            answer = f"error {type(error).__name__}: {error}".replace("\n", "\\n")
        print(answer, flush=True)


print("ready", sys.version.replace("\n", " "), overhead.__file__, flush=True)
serve()
