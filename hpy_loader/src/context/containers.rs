//! `list`, `tuple`, `dict`, `slice`.

use super::builder::{MAX_ITEMS, number, open_or_fail};
use super::prelude::*;
use smallvec::SmallVec;

/// Whether an object is an instance of a builtin type or a subclass.
pub(super) fn check<R: Runtime>(
    call: ContextCall<R>,
    h: HPy,
    kind: BuiltinKind,
) -> VmResult<c_int, R> {
    Ok(c_int::from(
        call.runtime().is_builtin_instance(&*call.get(h)?, kind),
    ))
}

/// What CPython raises when a C function gets an object of a type that it does
/// not work on.
pub(super) fn bad_argument<R: Runtime>(call: ContextCall<R>) -> R::Object {
    call.system_error("bad argument to internal function")
}

pub(super) fn expect_builtin<R: Runtime>(
    call: ContextCall<R>,
    object: &R::Object,
    kind: BuiltinKind,
) -> VmResult<(), R> {
    match call.runtime().is_builtin_instance(object, kind) {
        true => Ok(()),
        false => Err(bad_argument(call)),
    }
}

/// More items than this take the general path, which asks whether there is memory.
const SMALL: usize = 64;

/// A tuple of a few objects.
#[inline(always)]
fn fast_tuple<R: Runtime>(
    call: FastCall<R>,
    items: &ArrayArg<HPy, *mut HPy>,
    count: HPy_ssize_t,
) -> Option<HPy> {
    call.expect_no_traverse()?;
    let count = usize::try_from(count).ok()?;
    if count > SMALL || items.is_null() || !R::UNTRACKED_ROOTS {
        return None;
    }
    let mut roots = Vec::with_capacity(count);
    for index in 0..count {
        let item = items.read(index);
        roots.push(match call.peek(item) {
            Some(object) => call.runtime().duplicate(object),
            None => number(call.runtime(), item)?,
        });
    }
    let made = call
        .runtime()
        .new_tuple_from_roots(roots.into_boxed_slice());
    Some(open_or_fail(call, "ctx_Tuple_FromArray", made))
}

context_functions! {
    fn ctx_List_Check(call, h: HPy) -> c_int {
        check(call, h, BuiltinKind::List)
    }

    /// The items are `None` until they are set; CPython leaves them NULL.
    fn ctx_List_New(call, len: HPy_ssize_t) -> HPy {
        let Ok(len) = usize::try_from(len) else {
            return Err(bad_argument(call));
        };
        if len > MAX_ITEMS {
            return Err(call.no_memory());
        }
        let none = call.get(call.constants().h_None)?;
        let vm = call.runtime();
        let items = (0..len).map(|_| vm.duplicate(&none));
        call.open(vm.new_list(items)?)
    }

    fn ctx_List_Append(call, h_list: HPy, h_item: HPy) -> c_int {
        let (list, item) = (call.get(h_list)?, call.get(h_item)?);
        expect_builtin(call, &list, BuiltinKind::List)?;
        call.runtime().list_append(&list, &item).map(|()| 0)
    }

    fn ctx_Dict_Check(call, h: HPy) -> c_int {
        check(call, h, BuiltinKind::Dict)
    }

    fn ctx_Dict_New(call) -> HPy {
        fast {
            call.expect_no_traverse()?;
            call.open(call.runtime().new_dict().ok()?)
        }
        general { call.open(call.runtime().new_dict()?) }
    }

    fn ctx_Dict_Keys(call, h: HPy) -> HPy {
        let dict = call.get(h)?;
        expect_builtin(call, &dict, BuiltinKind::Dict)?;
        call.open(call.runtime().dict_keys(&dict)?)
    }

    fn ctx_Dict_Copy(call, h: HPy) -> HPy {
        let dict = call.get(h)?;
        expect_builtin(call, &dict, BuiltinKind::Dict)?;
        call.open(call.runtime().dict_copy(&dict)?)
    }

    fn ctx_Tuple_Check(call, h: HPy) -> c_int {
        check(call, h, BuiltinKind::Tuple)
    }

    fn ctx_Tuple_FromArray(call, items: ArrayArg<HPy, *mut HPy>, n: HPy_ssize_t) -> HPy {
        fast { fast_tuple(call, &items, n) }
        general {
            let Ok(count) = usize::try_from(n) else {
                return Err(bad_argument(call));
            };
            let mut pins = SmallVec::<[_; 8]>::new();
            call.get_array(&items, count, &mut pins)?;
            let vm = call.runtime();
            let tuple = vm.new_tuple(pins.iter().map(|item| vm.duplicate(item)))?;
            call.open(tuple)
        }
    }

    fn ctx_Slice_Unpack(
        call,
        slice: HPy,
        start: Out<HPy_ssize_t>,
        stop: Out<HPy_ssize_t>,
        step: Out<HPy_ssize_t>,
    ) -> c_int {
        let slice = call.get(slice)?;
        if !call.runtime().is_builtin_instance(&slice, BuiltinKind::Slice) {
            return Err(call.type_error("HPySlice_Unpack arg 1 must be a slice"));
        }
        let unpacked = call.leave(|vm| vm.unpack_slice(&slice))?;
        start.set(unpacked.0);
        stop.set(unpacked.1);
        step.set(unpacked.2);
        Ok(0)
    }
}
