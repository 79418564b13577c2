# pytest captures what a test writes to standard error, and forgets it if the process ends.
# Reports come through, with what was found by detectors of earlier tests.
# module: ends
# packages: needed
# arguments: parent
import os
import subprocess
import sys

if sys.argv[1:] == ["parent"]:
    for mode in ([], ["-m", "hpy.debug"]):
        for name in ("twice", "crash", "abort", "leak or fatal"):
            options = "-q -p hpy.debug.pytest -p no:cacheprovider -k".split()
            command = [sys.executable, *mode, "-m", "pytest", *options, name, __file__]
            environment = {**os.environ, "HPY": "debug"}
            pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
            done = subprocess.run(command, env=environment, text=True, timeout=50, **pipes)
            print(f"{' '.join(mode)} {name}: {done.returncode}")
            for line in done.stderr.splitlines():
                if "ends.cpp:" in line or "never closed" in line or "hpy.debug:" in line:
                    print(*line.split())


def test_leak(hpy_debug):
    import ends

    ends.leak("a word")


def test_twice():
    import ends

    ends.close_twice([])


def test_crash():
    import ends

    ends.crash(8)


def test_abort():
    import ends

    ends.give_up()


def test_fatal(hpy_debug):
    import ends

    ends.fatal()

#out>  twice: -6
#out> used in close_twice_impl at ends.cpp:@closed twice
#out> opened in close_twice_impl at ends.cpp:@opened once
#out> closed in close_twice_impl at ends.cpp:@closed once
#out>  crash: -6
#out> used in crash_impl at ends.cpp:@crash
#out>  abort: -6
#out> give_up_impl at ends.cpp:@abort
#out>  leak or fatal: -6
#out> used in fatal_impl at ends.cpp:@fatal
#out> 1 handle never closed: 'a word'
#out> opened in leak_impl at ends.cpp:@leak
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: HPy_FatalError
#out> -m hpy.debug twice: 1
#out> used in close_twice_impl at ends.cpp:@closed twice
#out> opened in close_twice_impl at ends.cpp:@opened once
#out> closed in close_twice_impl at ends.cpp:@closed once
#out> hpy.debug: 1 violation at 1 place, 0 leaked handles in ends
#out> -m hpy.debug crash: -6
#out> used in crash_impl at ends.cpp:@crash
#out> hpy.debug: 0 violations, 0 leaked handles in ends; the process ended early: segmentation fault
#out> -m hpy.debug abort: -6
#out> give_up_impl at ends.cpp:@abort
#out> hpy.debug: 0 violations, 0 leaked handles in ends; the process ended early: SIGABRT, as abort() and a failed assert() raise it
#out> -m hpy.debug leak or fatal: -6
#out> used in fatal_impl at ends.cpp:@fatal
#out> 1 handle never closed: 'a word'
#out> opened in leak_impl at ends.cpp:@leak
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: HPy_FatalError
