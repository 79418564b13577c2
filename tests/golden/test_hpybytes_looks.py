# Whether C has looked at the memory of text or bytes makes no difference to the object:
# it dies when it would die. (That nobody counts a reference more is in `scaling.py`: debug mode
# keeps handles that are closed.)
# module: hpybytes_looks
import hpybytes_looks as c


class Bytes(bytes):
    def __del__(self):
        dead.append(len(self))


class Text(str):
    def __del__(self):
        dead.append(len(self))


for make, function in (
    (lambda i: Bytes(b"abc%d" % i), c.as_string),
    (lambda i: Bytes(b"abc%d" % i), c.size),
    (lambda i: Text("abc%d" % i), c.utf8),
):
    dead = []
    for i in range(1000):
        value = make(i)
        function(value)
    del value
    print(len(dead))
#> 1000
#> 1000
#> 1000

# There is a NUL behind it, however long it is and wherever it comes from.
lengths = [*range(100), 127, 128, 129, 4095, 4096, 4097, 1 << 20]
print(all(c.as_string(b"b" * length) == length for length in lengths))  #> True
print(all(c.utf8("s" * length) == length for length in lengths))  #> True
joined = [b"".join([b"ab"] * n) for n in range(50)] + [bytes(bytearray(b"cd" * n)) for n in range(50)]
print(all(c.as_string(value) == c.size(value) == len(value) for value in joined))  #> True
grown = []
text, data = "", b""
for i in range(300):
    text += "t"
    data += b"d"
    grown.append((text, data))
print(all(c.utf8(text) == c.as_string(data) == len(data) for text, data in grown))  #> True
read = [open(__file__, "rb").read()[: i + 1] for i in range(64)]
print([c.as_string(value) for value in read] == list(range(1, 65)))  #> True
print(all(c.same_place(data) for _, data in grown))  #> True
print(c.utf8("\u00e4\u20ac"), c.utf8(""), c.as_string(b""), c.size(b"\0\0"))  #> 5 0 0 2
# Looking has changed nothing.
print(all(text == "t" * (i + 1) and data == b"d" * (i + 1) for i, (text, data) in enumerate(grown)))
#> True
