# Every rule of the API, broken once; the program goes on.
# module: misuse
# run: -m hpy.debug
# status: 1
# also on: moving-gc
import gc

import misuse
from hpy.universal import MODE_DEBUG, load


def attempt(function, *arguments):
    try:
        return function(*arguments)  # here: attempt
    except Exception as error:
        return f"{type(error).__name__}: {error}"


attempt(misuse.close_argument, [])  # here: close_argument
attempt(misuse.return_argument, [])  # here: return_argument
attempt(misuse.close_constant)  # here: close_constant
attempt(misuse.return_constant)  # here: return_constant

attempt(misuse.keep_argument, "four")
print(attempt(misuse.use_kept))  # here: use_kept

other = load("other.misuse", misuse.__file__, misuse.__spec__, mode=MODE_DEBUG)
misuse.keep_copy("three")
print(attempt(other.use_kept))  # here: other
misuse.close_kept()

attempt(misuse.use_number)  # here: use_number
attempt(misuse.globals, [])  # here: globals
attempt(misuse.load_empty, misuse.Box())  # here: load_empty
print(attempt(misuse.mix_fields, misuse.Box(), misuse.Box(), "six"))  # here: mix_fields

# What becomes of a field is known at the end of its object.
attempt(misuse.store_loose, misuse.Loose(), "loose")  # here: store_loose
attempt(misuse.store_two, misuse.Two(), "two")
gc.collect()
attempt(misuse.wipe_field, misuse.Box(), "wiped")
gc.collect()
box = misuse.Box()
print(attempt(misuse.copy_field, box, misuse.Box(), "seven"))  # here: copy_field
gc.collect()
print(attempt(misuse.load_stale, box, "eight"))  # here: load_stale
attempt(misuse.fill_small, misuse.Small())
gc.collect()

attempt(misuse.wrong_struct, 1)  # here: wrong_struct
attempt(misuse.not_a_type, 1)  # here: not_a_type
print(attempt(misuse.build_twice, 1))  # here: build_twice
print(attempt(misuse.build_wrongly, 1))  # here: build_wrongly
attempt(misuse.track_late, 1)  # here: track_late
print(attempt(misuse.leave_error))  # here: leave_error
print(attempt(misuse.miss_error))  # here: miss_error
print(attempt(misuse.ignore_error, 1))  # here: ignore_error
print(attempt(misuse.pass_null))  # here: pass_null
print(attempt(misuse.pass_failure, 1))  # here: pass_failure
attempt(hash, misuse.Grasp())  # here: hash


def let_go():
    grasp = misuse.Grasp()
    misuse.grasp(grasp, "held")


let_go()
gc.collect()

#out> SystemError: HPy_Length: the handle is closed, or never was one
#out> 5
#out> six
#out> seven
#out> SystemError: HPyField_Load: the field holds no reference: it was copied, or its memory was overwritten
#out> [1]
#out> (1, None, 1)
#out> SystemError: <built-in function leave_error> returned a result with an exception set
#out> SystemError: <built-in function miss_error> returned NULL without setting an exception
#out> 1
#out> SystemError: HPyTuple_FromArray: NULL where an array is needed
#out> AttributeError: 'int' object has no attribute 'missing'
#err>
#err> HPy_Close: an argument is closed, which is for the caller to do [argument-closed in misuse]
#err>   used in   close_argument_impl at misuse.c:@argument closed
#err>   opened in close_argument_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@close_argument
#err>
#err> an argument is returned without HPy_Dup [argument-returned in misuse]
#err>   used in   return_argument_impl at misuse.c:*
#err>   opened in return_argument_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@return_argument
#err>
#err> HPy_Close: a constant of the context is closed [constant-closed in misuse]
#err>   used in   close_constant_impl at misuse.c:@constant closed
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@close_constant
#err>
#err> a constant of the context is returned without HPy_Dup [constant-returned in misuse]
#err>   used in   return_constant_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@return_constant
#err>
#err> HPy_Length: an argument is used after its call [use-after-call in misuse]
#err>   used in   use_kept_impl at misuse.c:@kept used
#err>   opened in keep_argument_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@use_kept
#err>
#err> HPy_Length: a handle of another module's context is used [foreign-handle in other.misuse]
#err>   used in   use_kept_impl at misuse.c:@kept used
#err>   opened in keep_copy_impl at misuse.c:@copy
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@other
#err>
#err> HPy_Repr: a value is used as a handle that never was one [no-handle in misuse]
#err>   used in   use_number_impl at misuse.c:@made up
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@use_number
#err>
#err> HPyGlobal_Store: an HPyGlobal is misused: the global is not among those of the module's definition [global-misused in misuse]
#err>   used in   globals_impl at misuse.c:@undeclared
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@globals
#err>
#err> HPyGlobal_Store: an HPyGlobal is misused: the global is not among those of the module's definition [global-misused in misuse]
#err>   used in   globals_impl at misuse.c:@undeclared again
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@globals
#err>
#err> HPyGlobal_Load: an HPyGlobal is misused: the global is NULL [global-misused in misuse]
#err>   used in   globals_impl at misuse.c:@empty global
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@globals
#err>
#err> HPyField_Load: an HPyField is misused: the field is NULL [field-misused in misuse]
#err>   used in   load_empty_impl at misuse.c:@empty field
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@load_empty
#err>
#err> HPyField_Load: an HPyField is misused: the field is not in the object's struct [field-misused in misuse]
#err>   used in   mix_fields_impl at misuse.c:@of another
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@mix_fields
#err>
#err> HPyField_Store: an HPyField is misused: the field is not in the object's struct [field-misused in misuse]
#err>   used in   mix_fields_impl at misuse.c:@in another
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@mix_fields
#err>
#err> HPyField_Store: no tp_traverse visits a field: the field at offset 8 of misuse.Loose, which has none [field-forgotten in misuse]
#err>   used in   store_loose_impl at misuse.c:@loose
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@store_loose
#err>
#err> no tp_traverse visits a field: the field at offset 8 of misuse.Two [field-forgotten in misuse]
#err>   stored in store_two_impl at misuse.c:@forgotten
#err>
#err> a field was overwritten without HPyField_Store: the field at offset 0 of misuse.Box [field-overwritten in misuse]
#err>   stored in wipe_field_impl at misuse.c:@wiped
#err>
#err> HPyField_Load: a field was copied: it has what was stored in the field at offset 0 of misuse.Box [field-copied in misuse]
#err>   used in   copy_field_impl at misuse.c:@copied field
#err>   stored in copy_field_impl at misuse.c:@original
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@copy_field
#err>
#err> a field was copied: the field at offset 0 of misuse.Box: it has what was stored in the field at offset 0 of misuse.Box [field-copied in misuse]
#err>   stored in copy_field_impl at misuse.c:@original
#err>
#err> HPyField_Load: a field was copied: it holds no reference: it was copied and the field has changed since, or it never was one [field-copied in misuse]
#err>   used in   load_stale_impl at misuse.c:@stale field
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@load_stale
#err>
#err> a struct is smaller than its use: the basicsize of misuse.Small is 8, and C has written up to 24 bytes beyond [struct-overrun in misuse]
#err>
#err> HPy_AsStruct_Object: AsStruct is used for an object of another shape: Invalid usage of _HPy_AsStruct_Object. Expected shape HPyType_BuiltinShape_Object but got HPyType_BuiltinShape_Legacy [wrong-shape in misuse]
#err>   used in   Box_AsStruct at misuse.c:*
#err>             wrong_struct_impl at misuse.c:@wrong struct
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@wrong_struct
#err>
#err> HPy_TypeCheck: an argument has the wrong type: HPy_TypeCheck arg 2 must be a type [wrong-type in misuse]
#err>   used in   not_a_type_impl at misuse.c:@no type
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@not_a_type
#err>
#err> HPyListBuilder_Build: a builder is used after it was built or cancelled [builder-used-up in misuse]
#err>   used in   build_twice_impl at misuse.c:@built twice
#err>   opened in build_twice_impl at misuse.c:@builder
#err>   closed in build_twice_impl at misuse.c:@built
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@build_twice
#err>
#err> HPyTupleBuilder_Build: a builder is built with an item that was never set: index 1 of a builder for 3 [builder-hole in misuse]
#err>   used in   build_wrongly_impl at misuse.c:@hole
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@build_wrongly
#err>
#err> HPyListBuilder_Set: a builder has no such index: index 1 of a builder for 1 [builder-index in misuse]
#err>   used in   build_wrongly_impl at misuse.c:@beyond
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@build_wrongly
#err>
#err> HPyTracker_Add: a tracker is used after it was closed [tracker-closed in misuse]
#err>   used in   track_late_impl at misuse.c:@tracked late
#err>   opened in track_late_impl at misuse.c:@tracker
#err>   closed in track_late_impl at misuse.c:@tracker closed
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@track_late
#err>
#err> a function succeeds and leaves an error [error-left in misuse]
#err>   used in   leave_error_impl at misuse.c:*
#err>   error     ValueError('left behind')
#err>   set in    leave_error_impl at misuse.c:@error set
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@leave_error
#err>
#err> a function fails and leaves no error [error-missing in misuse]
#err>   used in   miss_error_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@miss_error
#err>
#err> HPy_Repr: the API is called with an error pending [error-pending in misuse]
#err>   used in   ignore_error_impl at misuse.c:@error pending
#err>   error     ValueError('ignored')
#err>   set in    ignore_error_impl at misuse.c:@ignored
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@ignore_error
#err>
#err> HPyUnicode_FromString: an argument is NULL: a string is needed [null-argument in misuse]
#err>   used in   pass_null_impl at misuse.c:@no text
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@pass_null
#err>
#err> HPy_Type: an argument is NULL: a handle is needed [null-argument in misuse]
#err>   used in   pass_null_impl at misuse.c:@no object
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@pass_null
#err>
#err> HPyTuple_FromArray: an argument is NULL: an array is needed [null-argument in misuse]
#err>   used in   pass_null_impl at misuse.c:@no array
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@pass_null
#err>
#err> HPy_Type: an argument is NULL: a handle is needed [null-argument in misuse]
#err>   used in   pass_failure_impl at misuse.c:@of a failure
#err>   error     AttributeError("'int' object has no attribute 'missing'")
#err>   set in    pass_failure_impl at misuse.c:@no attribute
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@pass_failure
#err>
#err> a function fails and leaves no error [error-missing in misuse]
#err>   used in   Grasp_hash_impl at misuse.c:*
#err>   called by attempt at debug_every_rule.py:@attempt
#err>             <module> at debug_every_rule.py:@hash
#err>
#err> HPy_Close: the API is used by a function that gets no context: tp_destroy must not use the API [no-context in misuse]
#err>   used in   Grasp_destroy_impl at misuse.c:@closed in destroy
#err>
#err> hpy.debug: 35 violations at 35 places, 0 leaked handles in misuse, other.misuse
