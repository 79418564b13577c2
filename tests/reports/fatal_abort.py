# C gives up by itself, as where an assert fails. What the C library does there has
# frames of its own.
# module: misuse
# arguments: parent
import os
import subprocess
import sys

if sys.argv[1:] == ["parent"]:
    environment = {**os.environ, "HPY": "debug"}
    command = [sys.executable, __file__, "child"]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    print(done.returncode)
    for line in done.stderr.splitlines():
        if "[signal in" in line or "misuse.c" in line or "fatal_abort.py" in line:
            print(*line.split())
else:
    import misuse

    misuse.give_up(0)
    misuse.give_up(1)  # here: called

#out> -6
#out> HPy debug: a signal ends the process: SIGABRT, as abort() and a failed assert() raise it [signal in misuse]
#out> give_up_impl at misuse.c:@abort
#out> called by <module> at fatal_abort.py:@called
