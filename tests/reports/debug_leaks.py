# Handles that are never closed, by the place where they were opened.
# run: -m hpy.debug --frames 4
# status: 1
# also on: moving-gc
import untidy


def fill():
    for word in ("one", "two", "three", "four"):
        untidy.leak(word)  # here: fill


def main():
    fill()  # here: main
    fill()  # here: again
    print(untidy.first(["alpha"]), untidy.last(["beta", "gamma"]))  # here: ends


main()  # here: module
print("done")

#out> 5 5
#out> done
#err>
#err> 8 handles never closed: 'one', 'two', 'three', ...
#err>   opened in leak_impl at untidy.c:@leak
#err>   called by 2 paths, the most frequent first
#err>   4 times   fill at debug_leaks.py:@fill
#err>             main at debug_leaks.py:@main
#err>             <module> at debug_leaks.py:@module
#err>   4 times   fill at debug_leaks.py:@fill
#err>             main at debug_leaks.py:@again
#err>             <module> at debug_leaks.py:@module
#err>
#err> 2 handles never closed: 'alpha', 'gamma'
#err>   opened in forget at untidy.c:@forget
#err>   called by 2 paths, the most frequent first
#err>   1 time    first_impl at untidy.c:@first
#err>             main at debug_leaks.py:@ends
#err>             <module> at debug_leaks.py:@module
#err>   1 time    last_impl at untidy.c:@last
#err>             main at debug_leaks.py:@ends
#err>             <module> at debug_leaks.py:@module
#err>
#err> hpy.debug: 0 violations, 10 leaked handles at 2 places in untidy
