# An encoder and decoder of JSON, as extensions have it: recursion in C, hooks in
# Python that raise, change what is being encoded, and call back; errors at any depth.
# module: json_codec
from json_codec import dumps, loads
import json_codec


def show(function, *args, **kwargs):
    try:
        print(ascii(function(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__ + ": " + ascii(str(error)))


class Raw:
    def __init__(self, text):
        self.text = text

    def __json__(self):
        return self.text


class Tree:
    def __init__(self, *children):
        self.children = children

    def toDict(self):
        return {"children": self.children}


class Broken:
    def __str__(self):
        raise KeyError("no text")

    def __repr__(self):
        raise KeyError("no text")


# Values.
show(dumps, [None, True, False, 0, -1, 2**31, 2**63 - 1, 2**63, -2**63 - 1, 10**30])
#> '[null,true,false,0,-1,2147483648,9223372036854775807,9223372036854775808,-9223372036854775809,1000000000000000000000000000000]'
show(dumps, [1.5, 1e300, -0.0, 1e-7, float("inf"), float("-inf"), float("nan")])  #> '[1.5,1e+300,-0.0,1e-07,Infinity,-Infinity,NaN]'
show(dumps, ["", "q\"\\\n\t\x01\x7f", "\xe9\u20ac\U0001f600", "\0x"])  #> '["","q\\"\\\\\\n\\t\\u0001\x7f","\\u00e9\\u20ac\\ud83d\\ude00","\\u0000x"]'
show(dumps, ["\xe9\U0001f600"], ensure_ascii=False)  #> '["\xe9\U0001f600"]'
show(dumps, {"a": 1, "b": [None, {}], b"c": (), 1: 2, None: 3, True: 4, 1.5: 5})  #> '{"a":1,"b":[null,{}],"c":[],"1":4,"null":3,"1.5":5}'
show(dumps, {"b": 1, "a": {"d": 1, "c": 2}}, sort_keys=True)  #> '{"a":{"c":2,"d":1},"b":1}'
show(dumps, [1, {"a": [2]}, [], {}], indent=2)  #> '[\n  1,\n  {\n    "a":[\n      2\n    ]\n  },\n  [],\n  {}\n]'
show(dumps, Tree(Tree(), Raw("raw"), Tree(Tree(1.5))))  #> '{"children":[{"children":[]},raw,{"children":[{"children":[1.5]}]}]}'

# Errors.
show(dumps, "\ud800")  #> UnicodeEncodeError: "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"
show(dumps, {"a": [1, "\udfff"]})  #> UnicodeEncodeError: "'utf-8' codec can't encode character '\\udfff' in position 0: surrogates not allowed"
show(dumps, float("nan"), allow_nan=False)  #> OverflowError: 'Invalid Nan value when encoding double'
show(dumps, {b"\xff": 1})  #> UnicodeDecodeError: "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
show(dumps, {"b": 1, 2: 2}, sort_keys=True)  #> TypeError: "'<' not supported between instances of 'int' and 'str'"
show(dumps, [[{"a": {1}}]])  #> TypeError: '{1} is not JSON serializable'
show(dumps, [1, Broken()])  #> TypeError: ''
show(dumps, {Broken(): 1})  #> KeyError: "'no text'"
show(dumps, Raw(3))  #> TypeError: 'expected string'
show(dumps)  #> TypeError: 'dumps() no value for required argument'
show(dumps, 1, default=3)  #> TypeError: 'expected callable'
show(dumps, 1, indent="x")  #> TypeError: "'str' object cannot be interpreted as an integer"

# Hooks.
show(dumps, [{1}, {2}], default=list)  #> '[[1],[2]]'
show(dumps, {1}, default=lambda x: x)  #> OverflowError: 'Maximum recursion level reached'
show(dumps, {1}, default=lambda x: [][0])  #> IndexError: 'list index out of range'
show(dumps, {1}, default=lambda x: loads(dumps({"again": loads("[1, 2]")})))  #> '{"again":[1,2]}'
shrinking = [1, {5}, 2, 3]
show(dumps, shrinking, default=lambda x: shrinking.clear())  #> '[1,null]'
forgetful = {"a": {5}, "b": 1}
show(dumps, forgetful, default=lambda x: forgetful.clear())  #> KeyError: "'b'"
itself = []
itself.append(itself)
show(dumps, itself)  #> OverflowError: 'Maximum recursion level reached'


def deeper(x):
    return dumps({1}, default=deeper)


try:
    deeper(0)
except (RecursionError, TypeError):
    # Where the limit is met in a comparison, hpy's parser of arguments takes one
    # for another on CPython.
    print("too deep")
#> too deep

# Texts.
show(loads, ' {"a": {"b": [1.5, null, true, false]}, "c": -12} ')  #> {'a': {'b': [1.5, None, True, False]}, 'c': -12}
show(loads, '["\\u00e9\\ud83d\\ude00", "\\ud800", "\\n\\/\\\\", "\xe9\U0001f600"]')  #> ['\xe9\U0001f600', '\ud800', '\n/\\', '\xe9\U0001f600']
show(loads, b'["\xc3\xa9"]')  #> ['\xe9']
show(loads, "[123456789012345678901234567890, 1e999, -5, 1.5e3]")  #> [123456789012345678901234567890, inf, -5, 1500.0]
show(loads, '{"a": 1, "a": 2}')  #> {'a': 2}
show(loads, '{"a": {"b": 1}}', object_hook=lambda d: sorted(d.items()))  #> [('a', [('b', 1)])]
show(loads, '{"a": {}}', object_hook=lambda d: [][0])  #> IndexError: 'list index out of range'
show(loads, "[{}]", object_hook=3)  #> TypeError: "'int' object is not callable"
for wrong in ("", "[1,", "[1 2]", "{1:2}", '{"a"}', '{"a":}', '"a', '"\\uZZZZ"', '"\x01"', "nul", "1-2", "[1] x", "[" * 1100):
    show(loads, wrong)
#> JSONDecodeError: 'Expected object or value at 0'
#> JSONDecodeError: 'Expected object or value at 3'
#> JSONDecodeError: 'Unexpected character found when decoding array value at 3'
#> JSONDecodeError: "Key name of object must be 'string' when decoding 'object' at 1"
#> JSONDecodeError: "No ':' found when decoding object value at 5"
#> JSONDecodeError: 'Expected object or value at 5'
#> JSONDecodeError: 'Unmatched \'"\' at 2'
#> JSONDecodeError: 'Unexpected character in unicode escape sequence at 3'
#> JSONDecodeError: 'Control character in string at 2'
#> JSONDecodeError: 'Expected object or value at 0'
#> JSONDecodeError: 'Bad number at 3'
#> JSONDecodeError: 'Trailing data at 4'
#> JSONDecodeError: 'Reached object decoding depth limit at 1024'
show(loads, "\ud800")  #> UnicodeEncodeError: "'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"
show(loads, 3)  #> TypeError: 'Expected string or bytes'

# There and back.
big = {str(i): [i, i / 4, str(i), None, {"x": [True, i * 2**60]}] for i in range(300)}
print(loads(dumps(big)) == big)  #> True
deep = []
for _ in range(900):
    deep = [deep]
print(loads(dumps(deep)) == deep)  #> True
print(json_codec.JSONDecodeError.__mro__[1].__name__, json_codec.__version__)  #> ValueError 5.8.0
