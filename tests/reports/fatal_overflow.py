# C calls functions without end: that is told from memory that must not be touched.
# module: ends
# status: -6
# build: -g -O1
import os
import threading

os.environ["HPY"] = "debug"
import ends

thread = threading.Thread(target=ends.overflow, args=([],))
thread.start()
thread.join()

#err> Fatal Python error: Stack overflow
#err> HPy debug: the stack is full: C calls functions without end, or they have large local variables [stack-overflow in ends]
#err>   used in   deeper at ends.cpp:*
#err>             deeper at ends.cpp:@deeper
#err>   called by Thread.run at threading:*
#err>             Thread._bootstrap_inner at threading:*
#err>             Thread._bootstrap at threading:*
