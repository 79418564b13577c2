"""math: the functions that scripts use."""

from _driver import sqrt

pi = 3.141592653589793
e = 2.718281828459045
inf = float("inf")
nan = float("nan")


def gcd(a, b):
    a, b = abs(a), abs(b)
    while b:
        a, b = b, a % b
    return a


def isnan(x):
    return x != x


def isinf(x):
    return x == inf or x == -inf
