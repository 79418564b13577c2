//! C integers from and to `int`.
//!
//! The error texts are CPython's, which differ from function to function.

use super::prelude::*;
use crate::runtime::Integer;

/// A handle of an `int`: an immediate if the value fits.
fn from_signed<R: Runtime>(entry: Entry<R>, value: i64) -> VmResult<HPy, R> {
    match RawHandle::from_i64(value) {
        Some(word) => Ok(HPy(word.bits())),
        None => entry.open(entry.runtime().new_int(value)),
    }
}

fn from_unsigned<R: Runtime>(entry: Entry<R>, value: u64) -> VmResult<HPy, R> {
    match i64::try_from(value) {
        Ok(value) => from_signed(entry, value),
        Err(_) => entry.open(entry.runtime().new_unsigned_int(value)),
    }
}

pub(crate) unsafe fn ctx_Long_FromInt32_t<R: Runtime>(
    entry: Entry<R>,
    value: i32,
) -> VmResult<HPy, R> {
    from_signed(entry, value.into())
}

pub(crate) unsafe fn ctx_Long_FromUInt32_t<R: Runtime>(
    entry: Entry<R>,
    value: u32,
) -> VmResult<HPy, R> {
    from_signed(entry, value.into())
}

pub(crate) unsafe fn ctx_Long_FromInt64_t<R: Runtime>(entry: Entry<R>, v: i64) -> VmResult<HPy, R> {
    from_signed(entry, v)
}

pub(crate) unsafe fn ctx_Long_FromUInt64_t<R: Runtime>(
    entry: Entry<R>,
    v: u64,
) -> VmResult<HPy, R> {
    from_unsigned(entry, v)
}

pub(crate) unsafe fn ctx_Long_FromSize_t<R: Runtime>(
    entry: Entry<R>,
    value: usize,
) -> VmResult<HPy, R> {
    from_unsigned(entry, value as u64)
}

pub(crate) unsafe fn ctx_Long_FromSsize_t<R: Runtime>(
    entry: Entry<R>,
    value: isize,
) -> VmResult<HPy, R> {
    from_signed(entry, value as i64)
}

/// What a conversion accepts besides `int`.
#[derive(Clone, Copy, PartialEq)]
enum Accept {
    /// Nothing.
    Int,
    /// Anything with `__index__`.
    Index,
}

fn value<R: Runtime>(entry: Entry<R>, h: HPy, accept: Accept) -> VmResult<Integer, R> {
    use crate::runtime::UnaryOp;
    if let Some(value) = RawHandle::from_bits(h.0).as_i64() {
        return Ok(Integer::Signed(value));
    }
    let runtime = entry.runtime();
    let object = entry.get(h)?;
    if let Some(value) = runtime.integer(&object) {
        return Ok(value);
    }
    if accept == Accept::Int {
        return Err(entry.type_error("an integer is required"));
    }
    let index = entry.leave(|vm| vm.unary(UnaryOp::Index, &object))?;
    runtime
        .integer(&index)
        .ok_or_else(|| entry.type_error("an integer is required"))
}

fn overflow<R: Runtime>(entry: Entry<R>, message: &str) -> R::Object {
    entry.error(entry.core().constants().h_OverflowError, message)
}

fn signed<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    accept: Accept,
    too_large: &str,
) -> VmResult<i64, R> {
    match value(entry, h, accept)? {
        Integer::Signed(value) => Ok(value),
        _ => Err(overflow(entry, too_large)),
    }
}

fn unsigned<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
    negative: &str,
    too_large: &str,
) -> VmResult<u64, R> {
    match value(entry, h, Accept::Int)? {
        Integer::Signed(value) => u64::try_from(value).map_err(|_| overflow(entry, negative)),
        Integer::Unsigned(value) => Ok(value),
        Integer::Wide { negative: true, .. } => Err(overflow(entry, negative)),
        Integer::Wide { .. } => Err(overflow(entry, too_large)),
    }
}

fn masked<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<u64, R> {
    Ok(match value(entry, h, Accept::Index)? {
        Integer::Signed(value) => value.cast_unsigned(),
        Integer::Unsigned(value) => value,
        Integer::Wide { low, .. } => low,
    })
}

const TOO_LARGE_FOR_LONG: &str = "Python int too large to convert to C long";
const TOO_LARGE_FOR_UNSIGNED_LONG: &str = "Python int too large to convert to C unsigned long";

pub(crate) unsafe fn ctx_Long_AsInt32_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<i32, R> {
    let value = signed(entry, h, Accept::Index, TOO_LARGE_FOR_LONG)?;
    let too_large = "Python int too large to convert to C int32_t";
    i32::try_from(value).map_err(|_| overflow(entry, too_large))
}

/// HPy's own check comes last here and has the last word: it takes the -1 that
/// CPython returns with any error for a value that is too large.
pub(crate) unsafe fn ctx_Long_AsUInt32_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<u32, R> {
    let value = match value(entry, h, Accept::Int) {
        Ok(Integer::Signed(value)) => u32::try_from(value).ok(),
        Ok(_) => None,
        Err(_) => {
            // A handle that is closed is another matter.
            entry.get(h)?;
            None
        }
    };
    value.ok_or_else(|| overflow(entry, "Python int too large to convert to C uint32_t"))
}

pub(crate) unsafe fn ctx_Long_AsUInt32_tMask<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<u32, R> {
    // The low half is what the mask keeps.
    Ok(masked(entry, h)? as u32)
}

pub(crate) unsafe fn ctx_Long_AsInt64_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<i64, R> {
    signed(entry, h, Accept::Index, "int too big to convert")
}

/// `PyLong_AsLong`, whose words are its own.
pub(crate) fn as_long<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<i64, R> {
    signed(entry, h, Accept::Index, TOO_LARGE_FOR_LONG)
}

pub(crate) unsafe fn ctx_Long_AsUInt64_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<u64, R> {
    unsigned(
        entry,
        h,
        "can't convert negative int to unsigned",
        "int too big to convert",
    )
}

pub(crate) unsafe fn ctx_Long_AsUInt64_tMask<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<u64, R> {
    masked(entry, h)
}

pub(crate) unsafe fn ctx_Long_AsSize_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<usize, R> {
    let negative = "can't convert negative value to size_t";
    let value = unsigned(
        entry,
        h,
        negative,
        "Python int too large to convert to C size_t",
    )?;
    Ok(value as usize)
}

pub(crate) unsafe fn ctx_Long_AsSsize_t<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<isize, R> {
    let too_large = "Python int too large to convert to C ssize_t";
    Ok(signed(entry, h, Accept::Int, too_large)? as isize)
}

pub(crate) unsafe fn ctx_Long_AsVoidPtr<R: Runtime>(
    entry: Entry<R>,
    h: HPy,
) -> VmResult<*mut c_void, R> {
    let address = match value(entry, h, Accept::Int)? {
        Integer::Signed(value) => value as usize,
        Integer::Unsigned(value) => value as usize,
        Integer::Wide { negative: true, .. } => return Err(overflow(entry, TOO_LARGE_FOR_LONG)),
        Integer::Wide { .. } => return Err(overflow(entry, TOO_LARGE_FOR_UNSIGNED_LONG)),
    };
    Ok(std::ptr::with_exposed_provenance_mut(address))
}

pub(crate) unsafe fn ctx_Long_AsDouble<R: Runtime>(entry: Entry<R>, h: HPy) -> VmResult<f64, R> {
    match value(entry, h, Accept::Int)? {
        Integer::Signed(value) => Ok(value as f64),
        Integer::Unsigned(value) => Ok(value as f64),
        Integer::Wide { .. } => entry.runtime().integer_as_f64(&*entry.get(h)?),
    }
}
