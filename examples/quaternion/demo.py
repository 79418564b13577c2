"""Quaternions: a numeric type with operators, hashing and subclasses.

Prints the same on every Python that can import the module.
"""

import copy

from quaternion import Orientation, Quaternion, i, j, k, rotation


def show(what, result):
    print(f"{what:<26}{result}")


def attempt(what, function):
    """Shows the error that a call is expected to raise."""
    try:
        show(what, function())
    except Exception as error:
        show(what, f"{type(error).__name__}: {error}")


def rounded(vector):
    # + 0.0 turns a negative zero into a zero.
    return tuple(round(part, 6) + 0.0 for part in vector)


q = Quaternion(1, 2, y=-0.5)

print("-- a number like any other")
show("q", q)
show("repr(q)", repr(q))
show("i*j, j*i", f"{i * j}, {j * i}")
show("i**2 == j**2 == i*j*k", i**2 == j**2 == i * j * k == -1)
show("3 + 4*i - q/2", 3 + 4 * i - q / 2)
show("abs(3 + 4*k), ~q, -q", f"{abs(3 + 4 * k)}, {~q}, {-q}")
show("q**3, q**-1", f"{q**3}, {q**-1}")
show("(2*j) ** 0.5", (2 * j) ** 0.5)
show("q * (1/q) == 1", q * (1 / q) == 1)
show("sum([i, j, k, 2.5])", sum([i, j, k, 2.5]))

print("-- parts")
w, *vector = q
show("w, *vector = q", f"{w} {vector}")
show("q.x, q[-2], q.vector", f"{q.x}, {q[-2]}, {q.vector}")
show("float(Quaternion(7))", float(Quaternion(7)))
show("bool(q), bool(q - q)", f"{bool(q)}, {bool(q - q)}")
show("copy.copy(q) == q", copy.copy(q) == q)

print("-- equal values are equal keys")
show("Quaternion(2) == 2.0", Quaternion(2) == 2.0)
show("{2: 'two'}[2 + 0*i]", {2: "two"}[2 + 0 * i])
show("len({i, j, i*1, k**1})", len({i, j, i * 1, k**1}))

print("-- turning things")
turn = rotation((0, 0, 1), 90)
show("turn.rotate((1, 0, 0))", rounded(turn.rotate((1, 0, 0))))
show("a third of it", rounded(Quaternion(1).slerp(turn, t=1 / 3).rotate([2, 0, 0])))
here = there = Orientation()
here *= turn
here *= rotation((1, 0, 0), 90)
show("here", here)
show("here is there", here is there)
show("here @ (1, 0, 0)", rounded(here @ (1, 0, 0)))
here.rotation = 5 * k
show("here.rotation = 5*k", here.rotation)

print("-- a subclass, from Python")


class Versor(Quaternion):
    """A quaternion with a name and an operator of its own."""

    def __new__(cls, *parts, name="?"):
        self = super().__new__(cls, *parts)
        self.name = name
        return self

    def __matmul__(self, vector):
        return rounded(self.rotate(vector))


v = Versor(0, 0, 0, 1, name="half turn")
show("v, v.name", f"{v!r}, {v.name}")
show("v @ (1, 2, 3)", v @ (1, 2, 3))
show("v == k, hash alike", f"{v == k}, {hash(v) == hash(k)}")
show("type(v * 2)", type(v * 2).__name__)
show("copy keeps the type", type(copy.copy(v)).__name__)

print("-- and what it refuses")
attempt("q / 0", lambda: q / 0)
attempt("q ** j", lambda: q**j)
attempt("pow(q, 2, 10)", lambda: pow(q, 2, 10))
attempt("q[4]", lambda: q[4])
attempt("float(q)", lambda: float(q))
attempt("q.slerp('north')", lambda: q.slerp("north"))
attempt("rotation((0, 0, 0), 5)", lambda: rotation((0, 0, 0), 5))
attempt("rotation((1, 0), 5)", lambda: rotation((1, 0), 5))
attempt("here @ (1, 2)", lambda: here @ (1, 2))
attempt("here.rotation = 0", lambda: setattr(here, "rotation", 0))
attempt("del here.rotation", lambda: delattr(here, "rotation"))
# These messages are the interpreter's own, so only their types are shown.
for what, function in [
    ("q < 1", lambda: q < 1),
    ("q + 'x'", lambda: q + "x"),
    ("q.w = 3", lambda: setattr(q, "w", 3)),
]:
    try:
        function()
    except Exception as error:
        show(what, type(error).__name__)
