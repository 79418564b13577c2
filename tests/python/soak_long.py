"""A long run of everything at once: threads, callbacks, new types, modules executed again,
forks.

    soak_long.py SECONDS

Threads call C, which calls back, while the main thread makes types and modules and forks.
A round does a fixed amount of work. After the first fifth of the time, the median of what
each round left and took has to stay as it was: the resident set, the open handles, the file
descriptors, the classes that live, and the processor time. Prints a line for each minute,
`begin soak` before, `ok soak` or `FAILED soak REASON` after it, and `done` at the end.
"""
import gc
import importlib.util
import os
import statistics
import sys
import threading
import time
import warnings
import weakref

import hpy.universal
import scaling_operations as c

warnings.simplefilter("ignore")
SECONDS = float(sys.argv[1])
PAGE = os.sysconf("SC_PAGE_SIZE")
# What threads and the allocator of a program with many of them may keep, beside a sixth of all.
SLACK = 16 << 20


class Derived(c.Link):
    pass


def calls():
    for i in range(300):
        c.call(10, lambda: c.Link(i).next)


def objects():
    kept = []
    c.instances(200, kept, Derived)
    for one, other in zip(kept, kept[1:]):
        one.next, other.next = other, one
        one.reference = weakref.ref(other, lambda reference: None)
    c.capsules(100, kept)
    c.chain(500, c.Link)


def texts():
    kept = []
    c.texts(500, kept)
    for text in kept:
        c.look(text), c.look(text.encode())
    for _ in range(100):
        try:
            c.look(None)
        except TypeError:
            pass


def own_things():
    c.trackers(500), c.builders(500), c.items(200), c.errors(500), c.handles(500)
    c.globals_stored(100), c.context_variables(50, [])
    for view in [memoryview(c.Link()) for _ in range(50)]:
        view.release()


def types():
    kept = []
    c.types(20, kept), c.named_types(20, kept), c.error_classes(5, [])
    for kind in kept:
        derived = type("Derived", (kind,), {})
        derived.held = derived(derived())
    spec = c.__spec__
    for _ in range(5):
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.call(1, module.Link)


def fork():
    child = os.fork()
    if child == 0:
        # Without a thread of its own: RustPython's locks may be those of threads that are gone.
        calls(), types()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != 0:
        raise SystemExit(f"FAILED soak a child ended with {status}")


# The threads stay: a thread that ends leaves memory behind, without extensions as well, such as
# that of the last dict that it has let go (docs/differences.md).
started, ended = threading.Barrier(4), threading.Barrier(4)


def work():
    while True:
        started.wait()
        calls(), objects(), texts(), own_things()
        ended.wait()


for _ in range(3):
    threading.Thread(target=work, daemon=True).start()


def round_of_work():
    started.wait()
    types(), types()
    ended.wait()
    fork()
    gc.collect()
    gc.collect()


def measure(seconds):
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * PAGE
    return {
        "bytes": resident,
        "handles": hpy.universal._open_handles(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "classes": len(object.__subclasses__()) + len(c.Link.__subclasses__()),
        "seconds": seconds,
    }


def judge(before, after):
    wrong = []
    for name, allowed in (
        ("bytes", SLACK), ("handles", 3), ("descriptors", 0), ("classes", 3), ("seconds", 0),
    ):
        old = statistics.median(one[name] for one in before)
        new = statistics.median(one[name] for one in after)
        # The machine does other things too.
        share = {"bytes": 1 / 6, "seconds": 1 / 2}.get(name, 0)
        if new - old > allowed + old * share:
            wrong.append(f"{name}: {old:.6g} at first, {new:.6g} at the end")
    return "; ".join(wrong)


print("begin soak", flush=True)
began, measured, next_line = time.monotonic(), [], 0
while (now := time.monotonic() - began) < SECONDS:
    before = time.process_time()
    round_of_work()
    measured.append(measure(time.process_time() - before))
    if now >= next_line:
        print(f"{now:.0f} s, round {len(measured)}: {measured[-1]}", flush=True)
        next_line += 60
fifth = max(len(measured) // 5, 1)
reason = judge(measured[fifth : 2 * fifth], measured[-fifth:])
if len(measured) < 20:
    reason = f"only {len(measured)} rounds"
print(f"{len(measured)} rounds, at the end {measured[-1]}", flush=True)
print(f"FAILED soak {reason}" if reason else "ok soak", flush=True)
print("done", flush=True)
