//! `bytes`.

use super::containers::check;
use super::prelude::*;
use super::unicode::SHORT;

fn data<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<*const [u8], R> {
    call.runtime().bytes_data(&*call.get(h)?)
}

fn fast_data<R: Runtime>(call: FastCall<R>, h: HPy) -> Option<*const c_char> {
    let data = call.runtime().fast_bytes(call.peek(h)?)?;
    Some(data.cast())
}

context_functions! {
    fn ctx_Bytes_Check(call, h: HPy) -> c_int {
        check(call, h, BuiltinKind::Bytes)
    }

    fn ctx_Bytes_Size(call, h: HPy) -> HPy_ssize_t {
        data(call, h).map(|data| data.len().cast_signed())
    }

    fn ctx_Bytes_GET_SIZE(call, h: HPy) -> HPy_ssize_t {
        data(call, h).map(|data| data.len().cast_signed())
    }

    fn ctx_Bytes_AsString(call, h: HPy) -> *const c_char {
        fast { fast_data(call, h) }
        general { data(call, h).map(|data| data.cast()) }
    }

    fn ctx_Bytes_AS_STRING(call, h: HPy) -> *const c_char {
        fast { fast_data(call, h) }
        general { data(call, h).map(|data| data.cast()) }
    }

    fn ctx_Bytes_FromString(call, bytes: CStrArg) -> HPy {
        match bytes.get() {
            Some(bytes) => call.open(call.runtime().new_bytes(bytes.to_bytes())?),
            None => Err(call.system_error("NULL char * passed to HPyBytes_FromString")),
        }
    }

    fn ctx_Bytes_FromStringAndSize(call, bytes: ArrayArg<c_char>, len: HPy_ssize_t) -> HPy {
        fast {
            let len = usize::try_from(len).ok()?;
            if len > SHORT || bytes.is_null() {
                return None;
            }
            call.open(call.runtime().new_bytes(bytes.bytes(len)).ok()?)
        }
        general {
            if bytes.is_null() {
                let message = "NULL char * passed to HPyBytes_FromStringAndSize";
                return Err(call.error(call.constants().h_ValueError, message));
            }
            let Ok(len) = usize::try_from(len) else {
                return Err(call.system_error("Negative size passed to PyBytes_FromStringAndSize"));
            };
            call.expect_memory(len)?;
            call.open(call.runtime().new_bytes(bytes.bytes(len))?)
        }
    }
}
