"""Functions: parameters, closures, decorators, what calls refuse."""


def f(a, b=2, *rest, c, d=4, **more):
    return a, b, rest, c, d, more


print(f(1, c=3))
print(f(1, 20, 30, 40, c=3, e=5))
print(f(*[1, 2], **{"c": 3}))


def refused(call):
    try:
        call()
    except TypeError as error:
        print(error)


refused(lambda: f())
refused(lambda: f(1))
refused(lambda: f(1, a=1, c=2))


def g(a):
    return a


refused(lambda: g())
refused(lambda: g(1, 2))
refused(lambda: g(b=1))


def counter():
    count = 0

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step


one, two = counter(), counter()
one(), one(5), two()
print(one(), two())


def twice(function):
    return lambda *args: function(function(*args))


@twice
def increment(n):
    return n + 1


print(increment(1), increment.__name__)
print([f() for f in [lambda i=i: i for i in range(3)]], [f() for f in [lambda: i for i in range(3)]])


def unbound():
    print(later)
    later = 1


try:
    unbound()
except UnboundLocalError as error:
    print(type(error).__name__)

total = 0


def add(n):
    global total
    total += n


for n in range(5):
    if n == 1:
        continue
    if n == 4:
        break
    add(n)
else:
    print("not reached")
print(total)
