//! Numbers that a word carries.
//!
//! The wrapped context looks no further than the word for them, so it is not
//! asked: what these handles cost in this mode is their records.

use super::*;
use crate::handles::RawHandle;

/// The number in the word of the wrapped context, or what that context says.
macro_rules! numbers {
    (
        from $(fn $from:ident($value:ident: $number:ty) = $word:expr;)*
        as $(fn $as:ident($carried:ident) -> $result:ty = $read:expr;)*
    ) => {
        wrappers! {
            $(fn $from($value: $number) -> HPy {
                fast(context, call_site) {
                    let word: RawHandle = $word?;
                    context.try_wrap(HPy(word.bits()), call_site)
                }
            })*
            $(fn $as(h: HPy) -> $result {
                fast(context, call_site) {
                    let number = context.unwrap(h)?;
                    let $carried = RawHandle::from_bits(number.0);
                    if let Some(value) = $read {
                        return Some(value);
                    }
                    let inner = context.inner;
                    // SAFETY: a handle of the wrapped context.
                    let ask = || unsafe { (inner.$as)(inner.as_ptr(), number) };
                    noted(context, call_site, effects::$as, ask)
                }
            })*
        }
    };
}

numbers! {
    from
    fn ctx_Long_FromInt32_t(value: i32) = RawHandle::from_i64(value.into());
    fn ctx_Long_FromUInt32_t(value: u32) = RawHandle::from_i64(value.into());
    fn ctx_Long_FromInt64_t(value: i64) = RawHandle::from_i64(value);
    fn ctx_Long_FromUInt64_t(value: u64) = value.try_into().ok().and_then(RawHandle::from_i64);
    fn ctx_Long_FromSize_t(value: usize) = value.try_into().ok().and_then(RawHandle::from_i64);
    fn ctx_Long_FromSsize_t(value: isize) = RawHandle::from_i64(value as i64);
    fn ctx_Float_FromDouble(value: f64) = RawHandle::from_f64(value);

    as
    fn ctx_Long_AsInt32_t(word) -> i32 = word.as_i64().and_then(|value| value.try_into().ok());
    fn ctx_Long_AsUInt32_t(word) -> u32 = word.as_i64().and_then(|value| value.try_into().ok());
    fn ctx_Long_AsInt64_t(word) -> i64 = word.as_i64();
    fn ctx_Long_AsUInt64_t(word) -> u64 = word.as_i64().and_then(|value| value.try_into().ok());
    fn ctx_Long_AsSize_t(word) -> usize = word.as_i64().and_then(|value| value.try_into().ok());
    fn ctx_Long_AsSsize_t(word) -> isize = word.as_i64().and_then(|value| value.try_into().ok());
    fn ctx_Float_AsDouble(word) -> f64 = word.as_f64();
}
