"""What the trace mode has counted, as text.

Beyond the functions of HPy's own `_trace`, this is built on
`_trace.start_folding()`, after which the time of each call is booked on the
stack that it was made from, and on `_trace.get_folded()`, a list of tuples
(Python frames, C frames, function, calls, nanoseconds). Frames are as in
`hpy.debug.report`, innermost first. The nanoseconds are those that were spent in
the function itself, less the functions of the API that extensions called
meanwhile. The time that a C function spent outside of the API has no `function`.
"""

import collections

from hpy.debug.report import count, is_runner


def table(calls, durations, sort):
    """The lines of a table of the functions that were called."""
    called = [(name, calls[name], durations.get(name, 0)) for name in calls if calls[name]]
    if not called:
        return ["hpy.trace: no function of the API was called by a module in trace mode"]
    keys = {
        "time": lambda row: (-row[2], row[0]),
        "calls": lambda row: (-row[1], row[0]),
        "name": lambda row: row[0],
    }
    called.sort(key=keys[sort])
    rows = [("function", "calls", "total ms", "ns/call")]
    for name, number, nanoseconds in called:
        rows.append(
            (
                name,
                f"{number:,}",
                f"{nanoseconds / 1e6:,.3f}",
                f"{nanoseconds / number:,.0f}",
            )
        )
    width = max(len(row[0]) for row in rows)
    lines = [f"{a:<{width}} {b:>14} {c:>14} {d:>10}" for a, b, c, d in rows]
    # No sum of the times: a function's includes those that it leads to.
    total = sum(row[1] for row in called)
    lines.append(f"hpy.trace: {count(total, 'call')} of {count(len(called), 'function')}")
    return lines


def folded(entries):
    """The lines of a folded-stack file: `outermost;...;innermost number`."""
    stacks = collections.Counter()
    for python, c, function, _, nanoseconds in entries:
        names = [
            f"{frame[0]} ({shorten_path(frame[1])}:{frame[2]})"
            for frame in reversed(python)
            if not is_runner(frame)
        ]
        names += [c_name(frame) for frame in reversed(c)]
        if function:
            names.append(function)
        stacks[";".join(name.replace(";", ":") for name in names)] += nanoseconds
    return [f"{stack} {number}" for stack, number in sorted(stacks.items()) if number]


def shorten_path(path):
    return path.rpartition("/")[2]


def c_name(frame):
    _, function, file, line, object_file, offset = frame
    if function is None:
        return f"{shorten_path(object_file)}+{offset:#x}"
    return f"{function} ({shorten_path(file)})" if file else function
