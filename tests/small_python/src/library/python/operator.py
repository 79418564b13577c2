"""operator: the operators as functions."""


def add(a, b):
    return a + b


def and_(a, b):
    return a & b


def attrgetter(name):
    return lambda object: getattr(object, name)


def contains(a, b):
    return b in a


def eq(a, b):
    return a == b


def floordiv(a, b):
    return a // b


def ge(a, b):
    return a >= b


def getitem(a, b):
    return a[b]


def gt(a, b):
    return a > b


def imatmul(a, b):
    a @= b
    return a


def index(a):
    from _driver import index

    return index(a)


def invert(a):
    return ~a


def itemgetter(item):
    return lambda object: object[item]


def le(a, b):
    return a <= b


def lshift(a, b):
    return a << b


def lt(a, b):
    return a < b


def matmul(a, b):
    return a @ b


def mod(a, b):
    return a % b


def mul(a, b):
    return a * b


def ne(a, b):
    return a != b


def neg(a):
    return -a


def or_(a, b):
    return a | b


def pos(a):
    return +a


def rshift(a, b):
    return a >> b


def sub(a, b):
    return a - b


def truediv(a, b):
    return a / b


def xor(a, b):
    return a ^ b
