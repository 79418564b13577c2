"""codecs: the registry, and how errors are handled."""

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


def _wrong(error):
    return error.object[error.start:error.end]


def _escaped(character):
    point = ord(character)
    form = "x02" if point < 0x100 else "u04" if point < 0x10000 else "U08"
    return "\\" + form[0] + format(point, form[1:] + "x")


def strict_errors(error):
    raise error


def ignore_errors(error):
    return "", error.end


def replace_errors(error):
    if isinstance(error, UnicodeDecodeError):
        return "\ufffd", error.end
    return "?" * (error.end - error.start), error.end


def backslashreplace_errors(error):
    if isinstance(error, UnicodeDecodeError):
        return "".join([f"\\x{byte:02x}" for byte in _wrong(error)]), error.end
    return "".join([_escaped(character) for character in _wrong(error)]), error.end


def _surrogateescape(error):
    if isinstance(error, UnicodeDecodeError):
        if any([byte < 0x80 for byte in _wrong(error)]):
            raise error
        return "".join([chr(0xDC00 + byte) for byte in _wrong(error)]), error.end
    escaped = [ord(character) - 0xDC00 for character in _wrong(error)]
    if any([not 0x80 <= byte < 0x100 for byte in escaped]):
        raise error
    return bytes(escaped), error.end


def _surrogatepass(error):
    if isinstance(error, UnicodeDecodeError) or error.encoding != "utf-8":
        raise error
    points = [ord(character) for character in _wrong(error)]
    triples = [(0xE0 | p >> 12, 0x80 | p >> 6 & 0x3F, 0x80 | p & 0x3F) for p in points]
    return b"".join([bytes(triple) for triple in triples]), error.end


_error_handlers = {
    "strict": strict_errors,
    "ignore": ignore_errors,
    "replace": replace_errors,
    "backslashreplace": backslashreplace_errors,
    "surrogateescape": _surrogateescape,
    "surrogatepass": _surrogatepass,
}


def register_error(name, handler):
    _error_handlers[name] = handler


def lookup_error(name):
    if name not in _error_handlers:
        raise LookupError(f"unknown error handler name '{name}'")
    return _error_handlers[name]
