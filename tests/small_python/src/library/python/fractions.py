"""fractions: Fraction, with what it takes to add and to compare."""

from math import gcd


class Fraction:
    def __init__(self, numerator=0, denominator=1):
        if isinstance(numerator, float):
            while numerator != int(numerator):
                numerator *= 2
                denominator *= 2
            numerator = int(numerator)
        if isinstance(numerator, Fraction):
            denominator *= numerator.denominator
            numerator = numerator.numerator
        if denominator == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        divisor = gcd(numerator, denominator)
        if denominator < 0:
            divisor = -divisor
        self.numerator = numerator // divisor
        self.denominator = denominator // divisor

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        if self.denominator == 1:
            return str(self.numerator)
        return f"{self.numerator}/{self.denominator}"

    def _compare(self, other, compare):
        if not isinstance(other, (Fraction, int, float)):
            return NotImplemented
        other = Fraction(other)
        return compare(self.numerator * other.denominator, other.numerator * self.denominator)

    def __eq__(self, other):
        return self._compare(other, lambda a, b: a == b)

    def __lt__(self, other):
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._compare(other, lambda a, b: a >= b)

    def __hash__(self):
        if self.denominator == 1:
            return hash(self.numerator)
        return hash(self.numerator / self.denominator)

    def __float__(self):
        return self.numerator / self.denominator

    def __add__(self, other):
        if not isinstance(other, (Fraction, int)):
            return NotImplemented
        other = Fraction(other)
        return Fraction(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    __radd__ = __add__
