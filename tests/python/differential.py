"""Random calls of C modules, one line each: the same on every Python.

Each call is made from the seed and its own number, so that a difference in
one does not move the next, and any of them can be repeated alone:

    python differential.py --seed 1 --first 4711 --calls 1

A line is: number, function, arguments, outcome, separated by tabs. The part
before the outcome is written before the call, so that a crash names it.
"""

import argparse
import re
import sys

from differential_calls import CALLS, tamed
from differential_show import escape, show
from differential_values import Random

ADDRESS = re.compile("0x[0-9a-f]{6,}")
# CPython's messages name a native type with its module, RustPython's without.
MODULE = re.compile(r"\b(?:differential_types|differential_containers|hpytype)\.(?=[A-Z])")
MUTABLE = (list, dict, bytearray)


def canonical(line):
    return MODULE.sub("", ADDRESS.sub("0x", line))


def describe(error):
    """Type and text of an exception, and what it came from."""
    try:
        text = str(error)
    except BaseException as second:
        text = "<no text: " + type(second).__name__ + ">"
    line = "! " + type(error).__name__ + ": " + escape(text)
    for link in ("__cause__", "__context__"):
        other = getattr(error, link)
        if other is not None:
            line += " " + link + " " + type(other).__name__
    return line


def outcome(function, arguments):
    try:
        result = function(*arguments)
    except BaseException as error:
        return describe(error)
    try:
        return "= " + type(result).__name__ + " " + show(result)
    except BaseException as error:
        return "= " + type(result).__name__ + " which cannot be shown: " + describe(error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--calls", type=int, default=1)
    options = parser.parse_args()
    out = sys.stdout
    for number in range(options.first, options.first + options.calls):
        random = Random(options.seed, number)
        name, function, makers, tame = random.choose(CALLS)
        arguments = [maker(random) for maker in makers]
        if tame:
            arguments = tamed(arguments, "pow" in name)
        shown = ", ".join([show(argument) for argument in arguments])
        out.write(f"{number}\t{name}\t{canonical(shown)}\t")
        out.flush()
        line = outcome(function, arguments)
        if arguments and isinstance(arguments[0], MUTABLE):
            line += " leaves " + show(arguments[0])
        out.write(canonical(line) + "\n")
    out.flush()


main()
