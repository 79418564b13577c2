# Callbacks from C that change what they are called from, finalizers that call Python
# and keep their object, threads that C starts itself.
# module: hpycall_callbacks
import gc
import inspect
import sys
import threading

from golden import show
import hpycall_callbacks
from hpycall_callbacks import Emitter, Stop, apply


print(inspect.signature(Emitter), Emitter.__doc__)  #> (name='', parent=None) Calls its handlers.
print(inspect.signature(Emitter.__init__))  #> (self, /, *args, **kwargs)

# Handlers come and go while they are called.
e = Emitter("e")
show(e.on("print", lambda *args, **kwargs: (args, kwargs)).fire, "print", 1, 2, sep="-")  #> ((1, 2), {'sep': '-'})
show(e.fire, "nothing")  #> KeyError: 'nothing'
show(e.fire)  #> TypeError: fire() needs an event
show(e.on, [], print)  #> TypeError: unhashable type: 'list'
show(Emitter, 3)  #> TypeError: bad argument type for built-in operation
e.on("off", lambda: e.off("off"))
show(e.fire, "off")  #> None
show(e.fire, "off")  #> KeyError: 'off'
e.on("more", lambda: e.on("more", lambda: "second") and "first")
show(e.fire, "more")  #> 'second'
show(e.fire, "more")  #> 'second'


def stop():
    raise Stop("enough")


e.on("stop", lambda: 1).on("stop", stop).on("stop", lambda: 3)
show(e.fire, "stop")  #> 1
show(e.on("raise", lambda: [][0]).fire, "raise")  #> IndexError: list index out of range
e.on("down", lambda n: n and e.fire("down", n - 1))
show(e.fire, "down", 50)  #> 0
e.on("endless", lambda: e.fire("endless"))
try:
    e.fire("endless")
except RecursionError:
    print("too deep")
#> too deep

# The emitter dies in its last handler but one.
def drop():
    global mortal
    del mortal
    gc.collect()


mortal = Emitter("mortal")
mortal.on("x", drop).on("x", lambda: "after")
show(lambda: mortal.fire("x"))  #> 'after'


# An argument is kept by nobody but the call.
class Argument:
    def __del__(self):
        print("dies")


def clear(argument):
    arguments.clear()
    gc.collect()
    return "lives"


arguments = [Argument()]
e.on("argument", clear)
show(lambda: e.fire("argument", *arguments))
#> dies
#> 'lives'

# Texts of what refers to itself.
e.parent = e
try:
    repr(e)
except RecursionError:
    print("too deep")
#> too deep
print(e.origin is e)  #> True
show(setattr, e, "origin", None)  #> AttributeError: attribute 'origin' of 'hpycall_callbacks.Emitter' objects is not writable
show(delattr, e, "origin")  #> AttributeError: attribute 'origin' of 'hpycall_callbacks.Emitter' objects is not writable
show(setattr, e, "fired", 1)  #> AttributeError: readonly attribute
e.parent = None


# Finalizers: one keeps its object, one raises, one runs in an except block, one
# takes itself away.
def keep(name, emitter):
    print("final", name)
    if name == "kept":
        kept.append(emitter)


def collect(name):
    emitter = Emitter(name)
    emitter.on("x", lambda: name).last = [emitter]
    before = hpycall_callbacks.dead()
    del emitter
    gc.collect()
    return hpycall_callbacks.dead() - before


kept = []
hpycall_callbacks.set_hook(keep)
print(collect("one"), collect("kept"), kept[0].fire("x"))
#> final one
#> final kept
#> 1 0 kept
kept[0].last = None
hpycall_callbacks.set_hook(None)
kept.clear()
sys.unraisablehook = lambda error: print("unraisable", error.exc_type.__name__, error.exc_value)
hpycall_callbacks.set_hook(lambda name, emitter: [][0])
print(collect("raises"))
#> unraisable IndexError list index out of range
#> 1
try:
    raise KeyError("live")
except KeyError:
    print(collect("in an except block"), repr(sys.exc_info()[1]))
#> unraisable IndexError list index out of range
#> 1 KeyError('live')
hpycall_callbacks.set_hook(lambda name, emitter: hpycall_callbacks.set_hook(None))
print(collect("takes itself away"))  #> 1
sys.unraisablehook = sys.__unraisablehook__

# Calls through C of what calls C.
show(apply, apply, apply, sum, [1, 2])  #> 3
show(sorted, [3, 1, 2], key=lambda n: apply(lambda: -n))  #> [3, 2, 1]
show(apply)  #> TypeError: apply() needs a callable
show(apply, sys.exit, "bye")  #> SystemExit: bye


def generator():
    print("got", (yield 1))
    yield apply(len, "abc")


running = generator()
show(apply, next, running)  #> 1
show(apply, running.send, "sent")
#> got sent
#> 3
show(apply, running.throw, Stop("thrown"))  #> Stop: thrown
show(hpycall_callbacks.count_args, *range(70000))  #> (70000, 0, 2449965000)
show(hpycall_callbacks.count_args, *range(300), **{f"k{i}": i for i in range(300)})  #> (300, 300, 89700)

# Threads that C starts, which Python does not wait for.
results = []
threads = [
    threading.Thread(target=lambda: results.append(hpycall_callbacks.parallel(1000, 4, lambda k: k)))
    for _ in range(4)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(results), len(set(results)))  #> 4 1
show(hpycall_callbacks.parallel, 10, 0)  #> ValueError: threads


class Holder:
    def __init__(self):
        self.emitter = Emitter("held").on("end", lambda: "at the end")

    def __del__(self):
        print(self.emitter.fire("end"))


# It goes with the interpreter.
holder = Holder()
#> at the end
