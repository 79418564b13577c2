//! What upstream's development head has appended after 0.9.0, so that a binary
//! built from it loads and runs.

use super::containers::expect_builtin;
use super::prelude::*;
use crate::handles::Pin;

/// `slice(start, end)`, which lives across a call of the runtime.
fn slice<R: Runtime>(
    call: ContextCall<R>,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
) -> VmResult<Pin<'static, R::Object>, R> {
    let vm = call.runtime();
    let bound = |value: HPy_ssize_t| call.pin_new(vm.new_int(value as i64));
    let (start, end) = (bound(start)?, bound(end)?);
    let none = call.get(call.constants().h_None)?;
    call.pin_new(vm.new_slice(&start, &end, &none)?)
}

context_functions! {
    /// No type has the shape of a dict yet, in no release.
    fn ctx_AsStruct_Dict(call, h: HPy) -> *mut c_void {
        call.get(h)?;
        Err(call.type_error("AsStruct: the object has no native struct of the shape of a dict"))
    }

    fn ctx_List_Insert(call, h_list: HPy, index: HPy_ssize_t, h_item: HPy) -> c_int {
        let (list, item) = (call.get(h_list)?, call.get(h_item)?);
        expect_builtin(call, &list, BuiltinKind::List)?;
        call.runtime().list_insert(&list, index, &item).map(|()| 0)
    }

    fn ctx_GetSlice(call, obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy {
        let (object, slice) = (call.get(obj)?, slice(call, start, end)?);
        call.open(call.leave(|vm| vm.get_item(&object, &slice))?)
    }

    fn ctx_SetSlice(call, obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t, value: HPy) -> c_int {
        let (object, slice) = (call.get(obj)?, slice(call, start, end)?);
        let value = call.get(value)?;
        call
            .leave(|vm| vm.set_item(&object, &slice, Some(&value)))
            .map(|()| 0)
    }

    fn ctx_DelSlice(call, obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> c_int {
        let (object, slice) = (call.get(obj)?, slice(call, start, end)?);
        call
            .leave(|vm| vm.set_item(&object, &slice, None))
            .map(|()| 0)
    }

    fn ctx_GetIter(call, obj: HPy) -> HPy {
        let object = call.get(obj)?;
        call.open(call.leave(|vm| vm.get_iter(&object))?)
    }

    /// The end of the iteration is `HPy_NULL` without an error.
    fn ctx_Iter_Next(call, obj: HPy) -> HPy {
        let iterator = call.get(obj)?;
        match call.leave(|vm| vm.iter_next(&iterator))? {
            Some(item) => call.open(item),
            None => Ok(HPy::NULL),
        }
    }

    fn ctx_Iter_Check(call, obj: HPy) -> c_int {
        Ok(c_int::from(call.runtime().is_iterator(&*call.get(obj)?)))
    }

    /// `HPy_NULL` stands for `None`.
    fn ctx_Slice_New(call, start: HPy, stop: HPy, step: HPy) -> HPy {
        let none = call.constants().h_None;
        let bound = |h: HPy| call.get(if h.is_null() { none } else { h });
        let (start, stop, step) = (bound(start)?, bound(stop)?, bound(step)?);
        call.open(call.runtime().new_slice(&start, &stop, &step)?)
    }
}
