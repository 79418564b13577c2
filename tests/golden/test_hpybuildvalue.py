# Containers built of a format.
# module: hpybuildvalue
# also: moving-gc
from golden import show
import hpybuildvalue as b

show(b.nested, 7)  #> (1, ['two', (7,)], {'a': 3, 'b': 7}, ())
