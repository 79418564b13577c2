# Bytes made, read and converted by C.
# module: hpybytes
from golden import show, show_type
import hpybytes as t


class Text(str):
    pass


class Bytes(bytes):
    pass


print([t.check(x) for x in ("", b"", Text(), Bytes(), bytearray(), None)])
#> [False, True, False, True, False, False]
# Bytes.
show(t.doubled, b"")  #> b''
show(t.doubled, b"a\0b")  #> b'a\x00ba\x00b'
show(t.doubled, Bytes(b"sub"))  #> b'subsub'
print(t.doubled(bytes(range(256))) == bytes(range(256)) * 2)  #> True
print(len(t.doubled(b"x" * 1000000)))  #> 2000000
show_type(t.doubled, "text")  #> TypeError
show_type(t.doubled, bytearray(b"x"))  #> TypeError
show(t.until_nul, b"until\0nul")  #> b'until'
show(t.to_bytes, bytearray(b"ab"))  #> b'ab'
show(t.to_bytes, [1, 2])  #> b'\x01\x02'
show_type(t.to_bytes, 3)  #> TypeError
show_type(t.to_bytes, "text")  #> TypeError
