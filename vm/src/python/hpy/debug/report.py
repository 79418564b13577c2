"""What the debug mode has found, as text for a person.

Beyond the functions of HPy's own `_debug`, this is built on
`DebugHandle.place`, a key that only handles opened at the same place have,
`DebugHandle.opened`, the C frames of that place, and `DebugHandle.python`, the
Python frames above them.

The summary of a whole program is the loader's own (`_debug.last_report`); it asks
`safe_repr` and `is_runner` here.

Frames come innermost first. A C frame is the tuple (text, function, file, line,
object, offset), of which all but the text, the object's path and the offset may
be None; HPy's own inline functions are left out. A Python frame is the tuple
(function, file, line).
"""

import collections

# How many objects are shown of those that leaked at one place, the length of one,
# and how many Python frames of a stack.
SHOWN = 20
WIDTH = 100
DEPTH = 12

# Packages that call a program's functions through many of their own.
_RUNNERS = ("/_pytest/", "/pluggy/", "/pytest/__main__.py")


def count(number, noun):
    """A number and what it is of: `1 handle`, `2,000 handles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def is_runner(frame):
    """Whether a Python frame is a test runner's. Those of importlib, runpy and this
    package are not among the frames at all."""
    return any(runner in frame[1] for runner in _RUNNERS)


def python_lines(frames):
    """The frames of Python that are the program's, as text."""
    own = [frame for frame in frames if not is_runner(frame)]
    lines = [f"{function} at {file}:{line}" for function, file, line in own[:DEPTH]]
    if len(own) > DEPTH:
        lines.append("...")
    return lines


def c_lines(frames):
    return [frame[0] for frame in frames]


def c_lines_with_library(frames):
    """As c_lines, with the library's name at the end of each."""
    lines = []
    for text, _, _, _, path, _ in frames:
        library = path.rsplit("/", 1)[-1]
        lines.append(text if library in text else f"{text}, in {library}")
    return lines


def shorten(text, width=WIDTH):
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."


def safe_repr(thing):
    """The repr of anything, even of what has none."""
    try:
        return shorten(repr(thing))
    except Exception as error:
        return f"<{type(thing).__name__} whose repr raises {type(error).__name__}>"


def describe_handle(handle):
    if handle.is_closed:
        return f"<DebugHandle {handle.id:#x} CLOSED>"
    return f"<DebugHandle {handle.id:#x} for {safe_repr(handle.obj)}>"


def stack(handle):
    """The place where a handle was opened, as text: lines of C, lines of Python."""
    return tuple(c_lines(handle.opened)), tuple(python_lines(handle.python))


def by_place(handles):
    """Pairs of a stack and the handles that were opened there; most handles first."""
    places = collections.defaultdict(list)
    for handle in handles:
        places[handle.place].append(handle)
    # Places that differ in less than a line are one to the reader.
    stacks = collections.defaultdict(list)
    for leaked in places.values():
        stacks[stack(leaked[0])].extend(leaked)
    return sorted(stacks.items(), key=lambda item: -len(item[1]))


def leaks_of(handles):
    """For each place of opening its lines: the handles, then the stack."""
    for (_, python), leaked in by_place(handles):
        lines = [describe_handle(handle) for handle in leaked[:SHOWN]]
        if len(leaked) > SHOWN:
            lines.append(f"and {len(leaked) - SHOWN:,} more")
        lines.append("Allocation stacktrace:")
        c = c_lines_with_library(leaked[0].opened)
        lines.extend(f"    {line}" for line in (*c, *python))
        yield lines
