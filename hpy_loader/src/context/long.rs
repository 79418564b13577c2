//! C integers from and to `int`.
//!
//! The error texts are CPython's, which differ from function to function.

use super::prelude::*;
use crate::runtime::Integer;

/// A handle of an `int`: an immediate if the value fits.
fn from_signed<R: Runtime>(call: ContextCall<R>, value: i64) -> VmResult<HPy, R> {
    match RawHandle::from_i64(value) {
        Some(word) => Ok(HPy::from(word)),
        None => call.open(call.runtime().new_int(value)),
    }
}

fn from_unsigned<R: Runtime>(call: ContextCall<R>, value: u64) -> VmResult<HPy, R> {
    match i64::try_from(value) {
        Ok(value) => from_signed(call, value),
        Err(_) => call.open(call.runtime().new_unsigned_int(value)),
    }
}

/// What a conversion accepts besides `int`.
#[derive(Clone, Copy, PartialEq)]
enum Accept {
    /// Nothing.
    Int,
    /// Anything with `__index__`.
    Index,
}

fn value<R: Runtime>(call: ContextCall<R>, h: HPy, accept: Accept) -> VmResult<Integer, R> {
    use crate::runtime::UnaryOp;
    if let Some(value) = RawHandle::from(h).as_i64() {
        return Ok(Integer::Signed(value));
    }
    let runtime = call.runtime();
    let object = call.get(h)?;
    if let Some(value) = runtime.integer(&object) {
        return Ok(value);
    }
    if accept == Accept::Int {
        return Err(call.type_error("an integer is required"));
    }
    let index = call.leave(|vm| vm.unary(UnaryOp::Index, &object))?;
    runtime
        .integer(&index)
        .ok_or_else(|| call.type_error("an integer is required"))
}

fn overflow<R: Runtime>(call: ContextCall<R>, message: &str) -> R::Object {
    call.error(call.constants().h_OverflowError, message)
}

fn signed<R: Runtime>(
    call: ContextCall<R>,
    h: HPy,
    accept: Accept,
    too_large: &str,
) -> VmResult<i64, R> {
    match value(call, h, accept)? {
        Integer::Signed(value) => Ok(value),
        _ => Err(overflow(call, too_large)),
    }
}

fn unsigned<R: Runtime>(
    call: ContextCall<R>,
    h: HPy,
    negative: &str,
    too_large: &str,
) -> VmResult<u64, R> {
    match value(call, h, Accept::Int)? {
        Integer::Signed(value) => u64::try_from(value).map_err(|_| overflow(call, negative)),
        Integer::Unsigned(value) => Ok(value),
        Integer::Wide { negative: true, .. } => Err(overflow(call, negative)),
        Integer::Wide { .. } => Err(overflow(call, too_large)),
    }
}

fn masked<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<u64, R> {
    Ok(match value(call, h, Accept::Index)? {
        Integer::Signed(value) => value.cast_unsigned(),
        Integer::Unsigned(value) => value,
        Integer::Wide { low, .. } => low,
    })
}

const TOO_LARGE_FOR_LONG: &str = "Python int too large to convert to C long";
const TOO_LARGE_FOR_UNSIGNED_LONG: &str = "Python int too large to convert to C unsigned long";

/// What `HPyLong_AsInt64_t` gives.
pub(crate) fn as_i64<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<i64, R> {
    signed(call, h, Accept::Index, "int too big to convert")
}

/// What `HPyLong_AsUInt64_t` gives.
pub(crate) fn as_u64<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<u64, R> {
    let negative = "can't convert negative int to unsigned";
    unsigned(call, h, negative, "int too big to convert")
}

/// What `HPyLong_AsSsize_t` gives.
pub(crate) fn as_isize<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<isize, R> {
    let too_large = "Python int too large to convert to C ssize_t";
    Ok(signed(call, h, Accept::Int, too_large)? as isize)
}

/// `PyLong_AsLong`, whose words are its own.
pub(crate) fn as_long<R: Runtime>(call: ContextCall<R>, h: HPy) -> VmResult<i64, R> {
    signed(call, h, Accept::Index, TOO_LARGE_FOR_LONG)
}

/// The value of a handle of an `int`, subclasses included, that fits.
#[inline(always)]
fn fast_integer<R: Runtime>(call: FastCall<R>, handle: HPy) -> Option<i64> {
    if let Some(value) = RawHandle::from(handle).as_i64() {
        return Some(value);
    }
    match call.runtime().integer(call.peek(handle)?) {
        Some(Integer::Signed(value)) => Some(value),
        _ => None,
    }
}

context_functions! {
    fn ctx_Long_FromInt32_t(call, value: i32) -> HPy {
        fast { RawHandle::from_i64(value.into()).map(HPy::from) }
        general { from_signed(call, value.into()) }
    }

    fn ctx_Long_FromUInt32_t(call, value: u32) -> HPy {
        fast { RawHandle::from_i64(value.into()).map(HPy::from) }
        general { from_signed(call, value.into()) }
    }

    fn ctx_Long_FromInt64_t(call, v: i64) -> HPy {
        fast { RawHandle::from_i64(v).map(HPy::from) }
        general { from_signed(call, v) }
    }

    fn ctx_Long_FromUInt64_t(call, v: u64) -> HPy {
        fast { RawHandle::from_i64(i64::try_from(v).ok()?).map(HPy::from) }
        general { from_unsigned(call, v) }
    }

    fn ctx_Long_FromSize_t(call, value: usize) -> HPy {
        fast { RawHandle::from_i64(i64::try_from(value).ok()?).map(HPy::from) }
        general { from_unsigned(call, value as u64) }
    }

    fn ctx_Long_FromSsize_t(call, value: isize) -> HPy {
        fast { RawHandle::from_i64(value as i64).map(HPy::from) }
        general { from_signed(call, value as i64) }
    }

    fn ctx_Long_AsInt32_t(call, h: HPy) -> i32 {
        fast { fast_integer(call, h)?.try_into().ok() }
        general {
            let value = signed(call, h, Accept::Index, TOO_LARGE_FOR_LONG)?;
            let too_large = "Python int too large to convert to C int32_t";
            i32::try_from(value).map_err(|_| overflow(call, too_large))
        }
    }

    /// HPy's own check comes last here and has the last word: it takes the -1 that
    /// CPython returns with any error for a value that is too large.
    fn ctx_Long_AsUInt32_t(call, h: HPy) -> u32 {
        fast { fast_integer(call, h)?.try_into().ok() }
        general {
            let value = match value(call, h, Accept::Int) {
                Ok(Integer::Signed(value)) => u32::try_from(value).ok(),
                Ok(_) => None,
                Err(_) => {
                    // A handle that is closed is another matter.
                    call.get(h)?;
                    None
                }
            };
            value.ok_or_else(|| overflow(call, "Python int too large to convert to C uint32_t"))
        }
    }

    fn ctx_Long_AsUInt32_tMask(call, h: HPy) -> u32 {
        // The low half is what the mask keeps.
        Ok(masked(call, h)? as u32)
    }

    fn ctx_Long_AsInt64_t(call, h: HPy) -> i64 {
        fast { fast_integer(call, h) }
        general { as_i64(call, h) }
    }

    fn ctx_Long_AsUInt64_t(call, h: HPy) -> u64 {
        fast { fast_integer(call, h)?.try_into().ok() }
        general { as_u64(call, h) }
    }

    fn ctx_Long_AsUInt64_tMask(call, h: HPy) -> u64 {
        masked(call, h)
    }

    fn ctx_Long_AsSize_t(call, h: HPy) -> usize {
        fast { fast_integer(call, h)?.try_into().ok() }
        general {
            let negative = "can't convert negative value to size_t";
            let too_large = "Python int too large to convert to C size_t";
            Ok(unsigned(call, h, negative, too_large)? as usize)
        }
    }

    fn ctx_Long_AsSsize_t(call, h: HPy) -> isize {
        fast { fast_integer(call, h)?.try_into().ok() }
        general { as_isize(call, h) }
    }

    fn ctx_Long_AsVoidPtr(call, h: HPy) -> *mut c_void {
        let address = match value(call, h, Accept::Int)? {
            Integer::Signed(value) => value as usize,
            Integer::Unsigned(value) => value as usize,
            Integer::Wide { negative: true, .. } => return Err(overflow(call, TOO_LARGE_FOR_LONG)),
            Integer::Wide { .. } => return Err(overflow(call, TOO_LARGE_FOR_UNSIGNED_LONG)),
        };
        Ok(std::ptr::with_exposed_provenance_mut(address))
    }

    fn ctx_Long_AsDouble(call, h: HPy) -> f64 {
        fast { fast_integer(call, h).map(|value| value as f64) }
        general {
            match value(call, h, Accept::Int)? {
                Integer::Signed(value) => Ok(value as f64),
                Integer::Unsigned(value) => Ok(value as f64),
                Integer::Wide { .. } => call.runtime().integer_as_f64(&*call.get(h)?),
            }
        }
    }
}
