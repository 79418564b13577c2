# A module that was loaded from a file, and not imported, counts as loaded.
# module: untidy
# environment: HPY=elsewhere:debug,untidy:debug
import importlib.machinery
import sys

import hpy.universal

for directory in sys.path:
    finder = importlib.machinery.FileFinder(
        directory, (importlib.machinery.ExtensionFileLoader, [".hpy0.so"])
    )
    if spec := finder.find_spec("untidy"):
        break
module = hpy.universal.load("untidy", spec.origin, spec, mode=hpy.universal.MODE_DEBUG)
print(module.first(["alpha"]), hpy.universal._debug.get_modules())

#out> 5 ['untidy']
#err> hpyvm: warning: HPY=elsewhere:debug,untidy:debug names the module 'elsewhere', which was not loaded; these HPy modules were: untidy
