"""Methods of builtin classes, those of the library in Python among them."""


def show(*functions):
    for function in functions:
        try:
            print(repr(function()))
        except Exception as error:
            print(type(error).__name__, error)


for s in ["", " a b  c ", "aXbXc", "x\r\ny\nz\n"]:
    print([s.split(), s.split("X"), s.split("X", 1), s.splitlines()])
    print([s.strip(), s.lstrip(), s.rstrip("c "), s.upper(), s.lower()])
    print([s.partition("X"), s.rpartition("X"), s.find("b"), s.count("X"), s.count("")])
    print([s.replace("X", "--"), s.replace("", "-"), s.replace("X", "b", 1)])
    print([s.startswith("a"), s.startswith(("x", " ")), s.endswith("c"), s.endswith("")])
show(lambda: "aaa".rpartition("aa"), lambda: "a".split(""), lambda: "a".index("q"))
show(lambda: "-".join(["a", "b"]), lambda: b"-".join([b"a", b"b"]), lambda: "".join([1]))

show(lambda: "%s %r %d %i %x %f %%" % ("a", "b", 3, 4.7, 255, 1.5))
show(lambda: "%s" % 5, lambda: "%s" % (1, 2), lambda: "%s %s" % (1,), lambda: "%d%%" % 5)
show(lambda: "%(a)s-%(b)r" % {"a": 1, "b": "x"})
for value in [42, -42, 3.14159, -2.5]:
    print([format(value, spec) for spec in [">8", "<8", "*^9", "+", " ", "08", "010.3f", ".2f"]])
print([format(255, spec) for spec in "x X o b #x #X #o d".split()], f"{'text':.2}|{'x':^5}|{True:>5}")
show(lambda: format("x", "d"), lambda: format([], ">5"), lambda: format(1, "q"))

for value in [0, 1, -1, 255, -256, 2**40]:
    show(lambda: value.to_bytes(6, "big", signed=True), lambda: value.to_bytes(1, "little"))
print((-128).to_bytes(1, "big", signed=True), int.from_bytes(b"\xff\x00", "little"))
print(int.from_bytes(b"\xff\x00", "big", signed=True), (5).bit_length(), True.real, (7).imag)
print(round(2.5), round(2.567, 2), int("-0b11", 0), int("zz", 36), float("1e3"))

numbers = [3, 1, 2]
show(lambda: numbers.pop(5), lambda: [].pop(), lambda: numbers.pop(0), numbers.pop)
numbers.insert(0, 9), numbers.insert(-1, 8), numbers.insert(99, 7)
numbers.extend("ab")
numbers.remove(7)
numbers += (1, 2)
numbers *= 2
print(numbers, numbers.index(8), numbers.count(9), numbers.copy() == numbers)
show(lambda: numbers.remove(1000), numbers.clear, lambda: numbers, lambda: [1] + (2,))

d = dict([(1, 2), (3, 4)], x=5)
print(d, d.pop(1), d.pop(99, "no"), d.setdefault(3, 0), d.setdefault(7), d.get(3))
d.update({8: 9}, y=1)
d.update([(0, 1)])
print(d, d | {1: 1}, d == dict(d), d != {}, {1: 2} == {1: 3}, d.keys(), d.values(), d.items())
show(lambda: d.pop(98), lambda: {}[5], d.clear, lambda: d)
print({1, 2} | {3}, {1, 2} & {2}, {1, 2} - {2}, {1, 2} ^ {2, 3}, {1} == {1}, {1} == {2}, set())
show(lambda: range(1, 5, 0), lambda: range(None, 1), lambda: range("a"), lambda: slice(5), slice(1, 2, 3).__repr__)
print(slice(1, 2), slice(1, 2) == slice(1, 2), range(1, 9, 2), list(range(10))[::-2], b"hello"[::-1])


class Point:
    x = property(lambda self: 1)

    @x.setter
    def x(self, value):
        print("x is", value)

    y = property(lambda self: 2)


point = Point()
point.x = 5
print(point.x, point.y)
show(lambda: setattr(point, "y", 1), lambda: delattr(point, "x"))

print(OSError(2, "no", "f"), OSError(2, "no", "a", None, "b"), OSError("x"), OSError(2, "no", "f").args)
print(KeyError("a"), KeyError(), KeyError(1, 2), StopIteration(5).value, SystemExit(3).code)
print(repr(ValueError()), repr(ValueError(1, "a")), ValueError("x", 1))
show(lambda: "a\u20ac\u20ac".encode("latin-1"), lambda: "a\ud800".encode(), lambda: "\xe9".encode("ascii"))
for data in [b"\xff", b"a\xe2\x82", b"\xe2\x28\xa1", b"\xf0\x90\x80", b"\xed\xa0\x80", b"\xe2\x82\xac"]:
    show(data.decode, lambda: data.decode("utf-8", "replace"), lambda: data.decode("ascii", "ignore"))
show(lambda: b"\xff\xfea\x00\x3d\xd8\x00\xde".decode("utf-16"), lambda: b"\xfe\xff\x00a".decode("utf-16"))

view = memoryview(b"abcdef")
print(len(view), view[0], view[-1], view.tolist(), bytes(view[1:3]), view.shape, view.readonly)
view.release()
show(lambda: view[0])
