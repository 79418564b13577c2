"""codecs: the registry."""

_search_functions = []


class CodecInfo:
    def __init__(self, encode, decode, name=None):
        self.name = name
        self.encode = encode
        self.decode = decode


def register(search_function):
    _search_functions.append(search_function)


def lookup(encoding):
    for search in _search_functions:
        found = search(encoding)
        if found is not None:
            return found
    raise LookupError("unknown encoding: " + encoding)


def encode(obj, encoding="utf-8", errors="strict"):
    return lookup(encoding).encode(obj, errors)[0]


def decode(obj, encoding="utf-8", errors="strict"):
    return lookup(encoding).decode(obj, errors)[0]
