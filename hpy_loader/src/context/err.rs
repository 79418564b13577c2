//! The pending error.

use super::prelude::*;

pub(crate) unsafe fn ctx_FatalError<R: Runtime>(
    _: Entry<R>,
    message: *const c_char,
) -> VmResult<(), R> {
    // SAFETY: the extension gives a C string, or null.
    let message = (!message.is_null()).then(|| unsafe { std::ffi::CStr::from_ptr(message) });
    let message = message.map_or("no message".into(), |message| message.to_string_lossy());
    eprintln!("Fatal Python error: HPy_FatalError: {message}");
    std::process::abort()
}

pub(crate) unsafe fn ctx_Err_SetString<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
    utf8_message: *const c_char,
) -> VmResult<(), R> {
    let class = entry.get(h_type)?;
    // SAFETY: the extension gives a C string.
    let message = unsafe { entry.text(utf8_message) }?;
    Err(entry.leave(|vm| match vm.new_str(message) {
        Ok(message) => vm.error_from_value(&class, Some(&message)),
        Err(error) => error,
    }))
}

pub(crate) unsafe fn ctx_Err_SetObject<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
    h_value: HPy,
) -> VmResult<(), R> {
    let class = entry.get(h_type)?;
    let value = entry.get_optional(h_value)?;
    Err(entry.leave(|vm| vm.error_from_value(&class, value.as_deref())))
}

/// The `errno` of the C code that called in. Read first, since anything may
/// change it.
fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

pub(crate) unsafe fn ctx_Err_SetFromErrnoWithFilename<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
    filename_fsencoded: *const c_char,
) -> VmResult<HPy, R> {
    let errno = errno();
    let class = entry.get(h_type)?;
    let filename = if filename_fsencoded.is_null() {
        None
    } else {
        // SAFETY: the extension gives a C string, and it is not null.
        let filename = unsafe { std::ffi::CStr::from_ptr(filename_fsencoded) };
        Some(entry.leave(|vm| vm.decode_fs(filename.to_bytes()))?)
    };
    Err(entry.leave(|vm| vm.error_from_errno(&class, errno, filename.as_ref(), None)))
}

pub(crate) unsafe fn ctx_Err_SetFromErrnoWithFilenameObjects<R: Runtime>(
    entry: Entry<R>,
    h_type: HPy,
    filename1: HPy,
    filename2: HPy,
) -> VmResult<(), R> {
    let errno = errno();
    let class = entry.get(h_type)?;
    let (first, second) = (
        entry.get_optional(filename1)?,
        entry.get_optional(filename2)?,
    );
    Err(entry.leave(|vm| vm.error_from_errno(&class, errno, first.as_deref(), second.as_deref())))
}

pub(crate) unsafe fn ctx_Err_Occurred<R: Runtime>(entry: Entry<R>) -> VmResult<c_int, R> {
    Ok(c_int::from(entry.core().is_error_pending()))
}

pub(crate) unsafe fn ctx_Err_ExceptionMatches<R: Runtime>(
    entry: Entry<R>,
    exc: HPy,
) -> VmResult<c_int, R> {
    // The pending error is pinned while it is looked at.
    let pending = HPy(entry.core().pending().bits());
    let (Some(error), Some(class)) = (entry.get_optional(pending)?, entry.get_optional(exc)?)
    else {
        return Ok(0);
    };
    Ok(c_int::from(
        entry.leave(|vm| vm.error_matches(&error, &class)),
    ))
}

pub(crate) unsafe fn ctx_Err_NoMemory<R: Runtime>(entry: Entry<R>) -> VmResult<(), R> {
    let class = entry.get(entry.core().constants().h_MemoryError)?;
    Err(entry.leave(|vm| vm.error_from_value(&class, None)))
}

pub(crate) unsafe fn ctx_Err_Clear<R: Runtime>(entry: Entry<R>) -> VmResult<(), R> {
    let error = entry.core().take_pending();
    entry.leave(|_| drop(error));
    Ok(())
}

pub(crate) unsafe fn ctx_Err_NewException<R: Runtime>(
    entry: Entry<R>,
    utf8_name: *const c_char,
    base: HPy,
    dict: HPy,
) -> VmResult<HPy, R> {
    // SAFETY: as this function's, with no docstring.
    unsafe { ctx_Err_NewExceptionWithDoc(entry, utf8_name, std::ptr::null(), base, dict) }
}

pub(crate) unsafe fn ctx_Err_NewExceptionWithDoc<R: Runtime>(
    entry: Entry<R>,
    utf8_name: *const c_char,
    utf8_doc: *const c_char,
    base: HPy,
    dict: HPy,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives C strings.
    let (name, doc) = unsafe { (entry.text(utf8_name)?, entry.optional_text(utf8_doc)?) };
    let (base, dict) = (entry.get_optional(base)?, entry.get_optional(dict)?);
    if !name.contains('.') {
        return Err(entry.system_error("PyErr_NewException: name must be module.class"));
    }
    let class =
        entry.leave(|vm| vm.new_error_class(name, doc, base.as_deref(), dict.as_deref()))?;
    entry.open(class)
}

pub(crate) unsafe fn ctx_Err_WarnEx<R: Runtime>(
    entry: Entry<R>,
    category: HPy,
    utf8_message: *const c_char,
    stack_level: HPy_ssize_t,
) -> VmResult<c_int, R> {
    let category = entry.get_optional(category)?;
    // SAFETY: the extension gives a C string.
    let message = unsafe { entry.text(utf8_message) }?;
    entry
        .leave(|vm| vm.warn(category.as_deref(), message, stack_level))
        .map(|()| 0)
}

pub(crate) unsafe fn ctx_Err_WriteUnraisable<R: Runtime>(
    entry: Entry<R>,
    obj: HPy,
) -> VmResult<(), R> {
    let (object, is_stale) = match entry.get_optional(obj) {
        Ok(object) => (object, false),
        Err(_) => (None, true),
    };
    // It must not get lost because the object is.
    if let Some(error) = entry.core().take_pending() {
        entry.leave(|vm| vm.report_unraisable(error, object.as_deref()));
    }
    match is_stale {
        true => Err(entry.stale()),
        false => Ok(()),
    }
}
