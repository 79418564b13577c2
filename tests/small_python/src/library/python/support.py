"""What the suite's `test.support` is to a test that another VM runs.

The templates are expanded and compiled beforehand, by the suite itself on
CPython: a call of `make_module` gives the binary that was made for it.
"""

from types import SimpleNamespace

from _driver import built_module, load_extension, mode_for


SUPPORTS_SYS_EXECUTABLE = False


class DefaultExtensionTemplate:
    """The base of the classes that expand templates."""


class HPyModule:
    def __init__(self, name, so_file):
        self.name = name
        self.so_filename = so_file


class HPyTest:
    ExtensionTemplate = DefaultExtensionTemplate

    def make_module(self, main_src, name="mytest", extra_sources=()):
        path = built_module(main_src, name, extra_sources)
        spec = SimpleNamespace(name=name, origin=path)
        module = load_extension(name, path, spec, mode_for(name))
        module.__file__, module.__spec__ = path, spec
        return module

    def compile_module(self, main_src, name="mytest", extra_sources=()):
        return HPyModule(name, built_module(main_src, name, extra_sources))

    def supports_refcounts(self):
        """The VM has none."""
        return False

    def supports_ordinary_make_module_imports(self):
        return True


def make_hpy_abi_fixture(abis, class_fixture=False):
    """The ABI is `universal`."""


def ONLY_LINUX(test):
    return test


def trampoline(fun, *args, **kwargs):
    fun(*args, **kwargs)
