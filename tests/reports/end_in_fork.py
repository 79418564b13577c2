# A forked process reports what it has found itself, if it has: what was found before is its
# parent's to report. It keeps its own status. There is no thread that Python would warn of.
# module: ends
# arguments: parent
import os
import subprocess
import sys
import time

CHILDREN = {
    "falls through": "ends.leak('child')",
    "exits": "ends.leak('child'); os._exit(0)",
    "finds nothing": "os._exit(0)",
    "crashes": "ends.leak('child'); ends.crash(8)",
    "is killed": "ends.leak('child'); time.sleep(50)",
    "breaks a rule": "ends.close_twice([]); os._exit(5)",
    "forks": "ends.leak('child'); os.fork() and os.wait(); os._exit(0)",
}

if sys.argv[1:] == ["parent"]:
    for name in CHILDREN:
        command = [sys.executable, "-m", "hpy.debug", __file__, name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50)
        print(f"{name}:", *done.stdout.split(), done.returncode)
        for line in done.stderr.splitlines():
            if "never closed" in line or "[" in line or "hpy.debug:" in line or "Warn" in line:
                print(*line.split())
else:
    import ends

    ends.leak("parent")
    child = os.fork()
    if child:
        if sys.argv[1] == "is killed":
            time.sleep(0.3)
            os.kill(child, 15)
        status = os.waitstatus_to_exitcode(os.wait()[1])
        print(status)
    else:
        exec(CHILDREN[sys.argv[1]])

#out> falls through: 0 1
#out> 1 handle never closed: 'child'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends, in the forked process *
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> exits: 0 1
#out> 1 handle never closed
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends, in the forked process *; the process ended early: exit(0)
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> finds nothing: 0 1
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> crashes: -6 1
#out> HPy debug: segmentation fault: memory at 0x8 is read [crash in ends]
#out> 1 handle never closed: 'child'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends, in the forked process *; the process ended early: segmentation fault
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> is killed: -15 1
#out> 1 handle never closed
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends, in the forked process *; the process ended early: SIGTERM
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> breaks a rule: 5 1
#out> HPy_Close: a handle is closed twice [double-close in ends]
#out> hpy.debug: 1 violation at 1 place, 0 leaked handles in ends, in the forked process *; the process ended early: exit(5)
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
#out> forks: 0 1
#out> 1 handle never closed
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends, in the forked process *; the process ended early: exit(0)
#out> 1 handle never closed: 'parent'
#out> hpy.debug: 0 violations, 1 leaked handle at 1 place in ends
