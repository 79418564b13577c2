# A signal that somebody sends, with its default effect: what was found comes out, then the
# process dies by the signal, as its parent expects. The line of C is named if C has the
# process to itself.
# module: ends
# arguments: parent
import signal
import subprocess
import sys
import time

PLACES = {
    "Python": "while True: pass",
    "a system call": "time.sleep(50)",
    "C": "ends.spin()",
    "C and the API": "ends.spin_in_api(ends)",
    "C in a system call": "ends.wait_inside()",
    "C without the lock": "ends.wait_outside()",
    "Python from C": "ends.call(lambda: time.sleep(50))",
    "a thread": "import threading; threading.Thread(target=ends.spin).start()",
    "a handler that was": (
        "signal.signal(signal.SIGTERM, print); signal.signal(signal.SIGTERM, signal.SIG_DFL);"
        "time.sleep(50)"
    ),
}
OTHERS = ["SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGSEGV"]


def kill(place, name):
    command = [sys.executable, "-m", "hpy.debug", __file__, place]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(command, text=True, **pipes)
    child.stdout.readline()
    time.sleep(0.2)
    child.send_signal(getattr(signal, name))
    _, text = child.communicate(timeout=50)
    print(f"{name} in {place}: {child.returncode}")
    for line in text.splitlines():
        is_line = "ends.cpp:" in line and "leak_impl" not in line and "opened" not in line
        if is_line or line.startswith("hpy.debug:"):
            print(*line.split())


if sys.argv[1:] == ["parent"]:
    # Whoever has started this may ignore some, as nohup does, and children inherit that.
    for name in ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1"]:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    for place in PLACES:
        kill(place, "SIGTERM")
    for name in OTHERS:
        kill("a system call", name)
    kill("C", "SIGABRT")
    # That is an exception of Python's, with the program's usual end.
    kill("a system call", "SIGINT")
else:
    import ends

    ends.leak("a word")
    print("ready", flush=True)
    exec(PLACES[sys.argv[1]])

#out> SIGTERM in Python: -15
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in a system call: -15
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in C: -15
#out> used in spin_impl at ends.cpp:@spin
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in C and the API: -15
#out> used in spin_in_api_impl at ends.cpp:@spin in API
#out> hpy.debug: 0 violations, * leaked * at * * in ends; the process ended early: SIGTERM
#out> SIGTERM in C in a system call: -15
#out> wait_inside_impl at ends.cpp:@wait
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in C without the lock: -15
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in Python from C: -15
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in a thread: -15
#out> used in spin_impl at ends.cpp:@spin
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGTERM in a handler that was: -15
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGTERM
#out> SIGHUP in a system call: -1
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGHUP
#out> SIGQUIT in a system call: -3
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGQUIT
#out> SIGALRM in a system call: -14
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGALRM
#out> SIGUSR1 in a system call: -10
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGUSR1
#out> SIGSEGV in a system call: -11
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGSEGV
#out> SIGABRT in C: -6
#out> used in spin_impl at ends.cpp:@spin
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: SIGABRT
#out> SIGINT in a system call: -2
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
