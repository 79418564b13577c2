# Builders that are neither built nor cancelled, and a tracker that is never closed.
# module: misuse
# run: -m hpy.debug
# status: 1
# also on: moving-gc
import misuse

for _ in range(3):
    misuse.begin_list("item")
misuse.begin_tuple("item")
misuse.track_on("text")  # here: called

#err>
#err> 1 handle never closed: 'text'
#err>   opened in track_on_impl at misuse.c:@tracked on
#err>   called by <module> at debug_builders_and_trackers.py:@called
#err>
#err> 3 builders never built or cancelled
#err>   opened in begin_list_impl at misuse.c:@unbuilt
#err>
#err> 1 builder never built or cancelled
#err>   opened in begin_tuple_impl at misuse.c:@unbuilt tuple
#err>
#err> 1 tracker never closed
#err>   opened in track_on_impl at misuse.c:@unclosed
#err>
#err> hpy.debug: 0 violations, 1 leaked handle at 1 place, 4 leaked builders at 2 places, 1 leaked tracker at 1 place in misuse
