"""Imports files that are no HPy universal modules, in one process.

Each has to end in an ImportError that names the file and the reason, and after
each the VM must still import and run a good module. Where HPy's own loader
raises a RuntimeError, it is one of these too.

    malformed.py DIRECTORY GOOD AHEAD NATIVE CPYTHON

DIRECTORY is for the files that are made here; the others are binaries: GOOD the
module `hpyfunc_signatures`, AHEAD the module `malformed_inits`, NATIVE and CPYTHON a
module for the hybrid ABI and for CPython's. Prints a line a case: its number, "ok" or "FAILED",
the case, the message. The line with the number comes first, so that a crash is
known by it.
"""
import importlib
import importlib.util
import os
import socket
import subprocess
import sys

import hpy.universal

directory, good, ahead, native, cpython = sys.argv[1:]
os.chdir(directory)
sys.path.insert(0, os.path.dirname(good))
good_bytes = open(good, "rb").read()

# Offsets of fields in an ELF header of 64 bits.
CLASS, DATA, TYPE, MACHINE, PHOFF, SHOFF, PHENTSIZE, PHNUM = 4, 5, 16, 18, 32, 40, 54, 56
cases = []


def case(name, expected, reason, file=None, module=None, ways=("load", "import")):
    """One file: what `load` and `import` of it raise, and words of the reason."""
    assert reason
    cases.append((name, expected, reason, file or f"{name}.hpy0.so", module or name, ways))


def made(name, content, expected, reason, **more):
    """A file with that content, imported under its name."""
    file = more.get("file", f"{name}.hpy0.so")
    with open(file, "wb") as stream:
        stream.write(content)
    case(name, expected, reason, **more)


def copied(name, source, expected, reason, **more):
    """A copy of a real binary."""
    made(name, open(source, "rb").read(), expected, reason, **more)


def patched(offset, *values):
    """The good binary with some bytes replaced."""
    content = bytearray(good_bytes)
    content[offset : offset + len(values)] = values
    return bytes(content)


# Not there, or nothing that could be read.
case("missing", RuntimeError, ["No such file"], ways=["load"])
os.mkdir("directory.hpy0.so")
case("directory", RuntimeError, ["directory"], ways=["load"])
os.symlink("nowhere", "dangling.hpy0.so")
case("dangling", RuntimeError, ["No such file"], ways=["load"])
subprocess.run(["mkfifo", "pipe.hpy0.so"], check=True)  # RustPython has no os.mkfifo
case("pipe", RuntimeError, ["regular file"], ways=["load"])
listener = socket.socket(socket.AF_UNIX)
listener.bind("socket.hpy0.so")
case("socket", RuntimeError, ["regular file"], ways=["load"])

# No ELF.
made("empty", b"", RuntimeError, ["empty"])
made("text", b"print('hello')\n" * 100, RuntimeError, ["ELF"])
made("zeros", bytes(5000), RuntimeError, ["ELF"])
made("archive", b"PK\3\4" + bytes(100), RuntimeError, ["ELF"])
made("object_list", b"!<arch>\n" + bytes(100), RuntimeError, ["ELF"])

# Truncated: within the header, within the tables, within the contents, and by
# a single byte. The system's loader dies of some of these (SIGBUS).
size = len(good_bytes)
for length in (1, 4, 16, 63):
    made(f"cut_to_{length}", good_bytes[:length], RuntimeError, ["truncated"])
for length in (64, 100, 200, 400, 1000, 4096, size // 4, size // 2, size - 4096, size - 64, size - 1):
    made(f"cut_to_{length}", good_bytes[:length], ImportError, ["truncated"])

# For another machine.
made("arm", patched(MACHINE, 183, 0), RuntimeError, ["AArch64"])
made("riscv", patched(MACHINE, 243, 0), RuntimeError, ["RISC-V"])
made("narrow", patched(CLASS, 1), RuntimeError, ["32"])
made("big_endian", patched(DATA, 2), RuntimeError, ["endian"])

# ELF, but no library or a damaged one.
made("object_file", patched(TYPE, 1, 0), RuntimeError, ["object file"])
made("core_dump", patched(TYPE, 4, 0), RuntimeError, ["core dump"])
made("no_segments", patched(PHNUM, 0, 0), ImportError, ["program headers"])
made("many_segments", patched(PHNUM, 255, 255), ImportError, ["program headers"])
made("odd_segments", patched(PHENTSIZE, 1, 0), ImportError, ["program headers"])
made("far_segments", patched(PHOFF, *[255] * 8), ImportError, ["truncated"])
made("far_sections", patched(SHOFF, *[255] * 8), ImportError, ["truncated"])
noise = bytes(i * 167 % 251 for i in range(size - 64))
made("noise", good_bytes[:64] + noise, ImportError, ["program header"])
# With a hole in one of the tables: what a lost block of a disk or a download leaves.
def sections():
    """Offset and size of each section of the good binary, by name."""
    field = lambda at, size: int.from_bytes(good_bytes[at : at + size], "little")
    headers = [field(SHOFF, 8) + 64 * index for index in range(field(60, 2))]
    place = lambda header: (field(header + 24, 8), field(header + 32, 8))
    names = place(headers[field(62, 2)])[0]
    for header in headers:
        start = names + field(header, 4)
        yield good_bytes[start : good_bytes.index(b"\0", start)].decode(), place(header)


for name, (start, length) in sections():
    if name in (".dynsym", ".dynstr", ".gnu.hash", ".gnu.version_r", ".rela.dyn", ".rela.plt", ".dynamic"):
        for part, at in (("start", start), ("end", start + length - min(length, 64))):
            content = bytearray(good_bytes)
            content[at : at + min(length, 64)] = bytes(min(length, 64))
            if bytes(content) != good_bytes:
                file = f"hole_{name[1:].replace('.', '_')}_{part}.hpy0.so"
                made("hpyfunc_signatures", bytes(content), ImportError, ["damaged"], file=file, ways=["load"])
copied("program", "/bin/sh", RuntimeError, ["HPyInit_program"])

# Libraries that are no universal module, or not this one.
copied("renamed", good, RuntimeError, ["HPyInit_renamed"])
copied("only_init", ahead, RuntimeError, ["only_init"])
copied("no_definition", ahead, RuntimeError, ["HPyInit_no_definition", "NULL"])
copied("plain_library", cpython, RuntimeError, ["CPython"])
copied("native", native, ImportError, ["hybrid"])
case("native", ImportError, ["hybrid"], file=native, ways=["load"])
case("spam", RuntimeError, ["CPython"], file=cpython, ways=["load"])
copied("malformed_hybrid", native, ImportError, ["missing here", "PyObject_Size", "port"], file="malformed_hybrid.hpy0-cp311.so")
copied("newer", native, ImportError, ["hybrid", "for cp312", "build it with CPython 3.11"], file="newer.hpy0-cp312.so")
copied("plain", cpython, RuntimeError, ["only CPython can run it", "port it to HPy"], file="plain.cpython-311-x86_64-linux-gnu.so")
copied("stable", cpython, RuntimeError, ["only CPython can run it"], file="stable.abi3.so")

# Another ABI than the file name says, or than there is.
copied("next_major", ahead, RuntimeError, ["1.0"])
copied("next_minor", ahead, RuntimeError, ["0.1"])
copied("hpyfunc_signatures", good, RuntimeError, ["mismatch"], file="hpyfunc_signatures.hpy1.so", ways=["load"])
copied("hpyfunc_signatures", good, RuntimeError, ["could not find"], file="hpyfunc_signatures.so", ways=["load"])
copied("hpyfunc_signatures", good, RuntimeError, ["could not find"], file="hpyfunc_signatures.hpyx.so", ways=["load"])


def raised_by(way, file, module):
    """The exception that loading or importing ends in."""
    sys.modules.pop(module, None)
    importlib.invalidate_caches()
    try:
        if way == "load":
            path = os.path.abspath(file)
            spec = importlib.util.spec_from_file_location(module, path)
            hpy.universal.load(module, path, spec)
        else:
            sys.path.insert(0, directory)
            try:
                importlib.import_module(module)
            finally:
                sys.path.remove(directory)
    except Exception as error:
        return error
    return None


def fault(error, expected, reason, file):
    """What is wrong with an exception, or None."""
    if error is None:
        return "nothing is raised"
    if not isinstance(error, ImportError) or not isinstance(error, expected):
        return f"raises {type(error).__name__}"
    # HPy's text about versions leaves the file out: an attribute has it.
    named = f"{error} {getattr(error, 'path', '')}"
    if os.path.basename(file) not in named:
        return "the file is not named"
    for words in reason:
        if words not in str(error):
            return f"the reason is not given ({words!r})"
    return None


def vm_goes_on():
    """Whether a good module can be imported and used."""
    sys.modules.pop("hpyfunc_signatures", None)
    importlib.invalidate_caches()
    module = importlib.import_module("hpyfunc_signatures")
    return module.__file__ == good and module.together(1, "two") == (1, "two")


assert vm_goes_on(), "the good module does not work to begin with"
number = 0
for name, expected, reason, file, module, ways in cases:
    for way in ways:
        number += 1
        print(number, "case", way, file, flush=True)
        error = raised_by(way, file, module)
        wrong = fault(error, expected, reason, file)
        if wrong is None and not vm_goes_on():
            wrong = "a good module does not work afterwards"
        verdict = "ok" if wrong is None else f"FAILED ({wrong})"
        text = str(error).replace("\n", " ").replace(directory, "")
        print(number, verdict, type(error).__name__, text, flush=True)
listener.close()
print("all", number, "done", flush=True)
