# One thread at a time runs an extension's C code, as under a GIL, but nobody waits
# for a thread that waits itself: in a callback, or outside of Python.
# module: threads_leaving
# needs: threads
import os
import threading

import threads_leaving as t

# C code runs alone, however many threads call it.
threads = [threading.Thread(target=lambda: [t.alone() for _ in range(50)]) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("at once:", t.at_once())  #> at once: 1


# A callback waits for a thread that has to get into C first.
def join_another():
    thread = threading.Thread(target=t.alone)
    thread.start()
    thread.join(60)
    return not thread.is_alive()


print("joined in a callback:", t.call(join_another))  #> joined in a callback: True

# Two callbacks wait for each other.
barrier = threading.Barrier(2, timeout=60)
met = []
threads = [
    threading.Thread(target=lambda: met.append(t.call(barrier.wait) in (0, 1))) for _ in range(2)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("met:", met)  #> met: [True, True]

# A thread outside of Python holds nobody up, and its pending error stays its own.
reader, writer = os.pipe()
results = []
thread = threading.Thread(target=lambda: results.append(t.wait_outside(reader)))
thread.start()
try:
    t.call(lambda: 1 / 0)
except ZeroDivisionError as error:
    print(error)  #> division by zero
t.alone()
os.write(writer, b"x")
thread.join()
print(results)  #> [(True, True)]
