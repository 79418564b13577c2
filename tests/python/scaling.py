"""What can be done n times, done n times and 4n times: the time is in proportion.

    scaling.py all         every operation, and what it leaves behind

An operation is done so often that it takes some milliseconds. Its processor time at n and
at 4n is the least of several, taken in turn; the exponent is the logarithm of their
quotient to the base 4. What is proportional has 1, what looks at all that came before
2.

Then each of what can be freed again is done ten thousand times, a thousand at a time, and
the resident set, the open handles and the classes that live have to stay as they are
after the first thousands.

Prints `begin NAME` before an operation, `ok NAME` or `FAILED NAME REASON` after it, and
`done` at the end.
"""
import gc
import importlib.util
import math
import os
import sys
import threading
import time
import weakref

import scaling_operations as c

# The exponent of an operation that takes time in proportion.
MOST = 1.2
# The processor time that n is chosen for.
LEAST_TIME = 0.004
ROUNDS = 5
# Other programs may take caches away just when it matters.
ATTEMPTS = 4
SLACK = 8 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")

operations = {}
leaving_nothing = {}


def operation(function):
    operations[function.__name__] = function
    return function


def freed(function):
    leaving_nothing[function.__name__] = function
    return operation(function)


# ---- types and modules ----


@operation
def types_that_stay(n):
    kept = []
    c.types(n, kept)


@freed
def types_that_go(n):
    c.type_deaths(n)
    gc.collect()


@operation
def types_with_names_that_stay(n):
    c.named_types(n, [])


@freed
def error_classes(n):
    c.error_classes(n, [])


@freed
def types_with_instances_and_subclasses(n):
    kept = []
    c.types(n, kept)
    for number, kind in enumerate(kept):
        derived = type("Derived", (kind,), {"number": number})
        derived.held = derived(derived())
        derived().same(), kind.number, kind.next.__doc__


@freed
def modules_executed_again(n):
    spec = c.__spec__
    for _ in range(n):
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.call(1, module.Link)


# ---- objects ----


@operation
def instances_that_stay(n):
    c.instances(n, [], c.Link)


@freed
def instances_that_go(n):
    c.call(n, c.Link)


@freed
def chain(n):
    c.chain(n, c.Link)


@freed
def fields(n):
    link = c.Link()
    for i in range(n):
        link.next = i


@freed
def globals_stored(n):
    c.globals_stored(n)


@freed
def capsules(n):
    c.capsules(n, [])


@freed
def context_variables(n):
    c.context_variables(n, [])


@freed
def weak_references(n):
    class Derived(c.Link):
        pass

    kept = [Derived() for _ in range(n)]
    references = [weakref.ref(instance, lambda reference: None) for instance in kept]
    kept.clear()
    assert all(reference() is None for reference in references)


@freed
def weak_references_to_one(n):
    class Derived(c.Link):
        pass

    instance = Derived()
    references = [weakref.ref(instance, lambda reference: None) for _ in range(n)]
    del instance
    assert all(reference() is None for reference in references)


@freed
def buffers(n):
    link = c.Link()
    views = [memoryview(link) for _ in range(n)]
    for view in views:
        view.release()


@freed
def texts(n):
    kept = []
    c.texts(n, kept)
    for text in kept:
        c.look(text)


@freed
def bytes_looked_at(n):
    for i in range(n):
        c.look(b"bytes %d" % i)


# ---- the loader's own ----


@freed
def handles(n):
    c.handles(n)


@freed
def one_tracker(n):
    c.tracked(n)


@freed
def trackers(n):
    c.trackers(n)


@freed
def one_builder(n):
    c.built(n)


@freed
def builders(n):
    c.builders(n)


@freed
def items(n):
    c.items(n)


@freed
def errors(n):
    c.errors(n)


@freed
def errors_raised(n):
    for _ in range(n):
        try:
            c.look(1)
        except TypeError:
            pass


@freed
def calls(n):
    for i in range(n):
        c.call(1, int)


@freed
def calls_back(n):
    c.call(n, lambda: None)


@freed
def calls_from_threads(n):
    work = lambda: [c.call(1, int) for _ in range(n // 4)]
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# RustPython keeps some 300 bytes of each thread, whatever it runs.
@operation
def threads_that_call(n):
    for _ in range(n):
        thread = threading.Thread(target=c.call, args=(1, int))
        thread.start()
        thread.join()


# ---- measuring ----


def time_of(function, n):
    """Without the collector, which looks at all there is, now and then."""
    gc.collect()
    gc.disable()
    started = time.process_time()
    function(n)
    taken = time.process_time() - started
    gc.enable()
    return taken


def exponent(function):
    n = 16
    while n < 1 << 18 and time_of(function, n) < LEAST_TIME:
        n *= 2
    small, large = math.inf, math.inf
    for _ in range(ROUNDS):
        small = min(small, time_of(function, n))
        large = min(large, time_of(function, 4 * n))
    return math.log(large / small, 4), n, small, large


def judge_time(name, function):
    for attempt in range(ATTEMPTS):
        found, n, small, large = exponent(function)
        if found < MOST:
            break
    measured = f"{n} in {small * 1e3:.1f} ms, {4 * n} in {large * 1e3:.1f} ms: exponent {found:.2f}"
    print(f"{name}: {measured}", flush=True)
    return measured if found >= MOST else None


def measure():
    gc.collect()
    gc.collect()
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * PAGE
    import hpy.universal

    classes = sum(isinstance(subclass, type) for subclass in c.Link.__base__.__subclasses__())
    return resident, hpy.universal._open_handles(), classes


def judge_rest(name, function):
    for _ in range(3):
        function(1000)
    resident, handles, classes = measure()
    for _ in range(10):
        function(1000)
        gc.collect()
    resident_after, handles_after, classes_after = measure()
    wrong = []
    if handles_after > handles + 2:
        wrong.append(f"{handles_after - handles} handles more are open")
    if classes_after > classes + 2:
        wrong.append(f"{classes_after - classes} classes more live")
    if resident_after > resident + SLACK:
        wrong.append(f"{(resident_after - resident) >> 10} KiB more are in use")
    return "; ".join(wrong) or None


def judge_references(name, make):
    """What C has looked at has as many references as before."""
    value = make()
    before = sys.getrefcount(value)
    counts = []
    for _ in range(3):
        try:
            c.look(value)
        except TypeError:
            pass
        counts.append(sys.getrefcount(value) - before)
    return f"references more: {counts}" if any(counts) else None


def judge(name, judgement, function):
    print("begin", name, flush=True)
    started = time.process_time()
    reason = judgement(name, function)
    print(f"FAILED {name} {reason}" if reason else f"ok {name}", flush=True)
    print(f"{name} took {time.process_time() - started:.1f} s", flush=True)


for name, function in operations.items():
    judge(name, judge_time, function)
for name, function in leaving_nothing.items():
    judge(f"rest_of_{name}", judge_rest, function)
for make in (
    lambda: b"ab" * len(operations),
    lambda: "ab" * len(operations),
    lambda: [1],
    lambda: type("Text", (str,), {})("text"),
    lambda: type("Bytes", (bytes,), {})(b"bytes"),
):
    judge(f"references_of_{type(make()).__name__}", judge_references, make)
print("done", flush=True)
