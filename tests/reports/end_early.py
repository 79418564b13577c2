# Whatever ends the program, what was found before comes out, with the line of C that has
# ended it: on any thread, in exit functions, and with faulthandler, whose handlers would be
# first. The program's own status stays, if it has one.
# module: ends
# arguments: parent
import subprocess
import sys

# Threads that want the lock all the time.
THREADS = (
    "import os, threading, time;"
    "loop = lambda: [ends.call(int) for _ in iter(int, 1)];"
    "[threading.Thread(target=loop, daemon=True).start() for _ in range(3)];"
    "time.sleep(0.2);"
)
ENDS = {
    "crash": "ends.crash(8)",
    "call of nothing": "ends.call_nothing(0)",
    "call of something": "ends.call_nothing(0x1234)",
    "trap": "ends.debug_trap()",
    "abort": "ends.give_up()",
    "fatal": "ends.fatal()",
    "terminate": "ends.terminate()",
    "exception": "ends.throw_error()",
    "destroy": "ends.Thrower(1)",
    "overflow": "ends.overflow([])",
    "jump": "ends.set_jump(ends.jump)",
    "quit 0": "ends.quit(0)",
    "quit 5": "ends.quit(5)",
    "thread": "import threading; threading.Thread(target=ends.crash, args=(8,)).start()",
    "thread of C": "ends.end_elsewhere(0)",
    "abort in a thread of C": "ends.end_elsewhere(1)",
    "thread's exit": "import threading; threading.Thread(target=sys.exit, args=(9,)).start()",
    "exit function": "import atexit; atexit.register(ends.crash, 8)",
    "exit function's exit": "import atexit; atexit.register(ends.quit, 0)",
    "faulthandler": "import faulthandler; faulthandler.enable(); ends.crash(8)",
    "no faulthandler": "import faulthandler as f; f.enable(); f.disable(); ends.crash(8)",
    "_exit 0": "import os; os._exit(0)",
    "_exit 4": "import os; os._exit(4)",
    "_exit in a thread": THREADS + "threading.Thread(target=os._exit, args=(0,)).start()",
    "_exit beside threads": THREADS + "os._exit(0)",
    "abort of Python": "import os; os.abort()",
    "text": "ends.leak(ends.Crasher())",
    "controls": "ends.leak('one' + chr(10) + chr(27) + '[31mtwo')",
    "exit": "sys.exit(7)",
    "exit 256": "sys.exit(256)",
    "error": "raise SystemExit('words')",
}

if sys.argv[1:] == ["parent"]:
    for name in ENDS:
        command = [sys.executable, "-m", "hpy.debug", __file__, name]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=50)
        print(f"{name}: {done.returncode}")
        for line in done.stderr.splitlines():
            is_line = "ends.cpp:" in line and "leak_impl" not in line
            if is_line and "deeper" not in line or line.startswith("hpy.debug:"):
                print(*line.split())
else:
    import ends

    ends.leak(sys.argv[1])
    exec(ENDS[sys.argv[1]])

#out> crash: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> call of nothing: -6
#out> used in call_nothing_impl at ends.cpp:@call of nothing
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> call of something: -6
#out> used in call_nothing_impl at ends.cpp:@call of nothing
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> trap: -5
#out> debug_trap_impl at ends.cpp:@trap
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTRAP
#out> abort: -6
#out> give_up_impl at ends.cpp:@abort
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT, as abort() and a failed assert() raise it
#out> fatal: -6
#out> used in fatal_impl at ends.cpp:@fatal
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: HPy_FatalError
#out> terminate: -6
#out> terminate_impl at ends.cpp:@terminate
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT, as abort() and a failed assert() raise it
#out> exception: -6
#out> used in throw_error_impl at ends.cpp:@throw
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: an exception leaves a C function
#out> destroy: -6
#out> Fatal Python error: an exception leaves the C function Thrower_destroy_impl at ends.cpp:* (ends.Thrower.HPy_tp_destroy in ends.hpy0.so): int
#out> Thrower_destroy_impl at ends.cpp:@in tp_destroy
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT, as abort() and a failed assert() raise it
#out> overflow: -6
#out> hpy.debug: 0 violations, * leaked handles at * * in ends; the process ended early: the stack is full
#out> jump: -6
#out> Fatal Python error: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:*
#out> HPy debug: longjmp leaves a C function that the VM has called: jump_impl at ends.cpp:* [jump in ends]
#out> used in set_jump_impl at ends.cpp:@after the jump
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: longjmp
#out> quit 0: 1
#out> used in quit_impl at ends.cpp:@exit
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(0)
#out> quit 5: 5
#out> used in quit_impl at ends.cpp:@exit
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(5)
#out> thread: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> thread of C: -6
#out> used in end_of_thread at ends.cpp:@thread crashes
#out> end_elsewhere_impl at ends.cpp:@join
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT
#out> abort in a thread of C: -6
#out> end_of_thread at ends.cpp:@thread aborts
#out> end_elsewhere_impl at ends.cpp:@join
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT
#out> thread's exit: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> exit function: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> exit function's exit: 1
#out> used in quit_impl at ends.cpp:@exit
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(0)
#out> faulthandler: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> no faulthandler: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> _exit 0: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(0)
#out> _exit 4: 4
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(4)
#out> _exit in a thread: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(0)
#out> _exit beside threads: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: exit(0)
#out> abort of Python: -6
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT, as abort() and a failed assert() raise it
#out> text: -6
#out> used in Crasher_repr_impl at ends.cpp:@in tp_repr
#out> hpy.debug: 0 violations, 2 leaked handles at 1 place in ends; the process ended early: segmentation fault
#out> controls: 1
#out> hpy.debug: 0 violations, 2 leaked handles at 1 place in ends
#out> exit: 7
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> exit 256: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> error: 1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
