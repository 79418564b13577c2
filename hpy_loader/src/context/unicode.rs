//! `str`.

use super::containers::{bad_argument, check};
use super::prelude::*;
use crate::c_string;

fn encode<R: Runtime>(call: ContextCall<R>, h: HPy, encoding: &str) -> VmResult<HPy, R> {
    let object = call.get(h)?;
    call.open(call.leave(|vm| vm.encode(&object, encoding, "strict"))?)
}

/// Bytes that the extension gives by address and length, for a decoder.
fn bytes<R: Runtime>(
    call: ContextCall<R>,
    start: &ArrayArg<c_char>,
    size: HPy_ssize_t,
) -> VmResult<&[u8], R> {
    match usize::try_from(size) {
        Ok(size) if size == 0 || !start.is_null() => {
            // The decoder's copy, and its result, which Latin-1 makes twice as long.
            call.expect_memory(size.saturating_mul(3))?;
            Ok(start.bytes(size))
        }
        _ => Err(bad_argument(call)),
    }
}

fn decode<R: Runtime>(
    call: ContextCall<R>,
    start: &ArrayArg<c_char>,
    size: HPy_ssize_t,
    encoding: &str,
    errors: &CStrArg,
) -> VmResult<HPy, R> {
    let bytes = bytes(call, start, size)?;
    let errors = call.optional_text(errors)?.unwrap_or("strict");
    call.open(call.leave(|vm| vm.decode(bytes, encoding, errors))?)
}

/// For longer text and bytes one has to ask whether there is memory.
pub(super) const SHORT: usize = 4096;

/// A handle of a new `str`, or `HPy_NULL`. Apart, since most text is a constant that
/// was seen before; `extern "C"`, so that the compiler sees that no panic comes out.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn new_text<R: Runtime>(call: FastCall<R>, text: &[u8]) -> HPy {
    let make = || {
        if text.len() > SHORT {
            return None;
        }
        let vm = call.runtime();
        let made = vm.new_str(c_string::text_of(text)?).ok()?;
        if R::UNTRACKED_ROOTS
            && R::KEEP_CONSTANT_TEXT
            && let Some(old) = call.core().literals().note(text, || vm.duplicate(&made))
        {
            call.drop_unlocked(old);
        }
        call.open(made)
    };
    call.catch("ctx_Unicode_FromString", || make().unwrap_or(HPy::NULL))
}

context_functions! {
    fn ctx_Unicode_FromString(call, utf8: CStrArg) -> HPy {
        fast {
            let text = utf8.get()?.to_bytes();
            let open = |object: &R::Object| call.open_or_revive(object);
            let made = match call.core().literals().find(text, open) {
                Some(handle) => handle,
                None => new_text(call, text),
            };
            Some(made).filter(|handle| !handle.is_null())
        }
        general {
            let text = call.text(&utf8)?;
            call.expect_memory(text.len())?;
            call.open(call.runtime().new_str(text)?)
        }
    }

    fn ctx_Unicode_Check(call, h: HPy) -> c_int {
        check(call, h, BuiltinKind::Str)
    }

    fn ctx_Unicode_AsASCIIString(call, h: HPy) -> HPy {
        encode(call, h, "ascii")
    }

    fn ctx_Unicode_AsLatin1String(call, h: HPy) -> HPy {
        encode(call, h, "latin-1")
    }

    fn ctx_Unicode_AsUTF8String(call, h: HPy) -> HPy {
        encode(call, h, "utf-8")
    }

    fn ctx_Unicode_AsUTF8AndSize(call, h: HPy, size: Out<HPy_ssize_t>) -> *const c_char {
        fast {
            let text = call.runtime().fast_utf8(call.peek(h)?)?;
            size.set(text.len().cast_signed());
            Some(text.cast())
        }
        general {
            let text = call.runtime().utf8(&*call.get(h)?)?;
            size.set(text.len().cast_signed());
            Ok(text.cast())
        }
    }

    fn ctx_Unicode_FromWideChar(call, w: ArrayArg<wchar_t>, size: HPy_ssize_t) -> HPy {
        if w.is_null() && size != 0 {
            return Err(call.system_error("NULL wchar_t * passed to HPyUnicode_FromWideChar"));
        }
        let length = match usize::try_from(size) {
            Ok(length) => length,
            // -1 says that the string ends with a NUL.
            Err(_) if size == -1 => (0..).find(|&i| w.read(i) == 0).unwrap_or(0),
            Err(_) => return Err(call.system_error("negative size passed to HPyUnicode_FromWideChar")),
        };
        // The characters, and the text that is made of them.
        call.expect_memory(length.saturating_mul(8))?;
        // Signed or not, as the platform has it.
        const { assert!(size_of::<wchar_t>() == size_of::<u32>()) };
        let wide: Vec<u32> = (0..length).map(|index| w.read(index) as u32).collect();
        call.open(call.leave(|vm| vm.new_str_from_code_points(&wide))?)
    }

    fn ctx_Unicode_DecodeFSDefault(call, v: CStrArg) -> HPy {
        let Some(bytes) = v.get() else {
            return Err(call.system_error("NULL char * passed to HPyUnicode_DecodeFSDefault"));
        };
        call.open(call.leave(|vm| vm.decode_fs(bytes.to_bytes()))?)
    }

    fn ctx_Unicode_DecodeFSDefaultAndSize(call, v: ArrayArg<c_char>, size: HPy_ssize_t) -> HPy {
        let bytes = bytes(call, &v, size)?;
        call.open(call.leave(|vm| vm.decode_fs(bytes))?)
    }

    fn ctx_Unicode_EncodeFSDefault(call, h: HPy) -> HPy {
        let object = call.get(h)?;
        call.open(call.leave(|vm| vm.encode_fs(&object))?)
    }

    fn ctx_Unicode_ReadChar(call, h: HPy, index: HPy_ssize_t) -> HPy_UCS4 {
        call.runtime().read_char(&*call.get(h)?, index)
    }

    fn ctx_Unicode_DecodeASCII(
        call,
        ascii: ArrayArg<c_char>,
        size: HPy_ssize_t,
        errors: CStrArg,
    ) -> HPy {
        decode(call, &ascii, size, "ascii", &errors)
    }

    fn ctx_Unicode_DecodeLatin1(
        call,
        latin1: ArrayArg<c_char>,
        size: HPy_ssize_t,
        errors: CStrArg,
    ) -> HPy {
        decode(call, &latin1, size, "latin-1", &errors)
    }

    fn ctx_Unicode_FromEncodedObject(call, obj: HPy, encoding: CStrArg, errors: CStrArg) -> HPy {
        if obj.is_null() {
            return Err(bad_argument(call));
        }
        let object = call.get(obj)?;
        let encoding = call.optional_text(&encoding)?.unwrap_or("utf-8");
        let errors = call.optional_text(&errors)?.unwrap_or("strict");
        call.open(call.leave(|vm| vm.decode_object(&object, encoding, errors))?)
    }

    fn ctx_Unicode_Substring(call, str: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy {
        let object = call.get(str)?;
        call.open(call.runtime().substring(&object, start, end)?)
    }
}
