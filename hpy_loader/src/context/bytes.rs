//! `bytes`.

use super::prelude::*;

pub(crate) unsafe fn ctx_Bytes_Check<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<c_int, R> {
    Ok(c_int::from(
        entry
            .runtime()
            .is_builtin_instance(&*entry.get(h)?, BuiltinKind::Bytes),
    ))
}

fn data<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<*const [u8], R> {
    entry.runtime().bytes_data(&*entry.get(h)?)
}

pub(crate) unsafe fn ctx_Bytes_Size<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy_ssize_t, R> {
    data(entry, h).map(|data| data.len().cast_signed())
}

pub(crate) unsafe fn ctx_Bytes_GET_SIZE<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<HPy_ssize_t, R> {
    data(entry, h).map(|data| data.len().cast_signed())
}

pub(crate) unsafe fn ctx_Bytes_AsString<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<*const c_char, R> {
    data(entry, h).map(|data| data.cast())
}

pub(crate) unsafe fn ctx_Bytes_AS_STRING<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<*const c_char, R> {
    data(entry, h).map(|data| data.cast())
}

pub(crate) unsafe fn ctx_Bytes_FromString<R: Runtime>(
    entry: Entry<R>,
    bytes: *const c_char,
) -> VmResult<HPy, R> {
    if bytes.is_null() {
        return Err(entry.system_error("NULL char * passed to HPyBytes_FromString"));
    }
    // SAFETY: the extension gives a C string, and it is not null.
    let bytes = unsafe { std::ffi::CStr::from_ptr(bytes) };
    entry.open(entry.runtime().new_bytes(bytes.to_bytes())?)
}

pub(crate) unsafe fn ctx_Bytes_FromStringAndSize<R: Runtime>(
    entry: Entry<R>,
    bytes: *const c_char,
    len: HPy_ssize_t,
) -> VmResult<HPy, R> {
    if bytes.is_null() {
        let message = "NULL char * passed to HPyBytes_FromStringAndSize";
        return Err(entry.error(entry.core().constants().h_ValueError, message));
    }
    let Ok(len) = usize::try_from(len) else {
        return Err(entry.system_error("Negative size passed to PyBytes_FromStringAndSize"));
    };
    entry.expect_memory(len)?;
    // SAFETY: the extension gives that many bytes.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), len) };
    entry.open(entry.runtime().new_bytes(bytes)?)
}
