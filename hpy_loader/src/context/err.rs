//! The pending error.

use super::prelude::*;
use crate::c_string;
use crate::report::report_line;

/// The `errno` of the C code that called in. Read first, since anything may
/// change it.
fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// `PyErr_NewExceptionWithDoc`.
fn new_exception<R: Runtime>(
    call: ContextCall<R>,
    name: &CStrArg,
    doc: Option<&str>,
    base: HPy,
    dict: HPy,
) -> VmResult<HPy, R> {
    let name = call.text(name)?;
    let (base, dict) = (call.get_optional(base)?, call.get_optional(dict)?);
    if !name.contains('.') {
        return Err(call.system_error("PyErr_NewException: name must be module.class"));
    }
    let class = call.leave(|vm| vm.new_error_class(name, doc, base.as_deref(), dict.as_deref()))?;
    call.open(class)
}

context_functions! {
    fn ctx_FatalError(call, message: CStrArg) {
        let message = message.get();
        let message = message.map_or("no message".into(), |message| message.to_string_lossy());
        report_line!("Fatal Python error: HPy_FatalError: {message}");
        std::process::abort()
    }

    fn ctx_Err_SetString(call, h_type: HPy, utf8_message: CStrArg) {
        fast {
            if !call.runtime().fast_is_error_class(call.peek(h_type)?) {
                return None;
            }
            let message = c_string::text(utf8_message.get()?)?;
            if let Some(class) = call.core().set_lazy_error(RawHandle::from(h_type), message)? {
                call.drop_unlocked(class);
            }
            Some(())
        }
        general {
            let class = call.get(h_type)?;
            let message = call.text(&utf8_message)?;
            Err(call.leave(|vm| match vm.new_str(message) {
                Ok(message) => vm.error_from_value(&class, Some(&message)),
                Err(error) => error,
            }))
        }
    }

    fn ctx_Err_SetObject(call, h_type: HPy, h_value: HPy) {
        let class = call.get(h_type)?;
        let value = call.get_optional(h_value)?;
        Err(call.leave(|vm| vm.error_from_value(&class, value.as_deref())))
    }

    fn ctx_Err_SetFromErrnoWithFilename(call, h_type: HPy, filename_fsencoded: CStrArg) -> HPy {
        let errno = errno();
        let class = call.get(h_type)?;
        let filename = filename_fsencoded
            .get()
            .map(|name| call.leave(|vm| vm.decode_fs(name.to_bytes())))
            .transpose()?;
        Err(call.leave(|vm| vm.error_from_errno(&class, errno, filename.as_ref(), None)))
    }

    fn ctx_Err_SetFromErrnoWithFilenameObjects(call, h_type: HPy, filename1: HPy, filename2: HPy) {
        let errno = errno();
        let class = call.get(h_type)?;
        let (first, second) = (
            call.get_optional(filename1)?,
            call.get_optional(filename2)?,
        );
        Err(call.leave(|vm| vm.error_from_errno(&class, errno, first.as_deref(), second.as_deref())))
    }

    fn ctx_Err_Occurred(call) -> c_int {
        fast { Some(c_int::from(call.core().is_error_pending())) }
        general { Ok(c_int::from(call.core().is_error_pending())) }
    }

    fn ctx_Err_ExceptionMatches(call, exc: HPy) -> c_int {
        // The pending error is pinned while it is looked at.
        let pending = HPy(call.core().pending().bits());
        let (Some(error), Some(class)) = (call.get_optional(pending)?, call.get_optional(exc)?)
        else {
            return Ok(0);
        };
        Ok(c_int::from(
            call.leave(|vm| vm.error_matches(&error, &class)),
        ))
    }

    fn ctx_Err_NoMemory(call) {
        Err(call.no_memory())
    }

    fn ctx_Err_Clear(call) {
        fast {
            if let Some(class) = call.core().clear_lazy_error()? {
                call.drop_unlocked(class);
            }
            Some(())
        }
        general {
            let error = call.core().take_pending();
            call.leave(|_| drop(error));
            Ok(())
        }
    }

    fn ctx_Err_NewException(call, utf8_name: CStrArg, base: HPy, dict: HPy) -> HPy {
        new_exception(call, &utf8_name, None, base, dict)
    }

    fn ctx_Err_NewExceptionWithDoc(
        call,
        utf8_name: CStrArg,
        utf8_doc: CStrArg,
        base: HPy,
        dict: HPy,
    ) -> HPy {
        new_exception(call, &utf8_name, call.optional_text(&utf8_doc)?, base, dict)
    }

    fn ctx_Err_WarnEx(call, category: HPy, utf8_message: CStrArg, stack_level: HPy_ssize_t) -> c_int {
        let category = call.get_optional(category)?;
        let message = call.text(&utf8_message)?;
        call
            .leave(|vm| vm.warn(category.as_deref(), message, stack_level))
            .map(|()| 0)
    }

    fn ctx_Err_WriteUnraisable(call, obj: HPy) {
        let (object, is_stale) = match call.get_optional(obj) {
            Ok(object) => (object, false),
            Err(_) => (None, true),
        };
        // It must not get lost because the object is.
        if let Some(error) = call.core().take_pending() {
            call.leave(|vm| vm.report_unraisable(error, object.as_deref()));
        }
        match is_stale {
            true => Err(call.stale()),
            false => Ok(()),
        }
    }
}
