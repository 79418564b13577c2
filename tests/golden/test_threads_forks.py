# A process that is forked while threads are in C, have left it or wait for it.
# module: threads_leaving
# needs: threads
import os
import threading
import time
import warnings

import threads_leaving as t

warnings.simplefilter("ignore")
stop = threading.Event()


def work(function):
    while not stop.is_set():
        function()


def in_child():
    """What a thread does that was there, and one that was not."""
    results = []
    thread = threading.Thread(target=lambda: results.append(t.call(lambda: 2)))
    thread.start()
    thread.join(30)
    return t.call(lambda: 1) + results[0]


def fork(depth=0, work=in_child):
    child = os.fork()
    if child == 0:
        os._exit((fork(depth - 1) if depth else 0) + work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# With one thread, before and in a call of C.
print(fork(), t.call(fork), t.call(lambda: fork(1)))  #> 3 3 6

workers = [
    threading.Thread(target=work, args=(function,), daemon=True)
    for function in (
        t.alone,
        lambda: t.call(lambda: [None]),
        lambda: t.call(lambda: time.sleep(0.001)),
        lambda: t.call(lambda: t.call(t.alone)),
    )
]
for worker in workers:
    worker.start()
# Without another thread in the child: RustPython's own locks may be those of threads that are
# gone (docs/differences.md).
fork_alone = lambda: fork(work=lambda: t.call(lambda: 1))
statuses = {fork_alone() for _ in range(20)} | {t.call(fork_alone) for _ in range(20)}
print(statuses)  #> {1}
stop.set()
for worker in workers:
    worker.join(30)
print([worker.is_alive() for worker in workers])  #> [False, False, False, False]
