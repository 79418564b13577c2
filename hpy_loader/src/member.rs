//! Members of native structs as Python attributes.
//!
//! What `PyMember_GetOne` and `PyMember_SetOne` of CPython 3.11 do, with
//! `HPyField`s where CPython has `PyObject *`.

use crate::abi::*;
use crate::boundary::ContextCall;
use crate::call::Loader;
use crate::context as c;
use crate::handles::{ArgumentScope, RawHandle};
use crate::native::FieldRef;
use crate::runtime::{Runtime, VmResult};
use crate::spec::MemberDef;
use std::ffi::{
    CStr, c_char, c_int, c_long, c_longlong, c_short, c_uint, c_ulonglong, c_ushort, c_void,
};
use std::ptr::NonNull;

type Type = HPyMember_FieldType;

/// Reads the member of the native struct at `native`. `type_name` is that of the
/// object, for messages.
///
/// # Errors
///
/// `AttributeError` for an empty `HPyMember_OBJECT_EX`; `UnicodeDecodeError` for
/// a C string that is not UTF-8.
///
/// # Safety
///
/// `native` is the struct of an object of the type that defines the member, or
/// of a type derived from it.
pub unsafe fn get<R: Runtime>(
    loader: &'static Loader<R>,
    member: &MemberDef,
    type_name: &str,
    native: *mut c_void,
) -> VmResult<R::Object, R> {
    let _entered = loader.lock().enter(loader.runtime());
    let vm = loader.runtime();
    let constant = |h: HPy| match loader.core().handles().pin(RawHandle::from(h)) {
        Some(object) => vm.duplicate(&object),
        None => unreachable!("constants of the context stay open"),
    };
    // SAFETY: the extension declares where in its struct the member lies.
    let address = unsafe { native.byte_add(member.offset) };
    let decode = |bytes: &[u8]| {
        // The bytes are the extension's, which may run once the lock is left.
        let bytes = bytes.to_vec();
        loader
            .core()
            .leave(|vm| vm.decode(&bytes, "utf-8", "strict"))
    };
    // SAFETY: the extension declares the member's type; alignment is not
    // assumed.
    unsafe {
        Ok(match member.field_type {
            Type::HPyMember_SHORT => vm.new_int(read::<c_short>(address).into()),
            Type::HPyMember_INT => vm.new_int(read::<c_int>(address).into()),
            Type::HPyMember_LONG => vm.new_int(read::<c_long>(address)),
            Type::HPyMember_FLOAT => vm.new_float(read::<f32>(address).into()),
            Type::HPyMember_DOUBLE => vm.new_float(read::<f64>(address)),
            Type::HPyMember_STRING => match read::<*const c_char>(address) {
                text if text.is_null() => constant(loader.constants().h_None),
                text => decode(CStr::from_ptr(text).to_bytes())?,
            },
            Type::HPyMember_STRING_INPLACE => {
                // A string without a NUL ends with the struct.
                let bytes = std::slice::from_raw_parts(address.cast::<u8>(), member.room);
                decode(bytes.split(|&byte| byte == 0).next().unwrap_or_default())?
            }
            Type::HPyMember_CHAR => decode(&[read::<u8>(address)])?,
            Type::HPyMember_BYTE => vm.new_int(read::<i8>(address).into()),
            Type::HPyMember_UBYTE => vm.new_int(read::<u8>(address).into()),
            Type::HPyMember_USHORT => vm.new_int(read::<c_ushort>(address).into()),
            Type::HPyMember_UINT => vm.new_int(read::<c_uint>(address).into()),
            Type::HPyMember_ULONG => vm.new_unsigned_int(read::<c_ulong>(address)),
            Type::HPyMember_BOOL => constant(match read::<u8>(address) {
                0 => loader.constants().h_False,
                _ => loader.constants().h_True,
            }),
            Type::HPyMember_LONGLONG => vm.new_int(read::<c_longlong>(address)),
            Type::HPyMember_ULONGLONG => vm.new_unsigned_int(read::<c_ulonglong>(address)),
            Type::HPyMember_HPYSSIZET => vm.new_int(read::<HPy_ssize_t>(address) as i64),
            Type::HPyMember_OBJECT | Type::HPyMember_OBJECT_EX if member.is_legacy => {
                let pointer = NonNull::new(read::<*mut cpy_PyObject>(address));
                match pointer.map(|pointer| vm.object_behind(pointer)) {
                    Some(Some(object)) => object,
                    Some(None) => {
                        let what = format!("'{type_name}.{}' holds", member.name);
                        return Err(loader.core().dead_py_object(&what));
                    }
                    None => empty(loader, member, type_name)?,
                }
            }
            Type::HPyMember_OBJECT | Type::HPyMember_OBJECT_EX => {
                let (field, name) = (read::<HPyField>(address), &member.name);
                let word = RawHandle::from_bits(field.0);
                let object = loader.fields().with(field, |object| vm.duplicate(object));
                match object {
                    Some(object) => object,
                    None if word.is_immediate() => number(vm, word),
                    None if !word.is_null() => {
                        let class = loader.constants().h_SystemError;
                        let message = format!(
                            "the field of '{type_name}.{name}' holds no reference: it was \
                             copied, or its memory was overwritten"
                        );
                        return Err(loader.error(class, &message));
                    }
                    None => empty(loader, member, type_name)?,
                }
            }
            // `HPyMember_NONE`; the definition was checked when it was read.
            _ => constant(loader.constants().h_None),
        })
    }
}

/// What an empty member of an object reads as.
fn empty<R: Runtime>(
    loader: &'static Loader<R>,
    member: &MemberDef,
    type_name: &str,
) -> VmResult<R::Object, R> {
    if member.field_type == Type::HPyMember_OBJECT {
        let none = RawHandle::from(loader.constants().h_None);
        if let Some(none) = loader.core().handles().pin(none) {
            return Ok(loader.runtime().duplicate(&none));
        }
    }
    let class = loader.constants().h_AttributeError;
    let message = format!("'{type_name}' object has no attribute '{}'", member.name);
    Err(loader.error(class, &message))
}

fn number<R: Runtime>(vm: &R, immediate: RawHandle) -> R::Object {
    match (immediate.as_i64(), immediate.as_f64()) {
        (Some(value), _) => vm.new_int(value),
        (_, value) => vm.new_float(value.unwrap_or_default()),
    }
}

/// # Safety
///
/// `address` points to a readable `T`, aligned or not.
unsafe fn read<T>(address: *const c_void) -> T {
    // SAFETY: the caller vouches for it.
    unsafe { address.cast::<T>().read_unaligned() }
}

/// # Safety
///
/// `address` points to a writable `T`, aligned or not.
unsafe fn write<T>(address: *mut c_void, value: T) {
    // SAFETY: the caller vouches for it.
    unsafe { address.cast::<T>().write_unaligned(value) };
}

/// Writes the member of the native struct at `native`; no value deletes it.
/// `type_name` is that of the type that has the member.
///
/// # Errors
///
/// `AttributeError` for a read-only member, `TypeError` or `OverflowError` for a
/// value that does not fit the C type. Values that C would truncate are, with a
/// `RuntimeWarning`.
///
/// # Safety
///
/// As [`get`], and the object's struct is not in use by other threads outside
/// the HPy lock.
pub unsafe fn set<R: Runtime>(
    loader: &'static Loader<R>,
    member: &MemberDef,
    type_name: &str,
    native: *mut c_void,
    value: Option<R::Object>,
) -> VmResult<(), R> {
    let constants = loader.constants();
    let is_object = matches!(
        member.field_type,
        Type::HPyMember_OBJECT | Type::HPyMember_OBJECT_EX
    );
    if member.readonly {
        // hpy 0.9.0 makes an object's member a getter and a setter (`ctx_type.c`,
        // `create_member_defs`), and CPython has other words where one is missing.
        let message = match is_object && !member.is_legacy {
            true => &format!(
                "attribute '{}' of '{type_name}' objects is not writable",
                member.name
            ),
            false => "readonly attribute",
        };
        return Err(loader.error(constants.h_AttributeError, message));
    }
    let _entered = loader.lock().enter(loader.runtime());
    // SAFETY: the extension declares where in its struct the member lies.
    let address = unsafe { native.byte_add(member.offset) };
    if is_object && member.is_legacy {
        // SAFETY: the extension declares that a `PyObject *` lies there.
        return unsafe { set_py_object(loader, member, address.cast(), value) };
    }
    if is_object {
        // SAFETY: the extension declares that an `HPyField` lies there.
        let field = unsafe { FieldRef::new(address.cast()) };
        let (old, stored) = match value.map(|value| loader.fields().store(field, value)) {
            None => (loader.fields().clear(field), Ok(())),
            Some(Ok(old)) => (old, Ok(())),
            Some(Err(value)) => {
                let message = "there is no memory for fields";
                let error = loader.error(constants.h_MemoryError, message);
                (Some(value), Err(error))
            }
        };
        loader.core().leave(|_| drop(old));
        return stored;
    }
    let Some(value) = value else {
        return Err(loader.error(constants.h_TypeError, "can't delete numeric/char attribute"));
    };
    let mut frame = ArgumentScope::new(loader.core().handles());
    let Ok(word) = frame.push(value) else {
        return Err(loader.error(constants.h_MemoryError, "the handle table is full"));
    };
    let call = ContextCall::internal(loader.core(), "HPyMember");
    // SAFETY: the caller vouches for the struct, the extension for the member.
    let stored = unsafe { store(call, member, address, HPy::from(word)) };
    let values = frame.finish();
    loader.core().leave(|_| drop(values));
    stored
}

/// Stores a reference of C's, and gives up the one that was there.
///
/// # Safety
///
/// `place` is null or has a reference of C's.
unsafe fn set_py_object<R: Runtime>(
    loader: &'static Loader<R>,
    member: &MemberDef,
    place: *mut *mut cpy_PyObject,
    value: Option<R::Object>,
) -> VmResult<(), R> {
    let (core, vm) = (loader.core(), loader.runtime());
    let stored = match &value {
        Some(value) => match vm.as_py_object(value) {
            Some(pointer) => pointer.as_ptr(),
            None => {
                let class = loader.constants().h_MemoryError;
                return Err(loader.error(class, "there is no PyObject * of a value"));
            }
        },
        None => std::ptr::null_mut(),
    };
    // SAFETY: the caller vouches for it; alignment is not assumed.
    let old = NonNull::new(unsafe { place.read_unaligned() });
    let is_missing = value.is_none() && old.is_none();
    if is_missing && member.field_type == Type::HPyMember_OBJECT_EX {
        // CPython's words.
        return Err(loader.error(loader.constants().h_AttributeError, &member.name));
    }
    // SAFETY: as above.
    unsafe { place.write_unaligned(stored) };
    // SAFETY: the reference was the member's.
    let last = old.and_then(|old| unsafe { vm.release_py_object(old) });
    core.leave(|_| drop((last, value)));
    Ok(())
}

/// # Safety
///
/// `address` points to a member of the declared type.
unsafe fn store<R: Runtime>(
    call: ContextCall<R>,
    member: &MemberDef,
    address: *mut c_void,
    value: HPy,
) -> VmResult<(), R> {
    let check = |fits: bool, warning: &str| match fits {
        true => Ok(()),
        false => warn(call, warning),
    };
    const NEGATIVE: &str = "Writing negative value into unsigned field";
    /// Stores a C integer, and warns if it is narrower than the value.
    macro_rules! narrow {
        ($c_type:ty, $name:literal) => {{
            let value = c::as_long(call, value)?;
            write(address, value as $c_type);
            let fits = <$c_type>::try_from(value).is_ok();
            check(fits, concat!("Truncation of value to ", $name))?;
        }};
    }
    // SAFETY: the caller vouches for the address; any handle is fine.
    unsafe {
        match member.field_type {
            Type::HPyMember_BOOL => {
                let constants = call.constants();
                let truth = match value {
                    _ if c::is_same(call, value, constants.h_True)? => 1,
                    _ if c::is_same(call, value, constants.h_False)? => 0,
                    _ => return Err(call.type_error("attribute value type must be bool")),
                };
                write::<u8>(address, truth);
            }
            Type::HPyMember_BYTE => narrow!(i8, "char"),
            Type::HPyMember_UBYTE => narrow!(u8, "unsigned char"),
            Type::HPyMember_SHORT => narrow!(c_short, "short"),
            Type::HPyMember_USHORT => narrow!(c_ushort, "unsigned short"),
            Type::HPyMember_INT => narrow!(c_int, "int"),
            Type::HPyMember_UINT => {
                let (value, negative) = unsigned(call, value)?;
                write(address, value as c_uint);
                check(!negative, NEGATIVE)?;
                check(
                    c_uint::try_from(value).is_ok(),
                    "Truncation of value to unsigned int",
                )?;
            }
            Type::HPyMember_ULONG => {
                let (value, negative) = unsigned(call, value)?;
                write::<c_ulong>(address, value);
                check(!negative, NEGATIVE)?;
            }
            Type::HPyMember_LONG => write::<c_long>(address, c::as_long(call, value)?),
            Type::HPyMember_HPYSSIZET => write(address, c::as_isize(call, value)?),
            Type::HPyMember_LONGLONG => write::<c_longlong>(address, c::as_i64(call, value)?),
            Type::HPyMember_ULONGLONG => {
                let is_int = call.runtime().integer(&*call.get(value)?).is_some();
                let value = match is_int {
                    true => c::as_u64(call, value)?,
                    false => c::as_long(call, value)?.cast_unsigned(),
                };
                write::<c_ulonglong>(address, value);
            }
            Type::HPyMember_FLOAT => write(address, c::as_f64(call, value)? as f32),
            Type::HPyMember_DOUBLE => write(address, c::as_f64(call, value)?),
            Type::HPyMember_CHAR => {
                let object = call.get(value)?;
                let text = call.runtime().utf8(&object);
                match text.map(|text| &*text) {
                    Ok(&[character]) => write(address, character),
                    _ => return Err(call.type_error("bad argument type for built-in operation")),
                }
            }
            Type::HPyMember_STRING | Type::HPyMember_STRING_INPLACE => {
                return Err(call.type_error("readonly attribute"));
            }
            _ => {
                let message = format!("bad memberdescr type for {}", member.name);
                return Err(call.system_error(&message));
            }
        }
    }
    Ok(())
}

/// An unsigned value; a negative one is accepted as well and said to be so. What
/// is no `int` is converted with its sign.
fn unsigned<R: Runtime>(call: ContextCall<R>, value: HPy) -> VmResult<(u64, bool), R> {
    match c::as_u64(call, value) {
        Ok(value) => Ok((value, false)),
        // It has refused without running any code.
        Err(_) => Ok((c::as_long(call, value)?.cast_unsigned(), true)),
    }
}

fn warn<R: Runtime>(call: ContextCall<R>, message: &str) -> VmResult<(), R> {
    let category = call.get(call.constants().h_RuntimeWarning)?;
    call.leave(|vm| vm.warn(Some(&category), message, 1))
}
