# The arguments of a call that still runs when the program ends are no leaks: the call
# would close them.
# run: -m hpy.debug
import threading
import time

import untidy


def sleep():
    running.set()
    time.sleep(60)


running = threading.Event()
threading.Thread(target=untidy.call, args=(sleep,), daemon=True).start()
running.wait()

#err> hpy.debug: 0 violations, 0 leaked handles in untidy
