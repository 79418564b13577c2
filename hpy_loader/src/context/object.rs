//! The object protocol.

use super::number::fast_compare;
use super::prelude::*;
use crate::handles::Pin;
use crate::runtime::CompareOp;

/// The `str` of a key known to C. It has a slot while it is needed, since it lives across
/// a call of the runtime.
fn string_key<R: Runtime>(
    call: ContextCall<R>,
    utf8_key: &CStrArg,
) -> VmResult<Pin<'static, R::Object>, R> {
    let key = call.text(utf8_key)?;
    call.pin_new(call.runtime().new_str(key)?)
}

/// `object[key] = value`, or `del object[key]` for no value.
fn set_item<R: Runtime>(
    call: ContextCall<R>,
    obj: HPy,
    key: &R::Object,
    value: Option<HPy>,
) -> VmResult<c_int, R> {
    let object = call.get(obj)?;
    let value = value.map(|value| call.get(value)).transpose()?;
    call.leave(|vm| vm.set_item(&object, key, value.as_deref()))
        .map(|()| 0)
}

fn set_item_index<R: Runtime>(
    call: ContextCall<R>,
    obj: HPy,
    index: isize,
    value: Option<HPy>,
) -> VmResult<c_int, R> {
    let object = call.get(obj)?;
    let value = value.map(|value| call.get(value)).transpose()?;
    call.leave(|vm| vm.set_item_index(&object, index, value.as_deref()))
        .map(|()| 0)
}

/// The operator of a number that C gives. `None` for any other number.
#[inline(always)]
fn compare_op(op: c_int) -> Option<CompareOp> {
    Some(match HPy_RichCmpOp(op) {
        HPy_RichCmpOp::HPy_LT => CompareOp::Lt,
        HPy_RichCmpOp::HPy_LE => CompareOp::Le,
        HPy_RichCmpOp::HPy_EQ => CompareOp::Eq,
        HPy_RichCmpOp::HPy_NE => CompareOp::Ne,
        HPy_RichCmpOp::HPy_GT => CompareOp::Gt,
        HPy_RichCmpOp::HPy_GE => CompareOp::Ge,
        _ => return None,
    })
}

fn known_op<R: Runtime>(call: ContextCall<R>, op: c_int) -> VmResult<CompareOp, R> {
    compare_op(op).ok_or_else(|| call.system_error(&format!("{op} is no comparison operator")))
}

context_functions! {
    fn ctx_IsTrue(call, h: HPy) -> c_int {
        fast { call.runtime().fast_truth(call.peek(h)?).map(c_int::from) }
        general {
            let object = call.get(h)?;
            call.leave(|vm| vm.is_true(&object)).map(c_int::from)
        }
    }

    fn ctx_Length(call, h: HPy) -> HPy_ssize_t {
        fast { call.runtime().fast_length(call.peek(h)?).map(usize::cast_signed) }
        general {
            let object = call.get(h)?;
            call.leave(|vm| vm.length(&object)).map(usize::cast_signed)
        }
    }

    fn ctx_GetAttr(call, obj: HPy, name: HPy) -> HPy {
        let (object, name) = (call.get(obj)?, call.get(name)?);
        call.open(call.leave(|vm| vm.get_attr(&object, &name))?)
    }

    fn ctx_GetAttr_s(call, obj: HPy, utf8_name: CStrArg) -> HPy {
        let object = call.get(obj)?;
        let name = call.text(&utf8_name)?;
        call.open(call.leave(|vm| vm.get_attr_str(&object, name))?)
    }

    /// `HasAttr` cannot fail: any exception means "no", as for `PyObject_HasAttr`.
    fn ctx_HasAttr(call, obj: HPy, name: HPy) -> c_int {
        let (object, name) = (call.get(obj)?, call.get(name)?);
        Ok(c_int::from(
            call.leave(|vm| vm.get_attr(&object, &name).is_ok()),
        ))
    }

    fn ctx_HasAttr_s(call, obj: HPy, utf8_name: CStrArg) -> c_int {
        let object = call.get(obj)?;
        let Ok(name) = call.text(&utf8_name) else {
            return Ok(0);
        };
        Ok(c_int::from(
            call.leave(|vm| vm.get_attr_str(&object, name).is_ok()),
        ))
    }

    fn ctx_SetAttr(call, obj: HPy, name: HPy, value: HPy) -> c_int {
        let (object, name) = (call.get(obj)?, call.get(name)?);
        let value = call.get_optional(value)?;
        call.leave(|vm| vm.set_attr(&object, &name, value.as_deref()))
            .map(|()| 0)
    }

    fn ctx_SetAttr_s(call, obj: HPy, utf8_name: CStrArg, value: HPy) -> c_int {
        let object = call.get(obj)?;
        let name = call.text(&utf8_name)?;
        let value = call.get_optional(value)?;
        call.leave(|vm| vm.set_attr_str(&object, name, value.as_deref()))
            .map(|()| 0)
    }

    fn ctx_GetItem(call, obj: HPy, key: HPy) -> HPy {
        let (object, key) = (call.get(obj)?, call.get(key)?);
        call.open(call.leave(|vm| vm.get_item(&object, &key))?)
    }

    fn ctx_GetItem_i(call, obj: HPy, idx: HPy_ssize_t) -> HPy {
        fast {
            let index = usize::try_from(idx).ok()?;
            let object = call.peek(obj)?;
            call.runtime().with_item(object, index, |item| call.open_or_revive(item))?
        }
        general {
            let object = call.get(obj)?;
            call.open(call.leave(|vm| vm.get_item_index(&object, idx))?)
        }
    }

    fn ctx_GetItem_s(call, obj: HPy, utf8_key: CStrArg) -> HPy {
        let (object, key) = (call.get(obj)?, string_key(call, &utf8_key)?);
        call.open(call.leave(|vm| vm.get_item(&object, &key))?)
    }

    fn ctx_SetItem(call, obj: HPy, key: HPy, value: HPy) -> c_int {
        set_item(call, obj, &*call.get(key)?, Some(value))
    }

    fn ctx_SetItem_i(call, obj: HPy, idx: HPy_ssize_t, value: HPy) -> c_int {
        fast {
            let index = usize::try_from(idx).ok()?;
            let value = call.duplicate(value)?;
            match call.runtime().fast_replace_item(call.peek(obj)?, index, value) {
                Ok(old) => {
                    call.drop_unlocked(old);
                    Some(0)
                }
                Err(value) => {
                    // The handle keeps the object as well.
                    drop(value);
                    None
                }
            }
        }
        general { set_item_index(call, obj, idx, Some(value)) }
    }

    fn ctx_SetItem_s(call, obj: HPy, utf8_key: CStrArg, value: HPy) -> c_int {
        let key = string_key(call, &utf8_key)?;
        set_item(call, obj, &key, Some(value))
    }

    fn ctx_DelItem(call, obj: HPy, key: HPy) -> c_int {
        set_item(call, obj, &*call.get(key)?, None)
    }

    fn ctx_DelItem_i(call, obj: HPy, idx: HPy_ssize_t) -> c_int {
        set_item_index(call, obj, idx, None)
    }

    fn ctx_DelItem_s(call, obj: HPy, utf8_key: CStrArg) -> c_int {
        let key = string_key(call, &utf8_key)?;
        set_item(call, obj, &key, None)
    }

    fn ctx_Contains(call, container: HPy, key: HPy) -> c_int {
        let (container, key) = (call.get(container)?, call.get(key)?);
        call
            .leave(|vm| vm.contains(&container, &key))
            .map(c_int::from)
    }

    fn ctx_Hash(call, obj: HPy) -> HPy_hash_t {
        let object = call.get(obj)?;
        call.leave(|vm| vm.hash(&object))
    }

    fn ctx_Repr(call, obj: HPy) -> HPy {
        let object = call.get(obj)?;
        call.open(call.leave(|vm| vm.repr(&object))?)
    }

    fn ctx_Str(call, obj: HPy) -> HPy {
        let object = call.get(obj)?;
        call.open(call.leave(|vm| vm.str(&object))?)
    }

    fn ctx_ASCII(call, obj: HPy) -> HPy {
        let object = call.get(obj)?;
        call.open(call.leave(|vm| vm.ascii(&object))?)
    }

    fn ctx_Bytes(call, obj: HPy) -> HPy {
        let object = call.get(obj)?;
        call.open(call.leave(|vm| vm.bytes(&object))?)
    }

    fn ctx_RichCompare(call, v: HPy, w: HPy, op: c_int) -> HPy {
        fast {
            let constants = call.constants();
            let holds = fast_compare(call, v, w, compare_op(op)?)?;
            Some(if holds { constants.h_True } else { constants.h_False })
        }
        general {
            let op = known_op(call, op)?;
            let (a, b) = (call.get(v)?, call.get(w)?);
            call.open(call.leave(|vm| vm.compare(op, &a, &b))?)
        }
    }

    fn ctx_RichCompareBool(call, v: HPy, w: HPy, op: c_int) -> c_int {
        fast {
            let is_equal = HPy_RichCmpOp(op) == HPy_RichCmpOp::HPy_EQ;
            // Before all else: text is compared more often than numbers that Python has.
            if (is_equal || HPy_RichCmpOp(op) == HPy_RichCmpOp::HPy_NE)
                && let (Some(a), Some(b)) = (call.peek(v), call.peek(w))
                && let Some(equal) = call.runtime().fast_equality(a, b)
            {
                return Some(c_int::from(equal == is_equal));
            }
            fast_compare(call, v, w, compare_op(op)?).map(c_int::from)
        }
        general {
            let op = known_op(call, op)?;
            let (a, b) = (call.get(v)?, call.get(w)?);
            call
                .leave(|vm| vm.compare_bool(op, &a, &b))
                .map(c_int::from)
        }
    }

    fn ctx_Dump(call, h: HPy) {
        match call.get(h) {
            Ok(object) => call.leave(|vm| vm.dump(&object)),
            // In the words of `_PyObject_Dump`.
            Err(_) if h.is_null() => eprintln!("<object at NULL>"),
            Err(_) => eprintln!("<object at {:#x} is freed>", h.0),
        }
        Ok(())
    }
}
