# The program's own streams are not the report's: closed, replaced, broken.
# arguments: parent
import os
import subprocess
import sys

CHILDREN = {
    "closed": "sys.stdout.close(); sys.stderr.close()",
    "replaced": "sys.stdout = sys.stderr = None",
    "swallowed": "import io; sys.stderr = io.StringIO()",
    "broken": "os.close(1); sys.stdout.write('x')",
    "code": "sys.exit('the last word')",
}

if sys.argv[1:] == ["parent"]:
    for name in CHILDREN:
        command = [sys.executable, "-m", "hpy.debug", __file__, name]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=50)
        lines = done.stderr.splitlines()
        print(name, done.returncode, *(line for line in lines if "leaked" in line))
        command = [sys.executable, "-m", "hpy.trace", __file__, name]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=50)
        print(*(line for line in done.stderr.splitlines() if line.startswith("hpy.trace")))
else:
    import untidy

    untidy.leak(name := sys.argv[1])
    exec(CHILDREN[name])

#out> closed 1 hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
#out> hpy.trace: 2 calls of 1 function
#out> replaced 1 hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
#out> hpy.trace: 2 calls of 1 function
#out> swallowed 1 hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
#out> hpy.trace: 2 calls of 1 function
#out> broken 1 hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
#out> hpy.trace: 2 calls of 1 function
#out> code 1 hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
#out> hpy.trace: 2 calls of 1 function
