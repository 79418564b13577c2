# A module is in sys.modules while its slots run, so that they may import what
# imports the module; and what is said of slots that break the rules, where nothing
# of the module is left behind.
# debug: breaks rules
# module: hpymodule_exec
# also: moving-gc
import sys


def outcome():
    try:
        import hpymodule_exec
        return hpymodule_exec.__name__
    except Exception as error:
        return type(error).__name__ + ": " + str(error)


def attempt(mode):
    sys.mode = mode
    return outcome(), "hpymodule_exec" in sys.modules


print(attempt(0))  #> ('ValueError: from a slot', False)
print(attempt(1))  #> ('SystemError: execution of module hpymodule_exec failed without setting an exception', False)
print(attempt(2))  #> ('SystemError: execution of module hpymodule_exec raised unreported exception', False)
print(attempt(3))  #> ('hpymodule_exec', True)
import hpymodule_exec
print(hpymodule_exec.itself.__name__, sys.modules["hpymodule_exec"] is hpymodule_exec)  #> hpymodule_exec True
