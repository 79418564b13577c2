# A mode for a module that is never loaded: most likely its name is misspelt.
# environment: HPY=untydi:debug,untidy:universal
import untidy

print(untidy.first(["alpha"]))

#out> 5
#err> hpyvm: warning: HPY=untydi:debug,untidy:universal names the module 'untydi', which was not loaded; these HPy modules were: untidy
