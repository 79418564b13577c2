"""A pytest plugin that writes down what HPy's suite compiles, test by test.

Another VM that runs the suite need not have a compiler, nor setuptools to drive
it: the templates expand to the same C whoever expands them. So CPython runs the
suite once, through the suite's own functions, and this plugin keeps, for every
call of `make_module` or `compile_module`, in their order:

* the name and the SHA-256 of the sources as the test passes them, by which the
  other VM knows that it is at the same call;
* the expanded C, and the binary that CPython's HPy toolchain has made of it, or
  the first error of the compiler.

Binaries are kept by the content of what they are made from, so a second run
compiles nothing.

Environment: HPYVM_RECORD, a directory, which gets `modules/` and a file of
`records/` for each test file.
"""

import setuptools  # noqa: F401  before anything imports distutils

import hashlib
import json
import os
import pathlib
import shutil
import sys

import pytest


class Recorder:
    def __init__(self, directory):
        self.modules = directory / "modules"
        self.records = directory / "records"
        self.calls = []

    def install(self, support):
        """Wraps the suite's two functions that compile."""
        compiler = support.ExtensionCompiler
        compile_module, build = compiler.compile_module, support._build

        def recorded(self_, main_src, ExtensionTemplate=None, name="mytest", extra_sources=()):
            self.call = {
                "name": name,
                "sources": [digest(source) for source in (main_src, *extra_sources)],
            }
            self.calls.append(self.call)
            return compile_module(self_, main_src, ExtensionTemplate, name, extra_sources)

        def kept(tmpdir, ext, hpy_devel, hpy_abi, compiler_verbose=0, debug=None):
            expanded = {
                source: pathlib.Path(tmpdir, source).read_text() for source in ext.sources
            }
            options = {key: value for key, value in vars(ext).items() if value}
            options["python"] = sys.version
            key = digest(json.dumps([hpy_abi, options, expanded], sort_keys=True))
            place = self.modules / key
            if not place.exists():
                self.build(place, expanded, build, tmpdir, ext, hpy_devel, hpy_abi)
            self.call["directory"] = os.fspath(place)
            error = place / "error.txt"
            if error.exists():
                # The suite looks for the compiler's own words in the output.
                return build(tmpdir, ext, hpy_devel, hpy_abi, compiler_verbose, debug)
            (binary,) = place.glob("*.so")
            self.call["binary"] = os.fspath(binary)
            for stub in place.glob("*.py"):
                shutil.copy(stub, tmpdir)
            return shutil.copy(binary, tmpdir)

        compiler.compile_module = recorded
        support._build = kept

    def build(self, place, expanded, build, tmpdir, ext, *rest):
        """Compiles into a directory that appears when it is complete."""
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        draft.mkdir(parents=True)
        for name, source in expanded.items():
            (draft / name).write_text(source)
        from distutils.errors import CompileError

        try:
            shutil.copy(os.path.join(tmpdir, build(tmpdir, ext, *rest)), draft)
            # The stub through which an ordinary import finds the binary.
            shutil.copy(os.path.join(tmpdir, f"{ext.name}.py"), draft)
        except CompileError as error:
            (draft / "error.txt").write_text(str(error))
        try:
            draft.rename(place)
        except OSError:  # another worker was first
            shutil.rmtree(draft)

    def pytest_collection_modifyitems(self):
        import test.support

        self.install(test.support)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.calls = []
        result = yield
        self.records.mkdir(parents=True, exist_ok=True)
        record = self.records / f"{item.path.stem}.jsonl"
        line = {"id": item.nodeid, "file": os.fspath(item.path), "calls": self.calls}
        with open(record, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
        return result


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def pytest_configure(config):
    directory = pathlib.Path(os.environ["HPYVM_RECORD"])
    config.pluginmanager.register(Recorder(directory), "hpyvm_recorder_of_modules")
