# The folded stacks: Python's frames, C's, the function of the API; nanoseconds.
# arguments: parent
import os
import subprocess
import sys
import tempfile

if sys.argv[1:] == ["parent"]:
    path = os.path.join(tempfile.mkdtemp(), "stacks")
    command = [sys.executable, "-m", "hpy.trace", "--folded", path, __file__, "child"]
    report = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    print(report.splitlines()[-1])
    with open(path, encoding="utf-8") as file:
        for line in file:
            stack, number = line.rsplit(" ", 1)
            assert int(number) > 0, line
            print(stack)
else:
    import untidy

    def back():
        return untidy.tidy(1)  # here: back

    for number in range(1000):
        untidy.call(back)  # here: call

#out> hpy.trace: 5,000 calls of 5 functions
#out> <module> (trace_folded.py:@call);back (trace_folded.py:@back);tidy_impl (untidy.c)
#out> <module> (trace_folded.py:@call);back (trace_folded.py:@back);tidy_impl (untidy.c);ctx_Add
#out> <module> (trace_folded.py:@call);back (trace_folded.py:@back);tidy_impl (untidy.c);ctx_Close
#out> <module> (trace_folded.py:@call);back (trace_folded.py:@back);tidy_impl (untidy.c);ctx_Long_FromInt64_t
#out> <module> (trace_folded.py:@call);call_impl (untidy.c)
#out> <module> (trace_folded.py:@call);call_impl (untidy.c);ctx_CallTupleDict
#out> <module> (trace_folded.py:@call);call_impl (untidy.c);ctx_Dup
