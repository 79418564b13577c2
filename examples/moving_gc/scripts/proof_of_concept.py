"""HPy's proof of concept: runs every test of its test_pof.py."""

import test_pof

for name, test in vars(test_pof).items():
    if name.startswith("test_"):
        test()
        print("passed", name)
