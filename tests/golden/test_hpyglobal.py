# Objects that C keeps in global variables.
# module: hpyglobal
from golden import show
import hpyglobal as c


class Thing:
    pass


thing = Thing()
# Globals.
show(c.recall)  #> LookupError: nothing kept
c.keep(thing)
print(c.recall() is thing)  #> True
c.keep(42)
print(c.recall(), c.recall())  #> 42 42
c.keep(None)
print(c.recall())  #> None
large = 10**40
c.keep(large)
print(c.recall() is large)  #> True
