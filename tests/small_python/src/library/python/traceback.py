"""traceback: extract_tb, of the list that the driver keeps as a traceback."""


class FrameSummary:
    def __init__(self, filename, lineno, name):
        self.filename = filename
        self.lineno = lineno
        self.name = name


def extract_tb(tb):
    return [FrameSummary(*entry) for entry in reversed(tb)]
