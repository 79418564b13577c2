# A library without symbols: what is left is the address in its file.
# run: -m hpy.debug
# build: stripped
# status: 1
# also on: moving-gc
import untidy

untidy.leak("x")  # here: leak
untidy.first(["y"])  # here: first

#err>
#err> 1 handle never closed: 'x'
#err>   opened in untidy.hpy0.so+0x*
#err>   called by <module> at debug_stripped.py:@leak
#err>
#err> 1 handle never closed: 'y'
#err>   opened in untidy.hpy0.so+0x*
#err>             untidy.hpy0.so+0x*
#err>   called by <module> at debug_stripped.py:@first
#err>
#err> hpy.debug: 0 violations, 2 leaked handles at 2 places in untidy
