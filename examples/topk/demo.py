"""Top k: a container that calls back into Python for keys and comparisons.

Prints the same on every Python that can import the module.
"""

import gc
import sys
import traceback
from collections import namedtuple
from fractions import Fraction

from topk import TopK, alive, group


def show(what, result):
    print(f"{what:<27}{result}")


def attempt(what, function):
    """Shows the error that a call is expected to raise."""
    try:
        show(what, repr(function()))
    except Exception as error:
        show(what, f"{type(error).__name__}: {error}")


WORDS = "the quick brown fox jumps over the lazy dog and then some more".split()

print("-- the best of many")
top = TopK(3)
show("what falls out", [top.push(number) for number in (4, 8, 15, 16, 23, 42, 1)])
show("list(top)", list(top))
longest = TopK(4, key=len)
longest += WORDS
show("longest words", list(longest))
show("longest.keys()", longest.keys())
show("repr, len, in", f"{longest}, {len(longest)}, {'quick' in longest}, {'dog' in longest}")

print("-- indices and slices")
show("top[0], top[-1], top[1:]", f"{top[0]}, {top[-1]}, {top[1:]}")
show("top[::-1], top[5:9]", f"{top[::-1]}, {top[5:9]}")
show("top.pop(), pop(-1), top[:]", f"{top.pop()}, {top.pop(-1)}, {top[:]}")

print("-- keys by attribute, by index, by anything that compares")
Player = namedtuple("Player", "name points")
players = [Player("Ada", 7), Player("Grace", 9), Player("Alan", 7), Player("Edsger", 8)]
best = TopK(3, key="points")
best += players
show("key='points'", [player.name for player in best])
by_name = TopK(2, key=0)
by_name += players
show("key=0", [player.name for player in by_name])
mixed = TopK(4)
mixed += [1, 0.75, Fraction(7, 8), True, 2**70]
show("1, 3/4, 7/8, True, 2**70", [str(number) for number in mixed])
for length, words in group(WORDS, len).items():
    show(f"group(WORDS, len)[{length}]", " ".join(words))

print("-- errors from callbacks go through, and nothing is lost")


class Fussy(Exception):
    """An error of the demo's own."""


def fussy(word):
    if "z" in word:
        raise Fussy(word, "has a z")
    return len(word)


longest = TopK(2, key=fussy)
try:
    longest += WORDS
except Fussy as error:
    show("Fussy", error.args)
    show("raised in", [frame.name for frame in traceback.extract_tb(error.__traceback__)])
    show("kept so far", list(longest))
try:
    try:
        longest.push("zebra")
    except Fussy:
        longest.push(None)
except TypeError as error:
    show("in the handler", f"{type(error).__name__} during {error.__context__!r}")


class Meddler:
    """Changes the container from inside a comparison."""

    def __init__(self, container):
        self.container = container

    def __gt__(self, other):
        self.container.pop()
        return True


numbers = TopK(4)
numbers += [1, 2, 3]
attempt("push(Meddler)", lambda: numbers.push(Meddler(numbers)))
show("numbers", list(numbers))

print("-- objects that know each other, and a last call")


def farewell(items, *, capacity):
    show("on_drop", f"{[type(item).__name__ for item in items]} of {capacity}")


cycle = TopK(5, key=lambda item: 0, on_drop=farewell)
cycle += [cycle, farewell, "and", cycle]
gc.collect()
show("alive()", alive())
show("cycle in cycle", cycle in cycle)
del cycle
gc.collect()
show("alive(), collected", alive())
sys.unraisablehook = lambda what: show("nobody to raise it in", repr(what.exc_value))
last = TopK(1, on_drop=lambda items, capacity: {}["no such key"])
del last
gc.collect()

print("-- and what it refuses")
attempt("TopK(0)", lambda: TopK(0))
attempt("TopK(1000)", lambda: TopK(1000))
attempt("TopK(1, key=4.5)", lambda: TopK(1, key=4.5))
attempt("TopK(1).pop()", lambda: TopK(1).pop())
attempt("top[7]", lambda: top[7])
attempt("top['a']", lambda: top["a"])
attempt("group(WORDS)", lambda: group(WORDS))
