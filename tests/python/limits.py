"""Sizes beyond all bounds, memory that runs out, recursion through C and back.

    limits.py all          every case
    limits.py reference    the cases that hold on CPython too
    limits.py single       the cases for a VM without threads
    limits.py one NAME     one of them, in this process

Each case runs in a process of its own, since running out of memory or stack is
what might end it. Prints a line before each case, `begin NAME`, and one after it,
`ok NAME` or `FAILED NAME REASON`; at the end `done`.
"""
import gc
import os
import resource
import subprocess
import sys
import threading

import limits_calls as c

HUGE = [1 << 30 << 10, 1 << 45, 1 << 60, 1 << 61, (1 << 63) - 2, (1 << 63) - 1]
NEGATIVE = [-1, -2, -(1 << 31), -(1 << 63)]
cases = {}


def case(expected):
    """A case and what comes out of it."""

    def add(function):
        cases[function.__name__] = function, expected
        return function

    return add


def raised(function, *args):
    """The type and text of what a call raises."""
    try:
        result = function(*args)
    except Exception as error:
        return f"{type(error).__name__}: {error}".removesuffix(": ")
    return f"no error, but {type(result).__name__}"


def all_raise(expected, function, sizes):
    """Whether the call raises the same for every size; what else it raises."""
    different = {size: text for size in sizes if (text := raised(function, size)) != expected}
    return different or expected


# ---- sizes ----

argument = "SystemError: bad argument to internal function"


@case([argument, "MemoryError"])
def new_list():
    def without_place(size):
        try:
            return c.list_new(size)
        except SystemError as error:  # CPython says where in its sources
            raise SystemError(str(error).partition(": ")[2] or str(error))

    return [all_raise(argument, without_place, NEGATIVE), all_raise("MemoryError", c.list_new, HUGE)]


@case(["MemoryError", "MemoryError"])
def huge_builders():
    return [all_raise("MemoryError", build, HUGE) for build in (c.list_builder, c.tuple_builder)]


@case(["MemoryError", "MemoryError"])
def negative_builders():
    return [all_raise("MemoryError", build, NEGATIVE) for build in (c.list_builder, c.tuple_builder)]


@case([["SystemError"], "MemoryError"])
def tuple_from_array():
    texts = {raised(c.tuple_from_array, size).partition(":")[0] for size in NEGATIVE}
    return [sorted(texts), all_raise("MemoryError", c.tuple_from_array, HUGE)]


@case(["MemoryError", "MemoryError"])
def huge_calls():
    """A number of arguments that can't be right, as a subtraction may give it."""
    sizes = HUGE + NEGATIVE
    return [all_raise("MemoryError", call, sizes) for call in (c.call_many, c.call_method_many)]



@case("SystemError: Negative size passed to PyBytes_FromStringAndSize")
def negative_bytes():
    return all_raise("SystemError: Negative size passed to PyBytes_FromStringAndSize", c.bytes_from, NEGATIVE)


@case(True)
def huge_bytes():
    # How many bytes fit under the size of the header differs.
    sizes = HUGE[-2:]
    return all(raised(c.bytes_from, size) in (
        "MemoryError", "OverflowError: byte string is too large") for size in sizes)


@case(["MemoryError", "no error, but bool"])
def tracker():
    return [all_raise("MemoryError", c.tracker_new, HUGE[1:]), raised(c.tracker_new, 0)]


@case(["''", "'ext'", "'text'", "IndexError: string index out of range", "IndexError: string index out of range"])
def substring():
    last = (1 << 63) - 1
    return [
        repr(c.substring("text", last, last)),
        repr(c.substring("text", 1, last)),
        repr(c.substring("text", 0, last)),
        raised(c.substring, "text", -1, 2),
        raised(c.substring, "text", 0, -1),
    ]


@case("IndexError: string index out of range")
def read_char():
    return all_raise("IndexError: string index out of range", lambda n: c.read_char("text", n), NEGATIVE[2:] + HUGE)


@case(["IndexError", "IndexError", "IndexError"])
def item():
    found = []
    for sequence in ([1, 2], (1, 2), "ab"):
        texts = {raised(c.item, sequence, n).partition(":")[0] for n in [*HUGE, *NEGATIVE[2:], 2, -3]}
        found.append(texts.pop() if len(texts) == 1 else texts)
    return found


@case(["OverflowError: cannot fit 'int' into an index-sized integer", "9223372036854775807", "-1", "-9223372036854775808"])
def repeat():
    loop = c.Loop()
    return [raised(lambda: loop * (1 << 64)), *[repr(loop * n) for n in ((1 << 63) - 1, -1, -(1 << 63))]]


@case(["MemoryError", "MemoryError", "OverflowError", "OverflowError"])
def multiply():
    things = [[1], (1,), b"ab", "ab"]
    return [raised(c.multiply, thing, (1 << 62) + 1).partition(":")[0] for thing in things]


@case(["OverflowError"] * 3 + [True, True, True])
def million_digits():
    n = (1 << 3321928) + 12345
    failed = [raised(c.big, n, i).partition(":")[0] for i in (0, 1, 4)]
    return [*failed, c.big(n, 2) == 12345, c.big(n, 5) == hash(n), c.big(n, 6) == n]


@case(["OverflowError: int too large to convert to float", "OverflowError"])
def million_digits_as_float():
    n = 1 << 3321928
    return [raised(c.big, n, 3), raised(c.big, -n, 0).partition(":")[0]]


# ---- memory that runs out ----


def limit_memory(megabytes):
    """Leaves so much address space beyond what is in use."""
    with open("/proc/self/statm") as statm:
        in_use = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit = in_use + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@case(["MemoryError", "MemoryError", "MemoryError", "no error, but list"])
def lists_without_memory():
    limit_memory(256)
    found = [raised(make, 200_000_000) for make in (c.list_new, c.list_builder, c.tuple_builder)]
    return [*found, raised(c.list_new, 1000)]


def until_memory_ends(make):
    """Makes things and keeps them until there is a MemoryError."""
    kept = []
    try:
        while len(kept) < 1000:
            kept.append(make())
    except MemoryError:
        return True
    return False


@case([True] * 5)
def decoding_until_memory_ends():
    data = b"x" * (100 << 20)
    c.copy_text(data)
    limit_memory(256)
    return [until_memory_ends(lambda: c.decode(data, how)) for how in range(5)]


@case({"no error, but int"})
def looks_need_no_memory():
    """C reads the object's own memory, however large it is."""
    texts = [bytes(100 << 20) for _ in range(30)]
    c.copy_text("something")
    limit_memory(256)
    return {raised(c.copy_text, text) for text in [*texts, "short"]}


@case(["MemoryError", "MemoryError", "MemoryError", "no error, but Large"])
def instance_without_memory():
    large = c.make_type((1 << 31) - 1)
    class Derived(large):
        pass
    limit_memory(256)
    return [raised(c.make, large), raised(large), raised(Derived), raised(c.make_type(1000))]


@case([True, True])
def instances_until_memory_ends():
    medium = c.make_type(16 << 20)
    limit_memory(256)
    ended = until_memory_ends(medium)
    gc.collect()
    return [ended, type(medium()) is medium]


# ---- recursion ----

TOO_DEEP = "RecursionError"
# What CPython does not survive: there, nothing limits a recursion that goes from
# slot to slot without Python code, or knows how small the stack of a thread is,
# and its collector stumbles over subclasses of HPy types. Nor does it count how deep
# instances of HPy types let each other go.
UNLIMITED = [
    "call", "hash", "add", "negative", "subscript", "store", "delete", "length", "contains",
    "bool", "attribute", "set attribute", "derived repr", "derived subscript",
]
OURS = {
    "huge_calls", "instance_without_memory", "finalizers", "long_chain_is_freed_in_a_small_thread",
    *[f"recursion: {name}" for name in UNLIMITED],
}


def too_deep(function, *args):
    try:
        function(*args)
    except RecursionError:
        return TOO_DEEP
    return "no error"


def python_and_c():
    def python(depth):
        return c.call(python, depth + 1)

    return too_deep(python, 0)


def python_and_c_by_tuple():
    return too_deep(lambda: c.call_tuple(c.call_tuple))


def through_repr():
    class Text:
        def __repr__(self):
            return c.show(self)

    return too_deep(repr, Text())


def through_nested_tuples():
    nested = ()
    for _ in range(100_000):
        nested = (nested,)
    return too_deep(c.show, nested)


def through_nested_loops():
    nested = ()
    for _ in range(100_000):
        nested = [nested]
    try:
        return too_deep(c.show, nested)
    finally:
        # Not deeper than dropping it would go.
        while nested:
            nested = nested[0]


def through_method():
    class Thing:
        def method(self):
            return c.call_method(self, "method")

    return too_deep(Thing().method)


def derived():
    class Derived(c.Loop):
        def __repr__(self):
            return super().__repr__()

        def __getitem__(self, key):
            return super().__getitem__(key)

    return Derived()


def recursions():
    loop = c.Loop()
    return {
        "python and c": python_and_c,
        "c alone": lambda: too_deep(c.itself, c.itself),
        "tuple": python_and_c_by_tuple,
        "python repr": through_repr,
        "tuples": through_nested_tuples,
        "lists": through_nested_loops,
        "python method": through_method,
        "repr": lambda: too_deep(repr, loop),
        "str": lambda: too_deep(str, loop),
        "format": lambda: too_deep(c.show, [loop]),
        "call": lambda: too_deep(loop),
        "equal": lambda: too_deep(lambda: loop == 1),
        "less": lambda: too_deep(lambda: loop < loop),
        "hash": lambda: too_deep(hash, loop),
        "add": lambda: too_deep(lambda: loop + 1),
        "negative": lambda: too_deep(lambda: -loop),
        "subscript": lambda: too_deep(lambda: loop[0]),
        "store": lambda: too_deep(lambda: loop.__setitem__(0, 0)),
        "delete": lambda: too_deep(lambda: loop.__delitem__(0)),
        "length": lambda: too_deep(len, loop),
        "contains": lambda: too_deep(lambda: 1 in loop),
        "bool": lambda: too_deep(bool, loop),
        "attribute": lambda: too_deep(lambda: loop.attribute),
        "set attribute": lambda: too_deep(lambda: setattr(loop, "attribute", 1)),
        "method": lambda: too_deep(loop.method),
        "derived repr": lambda: too_deep(repr, derived()),
        "derived subscript": lambda: too_deep(derived().__getitem__, 0),
        "derived method": lambda: too_deep(derived().method),
    }


IN_THREAD = "recursion in a thread: "


def add_recursions():
    for name, recursion in recursions().items():
        cases[f"recursion: {name}"] = recursion, TOO_DEEP

        def in_thread(recursion=recursion):
            # Twice: the first error must leave the thread as it was.
            results = []
            threading.stack_size(512 << 10)
            for _ in range(2):
                thread = threading.Thread(target=lambda: results.extend([recursion(), recursion()]))
                thread.start()
                thread.join()
            return results

        cases[IN_THREAD + name] = in_thread, [TOO_DEEP] * 4
        OURS.add(IN_THREAD + name)


add_recursions()


@case([999, 999])
def depth_that_is_allowed():
    """What is not too deep goes on to work after an error."""
    python_and_c()

    def count(n):
        return 0 if n == 0 else 1 + c.call(count, n - 1)

    sys.setrecursionlimit(10000)
    return [count(999), count(999)]


@case(True)
def long_chain_is_freed():
    """A chain of native objects does not end in a recursion when it goes."""
    chain = None
    for _ in range(10_000):
        chain = c.Loop(chain)
    del chain
    gc.collect()
    return True


@case(True)
def long_chain_is_freed_in_a_small_thread():
    """Nor on a small stack."""

    def fill():
        chain = None
        for _ in range(100_000):
            chain = c.Loop(chain)

    threading.stack_size(256 * 1024)
    thread = threading.Thread(target=fill)
    thread.start()
    thread.join()
    return True


@case([True, True])
def finalizers():
    """A finalizer that lets another instance go, and so on, is not called at some time;
    the next instance is finalized again."""
    counts = []
    for _ in range(2):
        c.Phoenix()
        counts.append(c.take_finalized())
    return [count > 100 for count in counts]


# ---- running them ----


def run(name):
    function, expected = cases[name]
    result = function()
    if result != expected:
        sys.exit(f"gives {result!r}, not {expected!r}")


def main(mode=None, name=None):
    if mode == "one":
        run(name)
        # Whatever memory is left, nothing is to be tidied up.
        sys.stdout.flush()
        os._exit(0)
    for name in cases:
        if mode == "reference" and name in OURS:
            continue
        if mode == "single" and (name.startswith(IN_THREAD) or "thread" in name):
            continue
        print("begin", name, flush=True)
        command = [sys.executable, __file__, "one", name]
        child = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if child.returncode == 0:
            print("ok", name, flush=True)
        else:
            reason = " ".join(child.stderr.split())[-400:]
            print("FAILED", name, f"exit status {child.returncode}: {reason}", flush=True)
    print("done", flush=True)


main(*sys.argv[1:])
