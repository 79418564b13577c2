"""Millions of calls and of native objects, which must leave nothing behind.

    soak.py all         every job, each in a process of its own
    soak.py one NAME    one of them, in this process
    soak.py each        a hundredth of every job, in this process

The resident set, the number of open handles and the number of native objects that
live are taken after the first tenth of a job, which warms everything up, and at its
end. Prints `begin NAME` before a job, `ok NAME` or `FAILED NAME REASON` after it,
and `done` at the end.
"""
import gc
import os
import subprocess
import sys
import time
import weakref

import hpy.universal
import soak_worker as c

# What the allocator may keep more or less of, whatever the number of calls: pages
# that other sizes have used before. Each job does at least a million things, so a
# leak of ten bytes each is more than this.
SLACK = 8 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")
jobs = {}


def job(total):
    """A job, told how much of its work to do, and the work in all."""
    return lambda function: jobs.setdefault(function.__name__, (function, total)) and function


def resident_set():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * PAGE


# ---- 10^7 calls ----


@job(10_000_000)
def plain_calls(count):
    nothing, same = c.nothing, c.same
    for i in range(count // 2):
        nothing()
        same(i)


@job(2_000_000)
def calls_with_arguments(count):
    pack, keywords = c.pack, c.keywords
    for i in range(count // 2):
        pack(i, "two", None, [])
        keywords(i, b="b")


@job(2_000_000)
def calls_of_python(count):
    call = c.call
    function = lambda *args: args
    for i in range(count):
        call(function, i, "x")


@job(1_000_000)
def errors(count):
    function = c.errors
    for i in range(count):
        try:
            function(i)
        except TypeError:
            pass


@job(2_000_000)
def careless_calls(count):
    function = c.careless
    for i in range(count):
        function([i])


@job(1_000_000)
def objects(count):
    function = c.objects
    for i in range(count):
        function(i)


@job(1_500_000)
def builders_and_trackers(count):
    for i in range(count // 3):
        c.builders([i])
        c.trackers(i)
        c.globals([i])


@job(2_000_000)
def distinct_texts(count):
    distinct_texts.done = first = getattr(distinct_texts, "done", 0) + count
    c.texts(first, count)


# ---- 10^6 objects and more ----


@job(1_000_000)
def capsules(count):
    for _ in range(count):
        c.capsule()


@job(2_000_000)
def plain_objects(count):
    Plain = c.Plain
    for i in range(count // 2):
        Plain() + 1


@job(1_000_000)
def self_cycles(count):
    for _ in range(count):
        node = c.Node()
        node.link(node, node)


@job(1_000_000)
def cycles_through_containers(count):
    for _ in range(count // 2):
        a, b = c.Node(), c.Node()
        a.link([b], {"a": a})
        b.link({"b": (a,)})


@job(1_000_000)
def finalized(count):
    for i in range(count // 2):
        c.Phoenix()
        node = c.Phoenix()
        node.link(node)


class Derived(c.Node):
    def __init__(self, *args):
        self.attribute = self


class Slotted(c.Phoenix):
    __slots__ = "slot", "__weakref__"


@job(1_000_000)
def subclasses_and_weak_references(count):
    called = 0

    def callback(reference):
        nonlocal called
        called += 1

    for i in range(count // 2):
        derived, slotted = Derived(i), Slotted()
        slotted.slot = derived
        derived.link(slotted)
        references = weakref.ref(derived, callback), weakref.ref(slotted)
        derived.second = references
    return called


@job(1_000_000)
def accessors(count):
    node, value = c.Node(), [1]
    for i in range(count):
        node.link([i], value)
        node.first, node.second
        node.second = node.first
    node.link(None, None)


# ---- running them ----


def measure():
    gc.collect()
    gc.collect()
    living = c.living()
    gc.collect()
    return resident_set(), hpy.universal._open_handles(), living


def work(function, total, hundredths):
    """Does a part of a job.

    RustPython 0.6 collects only the youngest generation by itself. Garbage in
    cycles that survives that, of whatever class, waits for somebody to ask.
    """
    for _ in range(hundredths):
        function(total // 100)
        gc.collect()


def run(name, part):
    function, total = jobs[name]
    total //= int(part)
    started = time.perf_counter()
    work(function, total, 10)
    memory, handles, living = measure()
    work(function, total, 90)
    memory_after, handles_after, living_after = measure()
    wrong = []
    if handles_after != handles:
        wrong.append(f"{handles_after - handles} handles more are open")
    if living_after > living:
        wrong.append(f"{living_after - living} objects more live")
    if memory_after - memory > SLACK:
        wrong.append(f"{(memory_after - memory) >> 10} KiB more are in use")
    seconds = time.perf_counter() - started
    print(f"{name}: {total} in {seconds:.1f} s, {(memory_after - memory) >> 10} KiB,"
          f" {handles_after} handles, {living_after} objects", flush=True)
    return "; ".join(wrong)


def main(mode, name=None, part=1):
    if mode == "one":
        sys.exit(run(name, part) or 0)
    if mode == "each":
        # All of them in this process, and not for long.
        for name in jobs:
            print("begin", name, flush=True)
            reason = run(name, 100)
            print(f"FAILED {name} {reason}" if reason else f"ok {name}", flush=True)
        print("done", flush=True)
        return
    for name in jobs:
        print("begin", name, flush=True)
        # What one job has left of the heap would blur what the next one does.
        child = subprocess.run([sys.executable, __file__, "one", name], stderr=subprocess.PIPE, text=True)
        if child.returncode == 0:
            print("ok", name, flush=True)
        else:
            reason = " ".join(child.stderr.split())[-400:]
            print("FAILED", name, f"exit status {child.returncode}: {reason}", flush=True)
    print("done", flush=True)


main(*sys.argv[1:])
