"""Breaks HPy's contract in the ways that real extensions do.

    contract.py all          every case, in one process, which must live through it
    contract.py reference    the cases that CPython gets right, each in a child
    contract.py one NAME     one of them, in this process

Prints a line before each case, `begin NAME`, and one after it, `ok NAME` or
`FAILED NAME REASON`; at the end `done`. A single case prints its result instead.

Each case says what must come out. "right" says that CPython gets the same,
because something else keeps the objects alive and their addresses are all that
its handles are; there the reference run must agree. "own" is a case where CPython
crashes, corrupts memory or is right only by chance.
"""
import gc
import os
import subprocess
import sys
import threading

import contract_breaches as c


class Holder:
    """An object with attributes, and a `repr` that shows its health."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def __repr__(self):
        return f"Holder({', '.join(sorted(self.__dict__))})"


class Immortal:
    """Keeps what it is given alive, with references to lose: on CPython each
    surplus close takes one of them."""

    def __init__(self):
        self.references = []

    def __call__(self, thing):
        self.references += [thing] * 1000
        return thing


keep = Immortal()
cases = {}


def add(function, expected, is_right):
    cases[function.__name__] = function, expected, is_right
    return function


def right(expected):
    """A case that comes out like this on CPython as well."""
    return lambda function: add(function, expected, True)


def own(expected):
    """A case that comes out like this here."""
    return lambda function: add(function, expected, False)


def things():
    """Objects of various kinds, none of which may change."""
    return [
        keep(["a", 1]),
        keep({"key": "value"}),
        keep("text of some length"),
        keep(b"bytes of some length"),
        keep(12345678901234567890123),
        keep(2.5),
        keep(("tuple",)),
        keep({1, 2}),
        keep(Holder(attribute=1)),
        None,
        True,
        int,
    ]


reprs = str([repr(thing) for thing in things()])
everything = str(things())

# ---- arguments ----


@right(reprs)
def close_arg():
    return [c.close_arg(thing) for thing in things()]


@right(reprs)
def close_arg_often():
    return [c.close_arg_often(thing) for thing in things()]


@own("['[1, 2]', \"{'a': []}\", \"'fresh text'\"]")
def close_fresh_arg():
    return [c.close_arg(eval(text)) for text in ("[1, 2]", "{'a': []}", "'fresh ' + 'text'")]


@right(everything)
def return_arg():
    return [c.return_arg(thing) for thing in things()]


@own("[[1], 'made here', 1000000]")
def return_fresh_arg():
    return [c.return_arg([1]), c.return_arg("made " + str("here")), c.return_arg(int("1000000"))]


@right("1000")
def return_arg_often():
    thing = keep([0])
    return sum(c.return_arg(thing) is thing for _ in range(1000)) if keep(thing) else 0


@right(everything)
def close_and_return_arg():
    return [c.close_and_return_arg(thing) for thing in things()]


@right("True")
def return_self():
    return c.return_self() is keep(c)


@right("'contract_breaches'")
def close_self():
    keep(c)
    return c.close_self()


@right(f"({everything[1:-1]})")
def close_all_args():
    return c.close_all_args(*things())


@own("((['a', 1], 1, 'v'), ('x', 'y'))")
def close_keywords():
    values = {keep("x"): 1, keep("y"): keep("v")}
    return c.close_keywords(things()[0], **values)


@right("['a', 1, 'a', 1]")
def parse_closed():
    return c.parse_closed(things()[0], things()[0])


# ---- results ----


def boxes():
    return [keep([thing]) for thing in things()]


@right(reprs)
def use_attribute():
    return [c.use_attribute(Holder(attribute=thing)) for thing in things()]


@right(reprs)
def use_item():
    return [c.use_item(box) for box in boxes()]


def use_items_of(texts, between=int):
    return c.use_items(keep([keep(text) for text in texts]), between)


@right("[1, 31, 32, 33, 100, 100000]")
def use_many_items():
    """However many there are."""
    return [use_items_of(chr(0x100 + i) for i in range(n)) for n in (1, 31, 32, 33, 100, 100_000)]


@right("[600, 60000]")
def use_same_items():
    """An object that is loaded and closed again and again."""
    texts = ["".join(["a", "bc"]), "".join(["de", "f"])]
    return [use_items_of(texts * n) for n in (100, 10_000)]


@right("[2750, 2750]")
def use_items_after_callback():
    """The same objects and others, closed in a call inside of this one."""
    texts = ["number %04d" % i for i in range(250)]
    other = ["other %04d" % i for i in range(5000)]
    return [
        use_items_of(texts, lambda: use_items_of(texts)),
        use_items_of(texts, lambda: use_items_of(other)),
    ]


@right(everything)
def return_item():
    return [c.return_item(box) for box in boxes()]


@right(everything)
def dup_item():
    return [c.dup_item(box) for box in boxes()]


@right(str([(thing, thing) for thing in things()]))
def close_dup():
    return [c.close_dup(box) for box in boxes()]


@right(everything)
def store_closed():
    return [c.store_closed(box, keep(Holder())) for box in boxes()]


@right("['a', 1, 'a', 1]")
def call_closed():
    return c.call_closed(boxes()[0], keep(Holder(function=keep(lambda a, b: a + b))))


@right("['k1', ['v1'], 'k2', ['v2']]")
def keys():
    return c.keys({keep("k1"): keep(["v1"]), keep("k2"): keep(["v2"])})


@right("ValueError: text of some length")
def raise_closed():
    return c.raise_closed(boxes()[2])


@own("42")
def read_capsule():
    """On CPython the second close takes the reference of the attribute."""
    return c.read_capsule(Holder())


# ---- constants ----


@right("[None, True, False, Ellipsis, NotImplemented, <class 'list'>, <class 'KeyError'>]")
def return_constant():
    keep(Ellipsis), keep(NotImplemented), keep(list), keep(KeyError), keep(True), keep(False)
    return [c.return_constant(i) for i in range(7)]


@right("(None, True, <class 'list'>, <class 'KeyError'>)")
def close_constants():
    keep(None), keep(True), keep(list), keep(KeyError)
    for _ in range(100):
        result = c.close_constants()
    return result


# ---- globals ----


@right("(\"['global']\", ['global'])")
def close_global():
    c.set_global(keep(["global"]))
    for _ in range(10):
        result = c.close_global()
    assert c.get_global() is result[1]
    return result


@own("([1, 2, 3], None)")
def close_only_reference():
    c.set_global([1, 2, 3])
    c.close_global()
    result = c.get_global()
    c.set_global(None)
    return result, c.get_global()


@right("\"['before']\"")
def replace_global():
    c.set_global(keep(["before"]))
    return c.replace_global(keep(["after"]))


# ---- beyond one call ----


@right("['[1, 2]', '[1, 2]', None]")
def keep_dup():
    c.keep_dup([1, 2])
    return [c.use_kept(), c.use_kept(), c.close_kept(1)]


@right("\"['a', 1]\"")
def use_kept_after_close():
    c.keep_dup(things()[0])
    return c.use_kept_after_close()


@own("SystemError: HPy_Repr: the handle is closed, or never was one")
def keep_arg():
    """CPython gets this right if the object happens to live on. A handle that
    stayed valid between calls would keep the object alive."""
    c.keep_arg(things()[0])
    return c.use_kept()


@own("[None, None, ['other']]")
def close_later():
    c.keep_arg(things()[0])
    other = ["other"]
    c.set_global(other)
    result = [c.close_kept(100), c.close_kept(100), c.get_global()]
    c.set_global(None)
    return result


@right("\"['a', 1]\"")
def close_in_callback():
    return c.close_in_callback(things()[0], lambda: c.close_kept(50))


@own("'[1, 2, 3]'")
def close_fresh_in_callback():
    return c.close_in_callback([1, 2, 3], lambda: c.close_kept(50))


@own("SystemError: HPy_Repr: the handle is closed, or never was one")
def close_item_in_callback():
    """CPython gets this right if the object lives on. Here a closed handle can be
    used until the call that closed it is over, which was the callback's."""
    return c.close_item_in_callback(boxes()[0], lambda item: c.close_kept(2))


@own("'[5]'")
def close_last_item_in_callback():
    # The callback empties the list and closes all handles; its own argument and
    # the pin of the call are what is left.
    box = [[5]]

    def callback(item):
        box.clear()
        c.close_kept(1)

    return c.close_item_in_callback(box, callback)


def in_thread(function, *args):
    results = []
    thread = threading.Thread(target=lambda: results.append(function(*args)))
    thread.start()
    thread.join()
    return results


@right("[[None], ['[1, 2]'], [None]]")
def other_thread():
    value = keep([1, 2])
    return [in_thread(c.keep_dup, value), in_thread(c.use_kept), in_thread(c.close_kept, 2)]


@right("\"['a', 1]\"")
def close_in_thread():
    return c.close_in_callback(things()[0], lambda: in_thread(c.close_kept, 50) and None)


@right("100000")
def leak():
    return c.leak(keep([keep(["leaked"])]))


# ---- memory of strings ----


@right("[b'bytes of some length', 'text of some length']")
def memory_of_closed():
    return [c.bytes_of_closed(boxes()[3]), c.text_of_closed(boxes()[2])]


@right("[b'text to be kept', b'text to be kept', b'bytes to be kept', b'n\\xc3\\xbcn\\x00ul']")
def memory_of_living():
    result = []
    for thing in keep("text to be " + str("kept")), keep(b"bytes to be " + b"kept"), keep("n\xfcn\0ul"):
        c.keep_memory(thing)
        if not result:
            result.append(c.read_memory())
        for i in range(20000):
            c.text_of_closed([f"number {i}"])
        gc.collect()
        result.append(c.read_memory())
    return result


@right("[b'short', b'short']")
def memory_of_subclass():
    class Text(str):
        pass

    result = []
    text = keep(Text("short"))
    c.keep_memory(text)
    result.append(c.read_memory())
    for i in range(5000):
        c.text_of_closed([Text(i)])
    result.append(c.read_memory())
    return result


# ---- trackers and builders ----


@right("\"[['x']]\"")
def track_closed():
    return c.track_closed(keep([keep(["x"])]))


@own("None")
def tracker_twice():
    return c.tracker_twice()


@own("SystemError: the tracker is closed, or never was one")
def tracker_after_close():
    return c.tracker_after_close(1)


@right("['x', 'x', 'x']")
def build_closed():
    return c.build_closed([keep("x")], 3)


@right("1000")
def build_many_closed():
    thing = keep(["x"])
    for _ in range(10):
        keep(thing)
    return sum(item is thing for item in c.build_closed([thing], 1000))


@own("([], [], [])")
def build_own():
    return c.build_own(3)


@own("SystemError: the builder is used up")
def build_twice():
    return c.build_twice()


@own("SystemError: the builder is used up")
def build_cancelled():
    return c.build_cancelled()


@own("['x']")
def set_built():
    return c.set_built("x")


@own("['the builder has no index 1', 'the builder has no index -1', 'the builder has no index 1099511627776']")
def set_out_of_range():
    messages = []
    for i in (1, -1, 1 << 40):
        try:
            c.set_out_of_range("x", i)
        except IndexError as error:
            messages.append(str(error))
    return messages


# ---- errors ----


@right("SystemError: <built-in function null_without_error> returned NULL without setting an exception")
def null_without_error():
    return c.null_without_error()


@right("SystemError: <built-in function result_with_error> returned a result with an exception set")
def result_with_error():
    return c.result_with_error(1)


@right("KeyError('left behind')")
def cause_of_that():
    try:
        return c.result_with_error(1)
    except SystemError as error:
        return error.__cause__


@right("\"'text of some length'\"")
def go_on_after_error():
    return c.go_on_after_error(things()[2])


@right("AttributeError: 'list' object has no attribute 'missing'")
def pass_error_on():
    return c.pass_error_on([])


@own("('never back', 'SystemError: HPy_LeavePythonExecution without HPy_ReenterPythonExecution')")
def never_back():
    def attempt():
        try:
            return c.never_back([1])
        except SystemError as error:
            return f"{type(error.__cause__).__name__}: {error.__cause__}"

    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(attempt()))
    thread.start()
    thread.join()
    # The lock is free, and both threads go on.
    outcomes.append(attempt())
    gc.collect()
    return ("never back" if len(set(outcomes)) == 1 else outcomes), outcomes[0]


# ---- garbage ----


@own("None")
def garbage():
    edges = [1 << n for n in range(64)]
    for bits in [*range(2048), *edges, *[edge - 1 for edge in edges], *[(1 << 28) * n + 5 for n in range(64)]]:
        # Words that name a handle in use are that handle: these are the
        # constants of the context and the extension's own.
        c.garbage(bits)


# ---- slots ----


def nodes(*values):
    return keep([keep(c.Node(keep(value))) for value in values])


@right("True")
def closed_type():
    return c.Node is c.SameNode


@right("['Node(1)', 'Node(0)']")
def close_in_repr():
    return [repr(keep(c.Node(keep("x")))), repr(keep(c.Node()))]


@right("True")
def close_in_add():
    a, b = nodes("a", "b")
    return a + b is b


@right("[True, False, False]")
def close_in_comparison():
    keep(True), keep(NotImplemented)
    a, b = nodes("a", "b")
    return [a == b, a.__ne__(b) is not NotImplemented, a.__lt__(b) is not NotImplemented]


@right("[['argument'], ['key']]")
def close_in_call():
    (a,) = nodes("a")
    return [a(keep(["argument"])), a[keep(["key"])]]


@right("[['a'], ['b'], ['b']]")
def close_in_accessors():
    (a,) = nodes(["a"])
    result = [a.item]
    a.item = keep(["b"])
    return [*result, a.item, a.item]


@right("(\"['field']\", ['field'])")
def close_field():
    (a,) = nodes(["field"])
    for _ in range(10):
        result = a.close_field()
    assert a.item is result[1]
    return result


@own("([1], [1])")
def close_only_field():
    a = c.Node([1])
    b = c.Node([1])
    a.close_field()
    return a.item, b.item


@own("SystemError: HPyField_Load: the field is NULL")
def empty_field():
    return c.Node().item


@right("[2, 3]")
def struct_of_closed():
    box = nodes("a")
    return [box[0].struct_of_closed(box), box[0].struct_of_closed(box)]


@own("True")
def close_in_finalizer():
    for i in range(1000):
        c.Node(i)
    class Derived(c.Node):
        pass
    for i in range(1000):
        a, b = Derived(i), Derived([i])
        a.item, b.item = b, a
    del a, b
    gc.collect()
    return True


# ---- running them ----

canary = [["canary", i, {"n": i}] for i in range(100)]
healthy = repr(canary)


def result(name):
    """What a case comes to. Other objects must be as they were, and so must the
    interpreter."""
    try:
        text = repr(cases[name][0]())
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    assert repr(canary) == healthy, "an object that had no part in it has changed"
    assert sorted([3, 1, 2]) == [1, 2, 3] and f"{1.5}{None}{True}" == "1.5NoneTrue"
    return text


def result_in_child(name):
    command = [sys.executable, __file__, "one", name]
    child = subprocess.run(command, capture_output=True, text=True)
    if child.returncode == 0:
        return child.stdout.rstrip("\n")
    return f"exit status {child.returncode}: {child.stderr[-500:]}"


def main(mode, name=None):
    if mode == "one":
        print(result(name), flush=True)
        # What is left of the heap is not worth an orderly end.
        os._exit(0)
    for name, (_, expected, is_right) in cases.items():
        if mode == "reference" and not is_right:
            continue
        print("begin", name, flush=True)
        text = result(name) if mode == "all" else result_in_child(name)
        if text == expected:
            print("ok", name, flush=True)
        else:
            print("FAILED", name, f"gives {text}, not {expected}".replace("\n", " "), flush=True)
    gc.collect()
    print("done", flush=True)


main(*sys.argv[1:])
