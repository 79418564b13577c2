# Functions that HPy's headers and sources bring into every extension are passed over.
# run: -m hpy.debug
# status: 1
# also on: moving-gc
import untidy

untidy.leak_text(7)  # here: leak

#err>
#err> 1 handle never closed: 'text 7'
#err>   opened in leak_text_impl at untidy.c:@format
#err>   called by <module> at debug_helpers.py:@leak
#err>
#err> 1 handle never closed: (7, 7)
#err>   opened in leak_text_impl at untidy.c:@build
#err>   called by <module> at debug_helpers.py:@leak
#err>
#err> hpy.debug: 0 violations, 2 leaked handles at 2 places in untidy
