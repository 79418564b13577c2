"""A pytest plugin that runs HPy's own suite one mode at a time.

It does three things, and leaves every test as it is:

* setuptools is imported first, because `distutils` exists only after that on a
  Python that no longer has its own.
* Tests are chosen by the value of their parameter `hpy_abi`, never by name:
  those whose mode is not asked for are deselected. A test without the parameter
  has the mode "none".
* What happens is appended to a file, a line of JSON an event, and is on disk
  before the next thing happens. Should the VM crash, the file says which test
  it was; run again with the same file, the tests that it mentions are left out
  and the others go on.

Environment: HPYVM_SUITE_MODES (separated by commas), HPYVM_SUITE_EVENTS (path),
HPYVM_SUITE_COMPILER (a CPython that compiles the sources; else the Python that
runs the tests does).
"""
import setuptools  # noqa: F401  before anything imports distutils

import json
import os

import pytest

import hpyvm_compiler

PARAMETER = "hpy_abi"


def mode_of(item):
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(PARAMETER, "none") if callspec else "none"


class Recorder:
    def __init__(self, path, modes):
        self.modes = modes
        self.begun = set()
        with open(path, "a+", encoding="utf-8") as events:
            events.seek(0)
            for line in events:
                event = json.loads(line)
                if event["event"] == "started":
                    self.begun.add(event["id"])
        self.resumed = bool(self.begun)
        self.stream = open(path, "a", encoding="utf-8")
        self.reports = []
        self.child_seconds = 0.0

    def emit(self, event, **fields):
        self.stream.write(json.dumps({"event": event, **fields}) + "\n")
        self.stream.flush()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        compiler = os.environ.get("HPYVM_SUITE_COMPILER")
        if compiler:
            import test.support

            hpyvm_compiler.install(test.support, compiler)
        kept, deselected = [], []
        for item in items:
            mode = mode_of(item)
            if item.nodeid in self.begun:
                continue
            (kept if mode in self.modes else deselected).append(item)
        # The first process of a file has told already.
        if not self.resumed:
            for event, chosen in (("selected", kept), ("deselected", deselected)):
                for item in chosen:
                    self.emit(event, id=item.nodeid, mode=mode_of(item))
        config.hook.pytest_deselected(items=deselected)
        items[:] = kept

    def pytest_collectreport(self, report):
        if report.failed:
            self.emit("collection_failed", id=report.nodeid, message=report.longreprtext)

    def pytest_runtest_logstart(self, nodeid):
        self.reports = []
        self.child_seconds = child_seconds()
        self.emit("started", id=nodeid)

    def pytest_runtest_logreport(self, report):
        self.reports.append(report)

    def pytest_runtest_logfinish(self, nodeid):
        decisive = next((r for r in self.reports if r.outcome != "passed"), None)
        if decisive is None:
            outcome, message = "passed", ""
        else:
            # A failure outside of the test itself is called an error, as pytest does.
            outside = decisive.failed and decisive.when != "call"
            outcome = "error" if outside else decisive.outcome
            message = reason(decisive)
        self.emit(
            "finished",
            id=nodeid,
            outcome=outcome,
            message=message,
            seconds=sum(r.duration for r in self.reports),
            child_seconds=child_seconds() - self.child_seconds,
        )


def reason(report):
    if isinstance(report.longrepr, tuple):  # of a skip: file, line, reason
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else report.longreprtext


def child_seconds():
    """Processor time of all processes that a test started: its compilers."""
    times = os.times()
    return times.children_user + times.children_system


def pytest_configure(config):
    path = os.environ["HPYVM_SUITE_EVENTS"]
    modes = os.environ["HPYVM_SUITE_MODES"].split(",")
    config.pluginmanager.register(Recorder(path, modes), "hpyvm_suite_recorder")
