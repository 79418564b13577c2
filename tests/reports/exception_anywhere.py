# Whatever function of an extension it is: slots, functions that get no context, threads.
# module: ends
# arguments: parent
import os
import subprocess
import sys

PLACES = {
    "slot": "len(ends.Thrower(1))",
    "new": "ends.Thrower()",
    "destroy": "ends.Thrower(1)",
    "thread": "import threading; threading.Thread(target=ends.throw_error).start()",
    "nested": "ends.call(lambda: ends.call(ends.throw_error))",
}

if sys.argv[1:] == ["parent"]:
    for name in PLACES:
        for mode in ("universal", "debug"):
            environment = {**os.environ, "HPY": mode}
            command = [sys.executable, __file__, name]
            done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
            print(name, mode, done.returncode)
            for line in done.stderr.splitlines():
                if "ends.cpp" in line:
                    print(*line.split())
else:
    import ends

    exec(PLACES[sys.argv[1]])

#out> slot universal -6
#out> Fatal Python error: an exception leaves the C function Thrower_length_impl at ends.cpp:* (ends.Thrower.HPy_sq_length in ends.hpy0.so): std::length_error: no length
#out> slot debug -6
#out> used in Thrower_length_impl at ends.cpp:@in sq_length
#out> new universal -6
#out> Fatal Python error: an exception leaves the C function Thrower_new_impl at ends.cpp:* (ends.Thrower.HPy_tp_new in ends.hpy0.so): std::invalid_argument: a number is needed
#out> new debug -6
#out> used in Thrower_new_impl at ends.cpp:@in tp_new
#out> destroy universal -6
#out> Fatal Python error: an exception leaves the C function Thrower_destroy_impl at ends.cpp:* (ends.Thrower.HPy_tp_destroy in ends.hpy0.so): int
#out> destroy debug -6
#out> Fatal Python error: an exception leaves the C function Thrower_destroy_impl at ends.cpp:* (ends.Thrower.HPy_tp_destroy in ends.hpy0.so): int
#out> Thrower_destroy_impl at ends.cpp:@in tp_destroy
#out> thread universal -6
#out> Fatal Python error: an exception leaves the C function throw_error_impl at ends.cpp:* (ends.throw_error in ends.hpy0.so): std::runtime_error: nobody catches this
#out> thread debug -6
#out> used in throw_error_impl at ends.cpp:@throw
#out> nested universal -6
#out> Fatal Python error: an exception leaves the C function throw_error_impl at ends.cpp:* (ends.throw_error in ends.hpy0.so): std::runtime_error: nobody catches this
#out> nested debug -6
#out> used in throw_error_impl at ends.cpp:@throw
