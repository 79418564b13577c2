# Text: every plane of Unicode, NUL within, surrogates, encodings.
# Results are shown with ascii(), so that the expectations are readable.
# module: hpyunicode
from golden import show, show_type
import hpyunicode as t


class Text(str):
    pass


class Bytes(bytes):
    pass


# Text as C sees it.
show(t.utf8, "")  #> (b'', 0, True)
show(t.utf8, "abc")  #> (b'abc', 3, True)
show(t.utf8, "gr\u00fc\u00df")  #> (b'gr\xc3\xbc\xc3\x9f', 6, True)
show(t.utf8, "\u20ac\U0001f40d")  #> (b'\xe2\x82\xac\xf0\x9f\x90\x8d', 7, True)
show(t.utf8, "a\0b\0")  #> (b'a\x00b\x00', 4, True)
show(t.utf8, Text("sub"))  #> (b'sub', 3, True)
show_type(t.utf8, "\ud800")  #> UnicodeEncodeError
show_type(t.utf8, b"bytes")  #> TypeError
show_type(t.utf8, 3)  #> TypeError
print([t.same_memory(s) for s in ("", "abc", "gr\u00fc\u00df", "\U0001f40d" * 1000)])  #> [True, True, True, True]
print(t.utf8("x" * 100000)[1:])  #> (100000, True)

# Text made by C.
print(ascii(t.from_utf8("gr\u00fc\u00df \U0001f40d".encode())))  #> 'gr\xfc\xdf \U0001f40d'
print(ascii(t.from_utf8(b"until\0nul")))  #> 'until'
show_type(t.from_utf8, b"\xff")  #> UnicodeDecodeError
print(ascii(t.from_wide()))  #> ('a\xe9\x00\U0001f40d', 'a\xe9')

# Encoding.
for name in ("ascii", "latin-1", "utf-8"):
    for text in ("abc", "\xe9", "\u20ac", "a\0"):
        try:
            print(t.encode(name, text), end=" ")
        except UnicodeEncodeError as error:
            print(error.encoding, error.start, error.end, error.reason, end=" ")
    print(name)
    #> b'abc' ascii 0 1 ordinal not in range(128) ascii 0 1 ordinal not in range(128) b'a\x00' ascii
    #> b'abc' b'\xe9' latin-1 0 1 ordinal not in range(256) b'a\x00' latin-1
    #> b'abc' b'\xc3\xa9' b'\xe2\x82\xac' b'a\x00' utf-8
show_type(t.encode, "utf-8", "\udc80")  #> UnicodeEncodeError
show(t.encode, "filesystem", "a\udc80b")  #> b'a\x80b'
show_type(t.encode, "ascii", b"x")  #> TypeError

# Decoding.
print(ascii(t.decode("ascii", b"abc", "strict")))  #> 'abc'
show_type(t.decode, "ascii", b"\x80", "strict")  #> UnicodeDecodeError
print(ascii(t.decode("ascii", b"a\x80b", "replace")))  #> 'a\ufffdb'
print(ascii(t.decode("ascii", b"a\x80b", "ignore")))  #> 'ab'
print(ascii(t.decode("ascii", b"a\x80b", "surrogateescape")))  #> 'a\udc80b'
show_type(t.decode, "ascii", b"a\x80b", "nonsense")  #> LookupError
print(ascii(t.decode("latin-1", b"a\x80\0b", "strict")))  #> 'a\x80\x00b'
print(ascii(t.decode("filesystem", b"a\xffb", "")))  #> 'a\udcffb'
print(ascii(t.decode("utf-8", b"\xe2\x82\xac", "strict")))  #> '\u20ac'
print(ascii(t.decode("utf-16-le", b"\x3d\xd8\x0d\xdc", "strict")))  #> '\U0001f40d'
show_type(t.decode, "no-such-codec", b"a", "strict")  #> LookupError
show_type(t.decode, "utf-8", "text", "strict")  #> TypeError

# Characters and parts.
print([t.read_char("a\xe9\u20ac\U0001f40d\ud800\0", i) for i in range(6)])  #> [97, 233, 8364, 128013, 55296, 0]
show_type(t.read_char, "abc", 3)  #> IndexError
show_type(t.read_char, "abc", -1)  #> IndexError
show_type(t.read_char, b"abc", 0)  #> TypeError
print(ascii([t.substring("h\xe9llo\U0001f40d", *r) for r in ((0, 6), (1, 3), (5, 9), (3, 3), (4, 2), (9, 12))]))
#> ['h\xe9llo\U0001f40d', '\xe9l', '\U0001f40d', '', '', '']
show_type(t.substring, "abc", -1, 2)  #> IndexError
show_type(t.substring, "\ud800x", 0, 1)  #> '\ud800'

# Formatting.
show(t.formatted, "\u00fc", "text", 255)  #> "'ü' ü '\\xfc'|      text|te|255|  255|0000ff|c%"
show(t.formatted, [1], "t", -1)  #> '[1] [1] [1]|         t|t|-1|   -1|ffffffff|c%'

# Kinds.
print([t.check(x) for x in ("", b"", Text(), Bytes(), bytearray(), None)])
#> [True, False, True, False, False, False]
