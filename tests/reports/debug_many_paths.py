# One line that leaks is one entry, however many paths lead there: the three most frequent
# ones are shown.
# run: -m hpy.debug
# status: 1
# also on: moving-gc
import untidy


def rare():
    untidy.leak("rare")  # here: rare


def often(times):
    for _ in range(times):
        untidy.leak("often")  # here: often


rare()  # here: first
often(2)  # here: second
often(30)  # here: third
often(4)  # here: fourth
rare()  # here: fifth

#err>
#err> 38 handles never closed: 'often', 'often', 'often', ...
#err>   opened in leak_impl at untidy.c:@leak
#err>   called by 5 paths, the most frequent first
#err>   30 times  often at debug_many_paths.py:@often
#err>             <module> at debug_many_paths.py:@third
#err>   4 times   often at debug_many_paths.py:@often
#err>             <module> at debug_many_paths.py:@fourth
#err>   2 times   often at debug_many_paths.py:@often
#err>             <module> at debug_many_paths.py:@second
#err>   ...       2 more paths
#err>
#err> hpy.debug: 0 violations, 38 leaked handles at 1 place in untidy
