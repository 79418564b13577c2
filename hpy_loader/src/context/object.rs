//! The object protocol.

use super::prelude::*;
use crate::runtime::CompareOp;

pub(crate) unsafe fn ctx_IsTrue<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    let object = entry.get(h)?;
    entry.leave(|vm| vm.is_true(&object)).map(c_int::from)
}

pub(crate) unsafe fn ctx_Length<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<HPy_ssize_t, R> {
    let object = entry.get(h)?;
    entry.leave(|vm| vm.length(&object)).map(usize::cast_signed)
}

pub(crate) unsafe fn ctx_GetAttr<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    name: HPy,
) -> VmResult<HPy, R> {
    let (object, name) = (entry.get(obj)?, entry.get(name)?);
    entry.open_or_revive(entry.leave(|vm| vm.get_attr(&object, &name))?)
}

pub(crate) unsafe fn ctx_GetAttr_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_name: *const c_char,
) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    // SAFETY: the extension gives a C string.
    let name = unsafe { entry.text(utf8_name) }?;
    entry.open_or_revive(entry.leave(|vm| vm.get_attr_str(&object, name))?)
}

/// `HasAttr` cannot fail: any exception means "no", as for `PyObject_HasAttr`.
pub(crate) unsafe fn ctx_HasAttr<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    name: HPy,
) -> VmResult<c_int, R> {
    let (object, name) = (entry.get(obj)?, entry.get(name)?);
    Ok(c_int::from(
        entry.leave(|vm| vm.get_attr(&object, &name).is_ok()),
    ))
}

pub(crate) unsafe fn ctx_HasAttr_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_name: *const c_char,
) -> VmResult<c_int, R> {
    let object = entry.get(obj)?;
    // SAFETY: the extension gives a C string.
    let Ok(name) = (unsafe { entry.text(utf8_name) }) else {
        return Ok(0);
    };
    Ok(c_int::from(
        entry.leave(|vm| vm.get_attr_str(&object, name).is_ok()),
    ))
}

pub(crate) unsafe fn ctx_SetAttr<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    name: HPy,
    value: HPy,
) -> VmResult<c_int, R> {
    let (object, name) = (entry.get(obj)?, entry.get(name)?);
    if value.is_null() {
        let delete = |vm: &R| vm.set_attr(&object, &name, None);
        return entry.leave(delete).map(|()| 0);
    }
    let value = entry.get(value)?;
    let set = |vm: &R| vm.set_attr(&object, &name, Some(&value));
    entry.leave(set).map(|()| 0)
}

pub(crate) unsafe fn ctx_SetAttr_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_name: *const c_char,
    value: HPy,
) -> VmResult<c_int, R> {
    let object = entry.get(obj)?;
    // SAFETY: the extension gives a C string.
    let name = unsafe { entry.text(utf8_name) }?;
    if value.is_null() {
        let delete = |vm: &R| vm.set_attr_str(&object, name, None);
        return entry.leave(delete).map(|()| 0);
    }
    let value = entry.get(value)?;
    let set = |vm: &R| vm.set_attr_str(&object, name, Some(&value));
    entry.leave(set).map(|()| 0)
}

pub(crate) unsafe fn ctx_GetItem<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    key: HPy,
) -> VmResult<HPy, R> {
    let (object, key) = (entry.get(obj)?, entry.get(key)?);
    entry.open_or_revive(entry.leave(|vm| vm.get_item(&object, &key))?)
}

pub(crate) unsafe fn ctx_GetItem_i<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    idx: HPy_ssize_t,
) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open_or_revive(entry.leave(|vm| vm.get_item_index(&object, idx))?)
}

/// The handle of a string key. It has a slot, as it lives across a runtime call.
unsafe fn key<R: Runtime>(entry: Entry<R>, utf8_key: *const c_char) -> VmResult<Key<R>, R> {
    // SAFETY: the extension gives a C string.
    let text = unsafe { entry.text(utf8_key) }?;
    let handle = entry.open(entry.runtime().new_str(text)?)?;
    Ok(Key { entry, handle })
}

/// A handle of ours that is closed again.
struct Key<R: Runtime> {
    entry: Entry<R>,
    handle: HPy,
}

impl<R: Runtime> Drop for Key<R> {
    fn drop(&mut self) {
        self.entry
            .core()
            .handles()
            .close(RawHandle::from_bits(self.handle.0));
    }
}

pub(crate) unsafe fn ctx_GetItem_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_key: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a C string.
    let key = unsafe { key(entry, utf8_key) }?;
    // SAFETY: as this function's.
    unsafe { ctx_GetItem(entry, obj, key.handle) }
}

fn set_item<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    key: HPy,
    value: Option<HPy>,
) -> VmResult<c_int, R> {
    let (object, key) = (entry.get(obj)?, entry.get(key)?);
    let Some(value) = value else {
        let delete = |vm: &R| vm.set_item(&object, &key, None);
        return entry.leave(delete).map(|()| 0);
    };
    let value = entry.get(value)?;
    let set = |vm: &R| vm.set_item(&object, &key, Some(&value));
    entry.leave(set).map(|()| 0)
}

fn set_item_index<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    index: isize,
    value: Option<HPy>,
) -> VmResult<c_int, R> {
    let object = entry.get(obj)?;
    let value = value.map(|value| entry.get(value)).transpose()?;
    entry
        .leave(|vm| vm.set_item_index(&object, index, value.as_deref()))
        .map(|()| 0)
}

pub(crate) unsafe fn ctx_SetItem<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    key: HPy,
    value: HPy,
) -> VmResult<c_int, R> {
    set_item(entry, obj, key, Some(value))
}

pub(crate) unsafe fn ctx_SetItem_i<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    idx: HPy_ssize_t,
    value: HPy,
) -> VmResult<c_int, R> {
    set_item_index(entry, obj, idx, Some(value))
}

pub(crate) unsafe fn ctx_SetItem_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_key: *const c_char,
    value: HPy,
) -> VmResult<c_int, R> {
    // SAFETY: the extension gives a C string.
    let key = unsafe { key(entry, utf8_key) }?;
    set_item(entry, obj, key.handle, Some(value))
}

pub(crate) unsafe fn ctx_DelItem<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    key: HPy,
) -> VmResult<c_int, R> {
    set_item(entry, obj, key, None)
}

pub(crate) unsafe fn ctx_DelItem_i<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    idx: HPy_ssize_t,
) -> VmResult<c_int, R> {
    set_item_index(entry, obj, idx, None)
}

pub(crate) unsafe fn ctx_DelItem_s<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    utf8_key: *const c_char,
) -> VmResult<c_int, R> {
    // SAFETY: the extension gives a C string.
    let key = unsafe { key(entry, utf8_key) }?;
    set_item(entry, obj, key.handle, None)
}

pub(crate) unsafe fn ctx_Contains<R: Runtime>(
    entry: Entry<R>,
    container: HPy,
    key: HPy,
) -> VmResult<c_int, R> {
    let (container, key) = (entry.get(container)?, entry.get(key)?);
    entry
        .leave(|vm| vm.contains(&container, &key))
        .map(c_int::from)
}

pub(crate) unsafe fn ctx_Hash<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy_hash_t, R> {
    let object = entry.get(obj)?;
    entry.leave(|vm| vm.hash(&object))
}

pub(crate) unsafe fn ctx_Repr<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open(entry.leave(|vm| vm.repr(&object))?)
}

pub(crate) unsafe fn ctx_Str<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open(entry.leave(|vm| vm.str(&object))?)
}

pub(crate) unsafe fn ctx_ASCII<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open(entry.leave(|vm| vm.ascii(&object))?)
}

pub(crate) unsafe fn ctx_Bytes<R: Runtime>(entry: Entry<R>, obj: HPy) -> VmResult<HPy, R> {
    let object = entry.get(obj)?;
    entry.open(entry.leave(|vm| vm.bytes(&object))?)
}

fn compare_op<R: Runtime>(entry: Entry<R>, op: c_int) -> VmResult<CompareOp, R> {
    Ok(match HPy_RichCmpOp(op) {
        HPy_RichCmpOp::HPy_LT => CompareOp::Lt,
        HPy_RichCmpOp::HPy_LE => CompareOp::Le,
        HPy_RichCmpOp::HPy_EQ => CompareOp::Eq,
        HPy_RichCmpOp::HPy_NE => CompareOp::Ne,
        HPy_RichCmpOp::HPy_GT => CompareOp::Gt,
        HPy_RichCmpOp::HPy_GE => CompareOp::Ge,
        _ => return Err(entry.system_error(&format!("{op} is no comparison operator"))),
    })
}

pub(crate) unsafe fn ctx_RichCompare<R: Runtime>(
    entry: Entry<R>,
    v: HPy,
    w: HPy,
    op: c_int,
) -> VmResult<HPy, R> {
    let op = compare_op(entry, op)?;
    let (a, b) = (entry.get(v)?, entry.get(w)?);
    entry.open(entry.leave(|vm| vm.compare(op, &a, &b))?)
}

pub(crate) unsafe fn ctx_RichCompareBool<R: Runtime>(
    entry: Entry<R>,
    v: HPy,
    w: HPy,
    op: c_int,
) -> VmResult<c_int, R> {
    let op = compare_op(entry, op)?;
    let (a, b) = (entry.get(v)?, entry.get(w)?);
    entry
        .leave(|vm| vm.compare_bool(op, &a, &b))
        .map(c_int::from)
}

pub(crate) unsafe fn ctx_Dump<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<(), R> {
    let object = entry.get(h)?;
    entry.leave(|vm| vm.dump(&object));
    Ok(())
}
