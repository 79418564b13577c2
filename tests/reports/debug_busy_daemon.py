# A daemon thread that does not stop to run C has the HPy lock when the program is over. It
# makes the report then, and the process ends.
# module: ends
# arguments: parent
import subprocess
import sys

if sys.argv[1:] == ["parent"]:
    for name, status in (
        ("spin", 0),
        ("spin_in_api", 0),
        ("wait_inside", 3),
        # Nothing is leaked by a call that still runs.
        ("spin_with_handles", 0),
    ):
        command = [sys.executable, "-m", "hpy.debug", __file__, name, str(status)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50)
        print(name, *done.stdout.split(), done.returncode)
        for line in done.stderr.splitlines():
            if line.startswith("hpy.debug:"):
                _, found, *end = line.replace(";", ":").split(": ", 2)
                print(*end or [found])
else:
    import threading
    import time

    import ends

    function = getattr(ends, sys.argv[1])
    arguments = [ends] if sys.argv[1].startswith("spin_") else []
    ends.leak("a word")
    threading.Thread(target=function, args=arguments, daemon=True).start()
    time.sleep(0.2)
    print("end")
    sys.exit(int(sys.argv[2]))

#out> spin end 1
#out> the process ended early: the program is over, and a thread goes on in spin_impl at ends.cpp:@spin
#out> spin_in_api end 1
#out> the process ended early: the program is over, and a thread goes on in spin_in_api_impl at ends.cpp:@spin in API
#out> wait_inside end 3
#out> the process ended early: the program is over, and a thread goes on in wait_inside_impl at ends.cpp:@wait
#out> spin_with_handles end 1
#out> 0 violations, 1 leaked handle at 1 place in ends
