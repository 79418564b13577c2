# What happens after the script's last line counts as well: threads, and exit
# functions, which may close what was kept.
# run: -m hpy.debug
# status: 1
import atexit
import threading
import time

import untidy

atexit.register(untidy.forget_all)
untidy.keep("closed at exit")


def work():
    time.sleep(0.2)
    untidy.leak("by a thread")  # here: work


threading.Thread(target=work).start()


class Callable:
    def __call__(self):
        untidy.leak("in a callback")  # here: callback
        return "result of a callback"


untidy.call(Callable())  # here: module
print("last line")

#out> last line
#err>
#err> 2 handles never closed: 'in a callback', 'by a thread'
#err>   opened in leak_impl at untidy.c:@leak
#err>   called by 2 paths, the most frequent first
#err>   1 time    Callable.__call__ at debug_after_exit.py:@callback
#err>             <module> at debug_after_exit.py:@module
#err>   1 time    work at debug_after_exit.py:@work
#err>             Thread.run at threading:*
#err>             Thread._bootstrap_inner at threading:*
#err>             Thread._bootstrap at threading:*
#err>
#err> 1 handle never closed: 'result of a callback'
#err>   opened in call_impl at untidy.c:@after the call
#err>   called by <module> at debug_after_exit.py:@module
#err>
#err> hpy.debug: 0 violations, 3 leaked handles at 2 places in untidy
