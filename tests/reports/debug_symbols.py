# A library without debug information: the function, and the address in it.
# run: -m hpy.debug
# build: -g0
# status: 1
# also on: moving-gc
import untidy

untidy.first(["y"])  # here: first

#err>
#err> 1 handle never closed: 'y'
#err>   opened in forget+0x* in untidy.hpy0.so+0x*
#err>             first_impl+0x* in untidy.hpy0.so+0x*
#err>   called by <module> at debug_symbols.py:@first
#err>
#err> hpy.debug: 0 violations, 1 leaked handle at 1 place in untidy
