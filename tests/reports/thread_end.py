# A thread that ends in C, by its own will or because it is cancelled, cannot unwind the VM.
# module: ends
# arguments: parent
import os
import subprocess
import sys

if sys.argv[1:] == ["parent"]:
    for name in ("end_thread", "cancel_thread"):
        for mode in ("universal", "debug"):
            environment = {**os.environ, "HPY": mode}
            command = [sys.executable, __file__, name]
            done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
            print(name, mode, done.returncode)
            for line in done.stderr.splitlines():
                if "ends.cpp" in line or "[" in line:
                    print(*line.split())
else:
    import threading

    import ends

    thread = threading.Thread(target=getattr(ends, sys.argv[1]))
    thread.start()
    thread.join()

#out> end_thread universal -6
#out> Fatal Python error: a thread is ended in the C function end_thread_impl at ends.cpp:* (ends.end_thread in ends.hpy0.so): it called pthread_exit, or somebody has cancelled it
#out> end_thread debug -6
#out> HPy debug: a thread is ended in a C function, by pthread_exit or by cancelling it [thread-end in ends]
#out> used in end_thread_impl at ends.cpp:@pthread_exit
#out> cancel_thread universal -6
#out> Fatal Python error: a thread is ended in the C function cancel_thread_impl at ends.cpp:* (ends.cancel_thread in ends.hpy0.so): it called pthread_exit, or somebody has cancelled it
#out> cancel_thread debug -6
#out> HPy debug: a thread is ended in a C function, by pthread_exit or by cancelling it [thread-end in ends]
#out> used in cancel_thread_impl at ends.cpp:@cancelled
