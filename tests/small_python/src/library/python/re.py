"""re: whether a pattern is found."""

from _driver import escape_pattern, find_pattern


def escape(pattern):
    return escape_pattern(pattern)


class Match:
    def __init__(self, text):
        self._text = text

    def group(self):
        return self._text


def _found(pattern, string):
    text = find_pattern(pattern, string)
    return None if text is None else Match(text)


def search(pattern, string):
    return _found(pattern, string)


def match(pattern, string):
    return _found("^(?:" + pattern + ")", string)


def fullmatch(pattern, string):
    return _found("^(?:" + pattern + ")$", string)
