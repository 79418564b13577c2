# A module is in sys.modules while its slots run, so that they may import what
# imports the module; and what is said of slots that break the rules, where nothing
# of the module is left behind.
# debug: breaks rules
# module: imports_itself
# also: moving-gc
import sys


def outcome():
    try:
        import imports_itself
        return imports_itself.__name__
    except Exception as error:
        return type(error).__name__ + ": " + str(error)


def attempt(mode):
    sys.mode = mode
    return outcome(), "imports_itself" in sys.modules


print(attempt(0))  #> ('ValueError: from a slot', False)
print(attempt(1))  #> ('SystemError: execution of module imports_itself failed without setting an exception', False)
print(attempt(2))  #> ('SystemError: execution of module imports_itself raised unreported exception', False)
print(attempt(3))  #> ('imports_itself', True)
import imports_itself
print(imports_itself.itself.__name__, sys.modules["imports_itself"] is imports_itself)  #> imports_itself True
