"""Has the C sources of HPy's suite compiled by another Python.

The suite compiles each test's source in the process that runs the test. With
HPYVM_SUITE_COMPILER naming a CPython, that one compiles it instead, through the
very function of the suite, and the test loads a binary that CPython's own HPy
toolchain has built.

`install` is for the process that runs the tests; run as a script, this file is
the other end.
"""

import json
import os
import subprocess
import sys


def install(support, interpreter):
    """Replaces the suite's function that compiles."""
    from distutils.errors import CompileError

    def build(tmpdir, ext, hpy_devel, hpy_abi, compiler_verbose=0, debug=None):
        order = {
            "tmpdir": tmpdir,
            "extension": {name: value for name, value in vars(ext).items() if value},
            "hpy_abi": hpy_abi,
            "compiler_verbose": compiler_verbose,
            "debug": debug,
            "answer": os.path.join(tmpdir, "answer.json"),
        }
        # The tests capture what compilers print, so the child inherits the streams.
        sys.stdout.flush()
        root = os.path.dirname(os.path.dirname(support.__file__))
        subprocess.run(
            [interpreter, __file__, json.dumps(order)], check=True, cwd=root, env=environment()
        )
        with open(order["answer"], encoding="utf-8") as stream:
            answer = json.load(stream)
        if "error" in answer:
            raise CompileError(answer["error"])
        return answer["output"]

    support._build = build


def environment():
    """The compiler's Python finds its own packages, not those of the VM."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def main():
    order = json.loads(sys.argv[1])
    sys.path.insert(0, os.getcwd())
    import setuptools  # noqa: F401  before anything imports distutils
    from distutils.core import Extension
    from distutils.errors import CompileError

    from hpy.devel import HPyDevel
    from test.support import _build

    try:
        output = _build(
            order["tmpdir"],
            Extension(**order["extension"]),
            HPyDevel(),
            order["hpy_abi"],
            order["compiler_verbose"],
            order["debug"],
        )
        answer = {"output": os.path.join(order["tmpdir"], output)}
    except CompileError as error:
        answer = {"error": str(error)}
    with open(order["answer"], "w", encoding="utf-8") as stream:
        json.dump(answer, stream)


if __name__ == "__main__":
    main()
