//! Functions that return memory which is good as long as the handle.

use super::super::records::State;
use super::super::violations::Kind;
use super::*;
use std::ffi::CStr;

/// What C gets for memory of the wrapped context: a copy that ends with the
/// handle. The same handle gets the same copy again.
fn promise(
    inspection: &Inspection,
    handle: HPy,
    source: *const c_char,
    size: usize,
) -> *const c_char {
    let Some(entry) = inspection.open_entry(handle) else {
        return source;
    };
    let records = &inspection.debug().records;
    let mut promises = records.promises.borrow_mut();
    let source: *const u8 = source.cast();
    if let Some(copy) = promises.known(entry.promise(), source, size) {
        return copy.cast();
    }
    // SAFETY: the wrapped context has promised so many bytes.
    let bytes = unsafe { std::slice::from_raw_parts(source, size) };
    match promises.make(bytes) {
        Some((number, copy)) => {
            entry.set_promise(number);
            copy.cast()
        }
        None => source.cast(),
    }
}

/// Whether this is memory that C has had from here.
#[inline(always)]
pub(super) fn is_promised(turn: &Turn, text: *const c_char) -> bool {
    let (start, size) = turn.debug.promised.get();
    text.addr().wrapping_sub(start) < size
}

/// Ends the program if C passes memory whose handle is closed. The processor
/// would notice as well, but in the wrapped context's code.
#[inline(always)]
pub(super) fn check(inspection: &Inspection, text: *const c_char) {
    if is_promised(inspection.turn, text) {
        inspection.apart(move |inspection| check_promise(inspection, text));
    }
}

fn check_promise(inspection: &Inspection, text: *const c_char) {
    match inspection.debug().records.of_address(text.addr()) {
        Some(record) if record.state == State::Open => {}
        record if inspection.debug().reports_faults() => {
            inspection.end_with(Kind::ReadAfterEnd, record.as_ref());
        }
        _ => std::process::abort(),
    }
}

rows! {
    fn ctx_Unicode_AsUTF8AndSize(inspection, h: HPy, size: *mut HPy_ssize_t) -> *const c_char {
        let inner = inspection.inner();
        let mut length = 0;
        // SAFETY: a handle of the wrapped context, and a place for the size.
        let text = unsafe {
            ((*inner).ctx_Unicode_AsUTF8AndSize)(inner, inspection.unwrap(h), &raw mut length)
        };
        if text.is_null() {
            return text;
        }
        if !size.is_null() {
            // SAFETY: the extension gives room for the size.
            unsafe { *size = length };
        }
        promise(inspection, h, text, length.cast_unsigned() + 1)
    }

    fn ctx_Bytes_AsString(inspection, h: HPy) -> *const c_char {
        let inner = inspection.inner();
        let bytes = inspection.unwrap(h);
        // SAFETY: a handle of the wrapped context; what has a string has a size.
        unsafe {
            match ((*inner).ctx_Bytes_AsString)(inner, bytes) {
                text if text.is_null() => text,
                text => {
                    let size = ((*inner).ctx_Bytes_Size)(inner, bytes);
                    promise(inspection, h, text, size.cast_unsigned() + 1)
                }
            }
        }
    }

    fn ctx_Bytes_AS_STRING(inspection, h: HPy) -> *const c_char {
        let inner = inspection.inner();
        let bytes = inspection.unwrap(h);
        // SAFETY: a handle of the wrapped context; what has a string has a size.
        unsafe {
            match ((*inner).ctx_Bytes_AS_STRING)(inner, bytes) {
                text if text.is_null() => text,
                text => {
                    let size = ((*inner).ctx_Bytes_GET_SIZE)(inner, bytes);
                    promise(inspection, h, text, size.cast_unsigned() + 1)
                }
            }
        }
    }

    fn ctx_Type_GetName(inspection, r#type: HPy) -> *const c_char {
        let inner = inspection.inner();
        let class = inspection.unwrap(r#type);
        types::expect_type(inspection, class, "HPyType_GetName arg must be a type");
        // SAFETY: a handle of the wrapped context, whose names are C strings.
        unsafe {
            match ((*inner).ctx_Type_GetName)(inner, class) {
                name if name.is_null() => name,
                name => {
                    let size = CStr::from_ptr(name).to_bytes_with_nul().len();
                    promise(inspection, r#type, name, size)
                }
            }
        }
    }
}
