# What C code does between two calls of the API is one step for other threads, as
# long as these calls run no Python code: the GIL does not change hands there.
# module: threads_between_calls
# needs: threads
import gc
import threading
import time

import threads_between_calls


def run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# A counter in C, which is no atomic one, and another in a dict.
counts = {}
run(*[lambda key=key: [threads_between_calls.count(counts, key) for _ in range(3000)] for key in "aabb"])
print(counts, threads_between_calls.counted())  #> {'a': 6000, 'b': 6000} (1, 12000)

# A linked list.
ring, nodes = threads_between_calls.Node(), {}


def touch(factor):
    for i in range(2000):
        ring.touch(nodes, i * factor % 97, 50)


run(*[lambda factor=factor: touch(factor) for factor in (1, 2, 3, 5)])
gc.collect()
print(ring.length(), len(nodes), threads_between_calls.alive())  #> (50, 50) 50 51
del ring, nodes
gc.collect()
print(threads_between_calls.alive())  #> 0

# Python code that C calls keeps nobody out: neither when it waits, nor when it
# computes, nor when C calls it again and again, each time for a moment.
done = []


def ender():
    for _ in range(20):
        threads_between_calls.count(counts, "ender")
    done.append(True)


def wait():
    while not done:
        time.sleep(0.001)
    return True


def spin():
    while not done:
        pass
    return True


for answer in (wait, spin, lambda: bool(done)):
    run(lambda: threads_between_calls.until(answer), ender)
    print(done.pop())
#> True
#> True
#> True


# A whole program inside of C, with threads of its own.
def program():
    run(*[lambda: [threads_between_calls.count(counts, "inside") for _ in range(500)]] * 3)
    return True


threads_between_calls.until(program)
print(counts["ender"], counts["inside"], threads_between_calls.counted())  #> 60 1500 (1, 13560)
