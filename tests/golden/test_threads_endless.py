# Daemon threads that are in C for ever keep nobody from collecting, and the process from
# ending no more than others do. (On CPython, C code that runs no Python code keeps the GIL.)
# only: hpyvm
# module: threads_endless
# needs: threads
import gc
import threading
import time

import threads_endless

for work in (
    lambda: threads_endless.repr([1, 2]),
    lambda: threads_endless.call(lambda: [None]),
    lambda: threads_endless.call(list),
):
    for _ in range(2):
        threading.Thread(target=work, daemon=True).start()
time.sleep(0.1)
for _ in range(3):
    gc.collect()
print("collected")  #> collected
