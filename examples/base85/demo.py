"""Base 85: a text codec in a package, with errors that say where.

Prints the same on every Python that can import the module.
"""

import base64
import codecs

import base85
from base85 import DecodeError, Encoder, decode, encode


def show(what, result):
    print(f"{what:<27}{result}")


def attempt(what, function):
    """Shows the error that a call is expected to raise."""
    try:
        show(what, repr(function()))
    except Exception as error:
        show(what, f"{type(error).__name__}: {error}")


print("-- there and back")
show("base85._core", base85._core.__name__)
show("encode(b'hello world')", encode(b"hello world"))
show("decode(_)", decode(encode(b"hello world")))
show("encode('Grüße, 世界')", encode("Grüße, 世界"))
show("decode(_).decode()", decode(encode("Grüße, 世界")).decode())
show("encode(bytearray(4))", encode(bytearray(4)))
show("encode(memoryview(...))", encode(memoryview(b"abcdefgh")[::2]))
show("empty", repr(encode(b"")) + " " + repr(decode("")))

print("-- against the standard library")
# A small generator, so that the data is the same everywhere.
seed, data = 1, bytearray()
for _ in range(1000):
    seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
    data.append(seed >> 16 & 0xFF)
pieces = [bytes(data[length : 2 * length]) for length in range(500)]
show("500 encoded alike", all(encode(p) == base64.b85encode(p).decode() for p in pieces))
show("500 decoded back", all(decode(encode(p)) == p for p in pieces))

print("-- wrapped lines, read back")
text = encode(bytes(range(40)), wrap=20)
for line in text.splitlines():
    show("", line)
show("decode(_) is the same", decode(text) == bytes(range(40)))
show("ignore='-'", decode("Wp-Ze", ignore="-"))

print("-- in pieces")
encoder = Encoder()
parts = [encoder.update(piece) for piece in (b"ab", b"cde", "fgh\N{SNOWMAN}", b"")]
show("update() x 4", parts)
show("total, held back", f"{encoder.total}, {bytes(encoder)}")
show("finish()", repr(encoder.finish()))
attempt("update() after finish()", lambda: encoder.update(b"x"))

print("-- as a codec of Python's own")
show("codecs.encode", codecs.encode(b"data", "base85"))
show("codecs.decode", codecs.decode(b"WMOn+", "base85"))

print("-- and what it refuses")
attempt("decode('abc\"de')", lambda: decode('abc"de'))
attempt("decode('ab cé')", lambda: decode("ab cé"))
attempt("decode('ab\\ud800')", lambda: decode("ab\ud800"))
attempt("decode('é\\udfff')", lambda: decode("é\udfff"))
attempt("decode(b'ab\\xff')", lambda: decode(b"ab\xff"))
attempt("decode('00000 ~~~~~')", lambda: decode("00000 ~~~~~"))
attempt("decode('00000 ~~')", lambda: decode("00000 ~~"))
attempt("decode('000000')", lambda: decode("000000"))
attempt("decode(85)", lambda: decode(85))
attempt("decode('', ignore=5)", lambda: decode("", ignore=5))
attempt("encode(None)", lambda: encode(None))
attempt("encode(b'', wrap=-1)", lambda: encode(b"", wrap=-1))
attempt("encode(b'', 76)", lambda: encode(b"", 76))
attempt("decode()", lambda: decode())
try:
    decode("fine 'til here")
except DecodeError as error:
    show("error.position", error.position)
    show("error.character", repr(error.character))
    show("is a ValueError", isinstance(error, ValueError))
try:
    encode("ab\ud800")
except UnicodeEncodeError as error:
    show("encode('ab\\ud800')", f"UnicodeEncodeError from {error.start} to {error.end}")
