# Modules imported by C.
# module: hpyimport
import sys

from golden import show, show_type
import hpyimport as c

# Imports.
print(c.import_module("json").dumps([1]))  #> [1]
print(c.import_module("os.path") is sys.modules["os.path"])  #> True
print(c.import_module("sys") is sys)  #> True
show(c.import_module, "no.such.module")  #> ModuleNotFoundError: No module named 'no'
show_type(c.import_module, "")  #> ValueError

# The module.
print(c.version, c.__name__, c.__doc__)  #> 1.2 hpyimport None
print(type(c).__name__, c.__name__ in sys.modules)  #> module True
