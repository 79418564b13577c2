//! `str`.

use super::prelude::*;
use std::ffi::CStr;

pub(crate) unsafe fn ctx_Unicode_FromString<R: Runtime>(
    entry: Entry<R>,
    utf8: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a C string.
    let text = unsafe { entry.text(utf8) }?;
    entry.expect_memory(text.len())?;
    entry.open(entry.runtime().new_str(text)?)
}

pub(crate) unsafe fn ctx_Unicode_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    Ok(c_int::from(
        entry
            .runtime()
            .is_builtin_instance(&*entry.get(h)?, BuiltinKind::Str),
    ))
}

fn encode<R: Runtime>(entry: Entry<R>, h: HPy, encoding: &str) -> VmResult<HPy, R> {
    let object = entry.get(h)?;
    entry.open(entry.leave(|vm| vm.encode(&object, encoding, "strict"))?)
}

pub(crate) unsafe fn ctx_Unicode_AsASCIIString<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy, R> {
    encode(entry, h, "ascii")
}

pub(crate) unsafe fn ctx_Unicode_AsLatin1String<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy, R> {
    encode(entry, h, "latin-1")
}

pub(crate) unsafe fn ctx_Unicode_AsUTF8String<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy, R> {
    encode(entry, h, "utf-8")
}

pub(crate) unsafe fn ctx_Unicode_AsUTF8AndSize<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    size: *mut HPy_ssize_t,
) -> VmResult<*const c_char, R> {
    let text = entry.runtime().utf8(&*entry.get(h)?)?;
    if !size.is_null() {
        // SAFETY: the extension gives room for the size.
        unsafe { *size = text.len().cast_signed() };
    }
    Ok(text.cast())
}

pub(crate) unsafe fn ctx_Unicode_FromWideChar<R: Runtime>(
    entry: Entry<R>,
    w: *const wchar_t,
    size: HPy_ssize_t,
) -> VmResult<HPy, R> {
    if w.is_null() && size != 0 {
        return Err(entry.system_error("NULL wchar_t * passed to HPyUnicode_FromWideChar"));
    }
    let length = match usize::try_from(size) {
        Ok(length) => length,
        // SAFETY: -1 says that the string ends with a NUL.
        Err(_) if size == -1 => (0..).find(|&i| unsafe { *w.add(i) } == 0).unwrap_or(0),
        Err(_) => return Err(entry.system_error("negative size passed to HPyUnicode_FromWideChar")),
    };
    // The characters, and the text that is made of them.
    entry.expect_memory(length.saturating_mul(8))?;
    let wide: Vec<u32> = if length == 0 {
        Vec::new()
    } else {
        // Signed or not, as the platform has it.
        const { assert!(size_of::<wchar_t>() == size_of::<u32>()) };
        // SAFETY: the extension gives that many characters.
        unsafe { std::slice::from_raw_parts(w.cast::<u32>(), length) }.to_vec()
    };
    entry.open(entry.leave(|vm| vm.new_str_from_code_points(&wide))?)
}

pub(crate) unsafe fn ctx_Unicode_DecodeFSDefault<R: Runtime>(
    entry: Entry<R>,
    v: *const c_char,
) -> VmResult<HPy, R> {
    if v.is_null() {
        return Err(entry.system_error("NULL char * passed to HPyUnicode_DecodeFSDefault"));
    }
    // SAFETY: the extension gives a C string, and it is not null.
    let bytes = unsafe { CStr::from_ptr(v) };
    entry.open(entry.leave(|vm| vm.decode_fs(bytes.to_bytes()))?)
}

/// Bytes that the extension gives by address and length.
///
/// # Safety
///
/// `start` points to `size` bytes that outlive `'a`, if it is not null.
unsafe fn bytes<'a, R: Runtime>(
    entry: Entry<R>,
    start: *const c_char,
    size: HPy_ssize_t,
) -> VmResult<&'a [u8], R> {
    let Ok(size) = usize::try_from(size) else {
        return Err(super::containers::bad_argument(entry));
    };
    if size == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(super::containers::bad_argument(entry));
    }
    // A copy for the decoder, and its result, which Latin-1 makes twice as long.
    entry.expect_memory(size.saturating_mul(3))?;
    // SAFETY: the caller vouches for it.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), size) })
}

pub(crate) unsafe fn ctx_Unicode_DecodeFSDefaultAndSize<R: Runtime>(
    entry: Entry<R>,
    v: *const c_char,
    size: HPy_ssize_t,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives that many bytes.
    let bytes = unsafe { bytes(entry, v, size) }?;
    entry.open(entry.leave(|vm| vm.decode_fs(bytes))?)
}

pub(crate) unsafe fn ctx_Unicode_EncodeFSDefault<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy, R> {
    let object = entry.get(h)?;
    entry.open(entry.leave(|vm| vm.encode_fs(&object))?)
}

pub(crate) unsafe fn ctx_Unicode_ReadChar<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    index: HPy_ssize_t,
) -> VmResult<HPy_UCS4, R> {
    entry.runtime().read_char(&*entry.get(h)?, index)
}

/// # Safety
///
/// `start` points to `size` bytes, `errors` is null or a C string.
unsafe fn decode<R: Runtime>(
    entry: Entry<R>,
    start: *const c_char,
    size: HPy_ssize_t,
    encoding: &str,
    errors: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: the caller vouches for both.
    let (bytes, errors) = unsafe { (bytes(entry, start, size)?, entry.optional_text(errors)?) };
    let errors = errors.unwrap_or("strict");
    entry.open(entry.leave(|vm| vm.decode(bytes, encoding, errors))?)
}

pub(crate) unsafe fn ctx_Unicode_DecodeASCII<R: Runtime>(
    entry: Entry<R>,
    ascii: *const c_char,
    size: HPy_ssize_t,
    errors: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: as this function's.
    unsafe { decode(entry, ascii, size, "ascii", errors) }
}

pub(crate) unsafe fn ctx_Unicode_DecodeLatin1<R: Runtime>(
    entry: Entry<R>,
    latin1: *const c_char,
    size: HPy_ssize_t,
    errors: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: as this function's.
    unsafe { decode(entry, latin1, size, "latin-1", errors) }
}

pub(crate) unsafe fn ctx_Unicode_FromEncodedObject<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
    encoding: *const c_char,
    errors: *const c_char,
) -> VmResult<HPy, R> {
    if obj.is_null() {
        return Err(entry.system_error("bad argument to internal function"));
    }
    let object = entry.get(obj)?;
    // SAFETY: the extension gives C strings, or null.
    let (encoding, errors) =
        unsafe { (entry.optional_text(encoding)?, entry.optional_text(errors)?) };
    let (encoding, errors) = (encoding.unwrap_or("utf-8"), errors.unwrap_or("strict"));
    entry.open(entry.leave(|vm| vm.decode_object(&object, encoding, errors))?)
}

pub(crate) unsafe fn ctx_Unicode_Substring<R: Runtime>(
    entry: Entry<R>,
    str: HPy,
    start: HPy_ssize_t,
    end: HPy_ssize_t,
) -> VmResult<HPy, R> {
    let object = entry.get(str)?;
    entry.open(entry.runtime().substring(&object, start, end)?)
}
