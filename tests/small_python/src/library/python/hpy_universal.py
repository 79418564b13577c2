"""hpy.universal: loading extensions in any mode."""

from _driver import load_extension

MODE_UNIVERSAL = 0
MODE_DEBUG = 1
MODE_TRACE = 2


def load(name, path, spec, debug=False, mode=-1):
    if mode <= 0:
        mode = MODE_DEBUG if debug else MODE_UNIVERSAL
    return load_extension(name, path, spec, mode)
