# Weak references to instances of C's types, whose death they notice, and cycles
# through the dicts of such instances.
# module: hpytype_offsets
# only: hpyvm
import gc
import weakref

import hpytype_offsets


class Noticed:
    def __del__(self):
        print("value dies")


thing = hpytype_offsets.Both()
thing.value = Noticed()
reference = weakref.ref(thing, lambda reference: print("noticed"))
finalizer = weakref.finalize(thing, print, "finalized")
del thing
#> finalized
#> noticed
#> value dies
print(reference())  #> None

thing = hpytype_offsets.Both()
thing.itself = thing
thing.value = Noticed()
reference = weakref.ref(thing)
del thing
gc.collect()  #> value dies
print(reference())  #> None

weak = weakref.WeakValueDictionary()
weak["key"] = thing = hpytype_offsets.Weak()
print(len(weak))  #> 1
del thing
print(len(weak))  #> 0
