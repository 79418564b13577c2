//! Functions that return memory which C may read as long as the handle is open.

use super::*;
use std::ffi::CStr;

/// What C gets for memory of the wrapped context: a copy that ends with the
/// handle. The same handle gets the same copy again.
///
/// # Safety
///
/// `source` points to `size` bytes.
unsafe fn lend(
    inspection: &Inspection,
    handle: HPy,
    source: *const c_char,
    size: usize,
) -> *const c_char {
    let Some(record) = inspection.debug().records.look_open(handle) else {
        return source;
    };
    let records = &inspection.debug().records;
    let mut buffers = records.buffers.borrow_mut();
    let source: *const u8 = source.cast();
    if let Some(copy) = buffers.known(record.buffer(), source, size) {
        return copy.cast();
    }
    // SAFETY: the caller vouches for them.
    let bytes = unsafe { std::slice::from_raw_parts(source, size) };
    match buffers.make(bytes) {
        Some((number, copy)) => {
            record.set_buffer(number);
            copy.cast()
        }
        None => source.cast(),
    }
}

/// Whether this is memory that C has had from here.
#[inline(always)]
pub(super) fn is_borrowed(context: &PooledContext, text: *const c_char) -> bool {
    let (start, size) = context.debug.buffer_range.get();
    text.addr().wrapping_sub(start) < size
}

/// Ends the program if C passes memory whose handle is closed. The processor
/// would notice as well, but in the wrapped context's code.
#[inline(always)]
pub(super) fn check(inspection: &Inspection, text: *const c_char) {
    if is_borrowed(inspection.context, text) {
        inspection.apart(move |inspection| {
            match inspection.debug().records.of_address(text.addr()) {
                Some(record) if !record.is_closed => {}
                record if inspection.debug().reports_faults() => {
                    inspection.end_with(ViolationKind::ReadAfterEnd, record.as_ref());
                }
                _ => std::process::abort(),
            }
        });
    }
}

wrappers! {
    fn ctx_Unicode_AsUTF8AndSize(h: HPy, size: *mut HPy_ssize_t) -> *const c_char {
        general(inspection) {
            let inner = inspection.inner();
            let handle = inspection.unwrap(h);
            let mut length = 0;
            // SAFETY: a handle of the wrapped context, and a place for the size.
            let text = unsafe {
                (inner.ctx_Unicode_AsUTF8AndSize)(inner.as_ptr(), handle, &raw mut length)
            };
            if text.is_null() {
                return text;
            }
            if !size.is_null() {
                // SAFETY: the extension gives room for the size.
                unsafe { *size = length };
            }
            // SAFETY: the wrapped context vouches for so many bytes and a NUL.
            unsafe { lend(inspection, h, text, length.cast_unsigned() + 1) }
        }
    }

    fn ctx_Bytes_AsString(h: HPy) -> *const c_char {
        general(inspection) {
            let bytes = inspection.unwrap(h);
            bytes_of(inspection, h, bytes, inspection.inner().ctx_Bytes_AsString(bytes))
        }
    }

    fn ctx_Bytes_AS_STRING(h: HPy) -> *const c_char {
        general(inspection) {
            let bytes = inspection.unwrap(h);
            bytes_of(inspection, h, bytes, inspection.inner().ctx_Bytes_AS_STRING(bytes))
        }
    }

    fn ctx_Type_GetName(r#type: HPy) -> *const c_char {
        general(inspection) {
            let class = inspection.unwrap(r#type);
            types::expect_type(inspection, class, "HPyType_GetName arg must be a type");
            let name = inspection.inner().ctx_Type_GetName(class);
            if name.is_null() {
                return name;
            }
            // SAFETY: the wrapped context returns C strings.
            unsafe {
                let size = CStr::from_ptr(name).to_bytes_with_nul().len();
                lend(inspection, r#type, name, size)
            }
        }
    }
}

/// What C gets for the contents of a bytes object, or for the NULL of a failure.
fn bytes_of(
    inspection: &Inspection,
    handle: HPy,
    bytes: HPy,
    contents: *const c_char,
) -> *const c_char {
    if contents.is_null() {
        return contents;
    }
    let size = inspection.inner().ctx_Bytes_Size(bytes).cast_unsigned();
    // SAFETY: the wrapped context vouches for so many bytes and a NUL.
    unsafe { lend(inspection, handle, contents, size + 1) }
}
