# Legacy types that break the rules.
# hybrid: legacy_refused
from golden import show
import legacy_refused as m

show(m.make, 0)
#> TypeError: cannot specify .legacy_slots without setting .builtin_shape=HPyType_BuiltinShape_Legacy
for number in 1, 2:
    show(m.make, number)
    #> TypeError: legacy tp_dealloc is incompatible with HPy_tp_traverse or HPy_tp_destroy.
    #> TypeError: legacy tp_dealloc is incompatible with HPy_tp_traverse or HPy_tp_destroy.
show(m.make, 3)
#> ValueError: You must provide an HPy_tp_traverse slot if you specify HPy_TPFLAGS_HAVE_GC
show(m.make, 4)
#> TypeError: Cannot use HPy call protocol with legacy types that inherit the struct. Either set the basicsize to anon-zero value or use legacy slot 'Py_tp_call'.
show(m.make, 5)  #> TypeError: Type claims to have basicsize==0 but defines members
show(m.make, 6)  #> SystemError: f() method: bad call flags
show(m.make, 7)  #> ValueError: method cannot be both class and static
show(m.make, 8)  #> RuntimeError: invalid slot offset
show(m.over_pure)
#> TypeError: A legacy type should not inherit its memory layout from a pure type
