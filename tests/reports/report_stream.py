# Reports go to what standard error was at the start, and to what it is, if that is another
# file. A descriptor that was closed is left alone, whoever has its number by now.
# module: ends
# arguments: parent
import os
import subprocess
import sys
import tempfile

CHANGES = {
    "nothing": "",
    "redirected": "os.dup2(log, 2)",
    "closed": "os.close(2)",
    "all closed": "os.closerange(0, 500)",
    "numbers used again": "os.closerange(3, 500); [os.dup(0) for _ in range(200)]",
    "sys.stderr closed": "sys.stderr.close()",
}

if sys.argv[1:] == ["parent"]:
    for mode in ([], ["-m", "hpy.debug"]):
        for name in CHANGES:
            with tempfile.NamedTemporaryFile() as log:
                command = [sys.executable, *mode, __file__, name, log.name]
                environment = {**os.environ, "HPY": "debug"}
                pipes = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE}
                done = subprocess.run(command, env=environment, timeout=50, **pipes)
                texts = {"at the start": done.stderr.decode(), "now": log.read().decode()}
                print(f"{' '.join(mode)} {name}: {done.returncode}")
                for place, text in texts.items():
                    for line in text.splitlines():
                        if "used in" in line or "hpy.debug:" in line:
                            print(f"{place}:", *line.split())
else:
    import ends

    log = os.open(sys.argv[2], os.O_WRONLY)
    ends.leak("a word")
    exec(CHANGES[sys.argv[1]])
    ends.crash(8)

#out>  nothing: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out>  redirected: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> now: used in crash_impl at ends.cpp:@crash
#out>  closed: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out>  all closed: -6
#out>  numbers used again: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out>  sys.stderr closed: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> -m hpy.debug nothing: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> at the start: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> -m hpy.debug redirected: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> at the start: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> now: used in crash_impl at ends.cpp:@crash
#out> now: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> -m hpy.debug closed: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> at the start: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> -m hpy.debug all closed: -6
#out> -m hpy.debug numbers used again: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> at the start: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
#out> -m hpy.debug sys.stderr closed: -6
#out> at the start: used in crash_impl at ends.cpp:@crash
#out> at the start: hpy.debug: 0 violations, 1 leaked handle at 1 place in ends; the process ended early: segmentation fault
