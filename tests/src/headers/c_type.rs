//! Rust types as C spells them.
//!
//! Two ways lead here. The rows of the context carry the text of their types,
//! so text is translated. Function types of definitions are Rust types, so the
//! compiler can be asked: [`CType`] spells any type that it is implemented for,
//! function pointers included.

use anyhow::{Result, ensure};
use hpy_loader::abi::*;
use std::ffi::c_void;

/// Translates the text of a Rust type, however `stringify!` has spaced it.
/// Qualifiers follow what they qualify (`char const *`), which is right at any
/// depth of pointers.
pub fn from_text(rust: &str) -> Result<String> {
    let rust = rust.trim();
    if let Some(pointer) = rust.strip_prefix('*').map(str::trim_start) {
        if let Some(target) = pointer.strip_prefix("const ") {
            return Ok(format!("{} const *", from_text(target)?));
        }
        if let Some(target) = pointer.strip_prefix("mut ") {
            return Ok(format!("{} *", from_text(target)?));
        }
    }
    ensure!(
        !rust.is_empty() && rust.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
        "no C spelling is known for the Rust type {rust:?}"
    );
    Ok(match rust {
        "c_char" => "char",
        "c_int" => "int",
        "c_long" => "long",
        "c_ulong" => "unsigned long",
        "c_void" => "void",
        "f64" | "c_double" => "double",
        "i32" => "int32_t",
        "u32" => "uint32_t",
        "i64" => "int64_t",
        "u64" => "uint64_t",
        "isize" => "intptr_t",
        "usize" => "size_t",
        // The ABI's own names are the same in both languages; a name that C
        // does not know is a compile error there.
        same => same,
    }
    .to_owned())
}

/// A type that C knows as well.
pub trait CType {
    /// As C spells it.
    fn c() -> String;
}

macro_rules! named {
    ($($rust:ty => $c:literal,)*) => { $(
        impl CType for $rust {
            fn c() -> String {
                $c.to_owned()
            }
        }
    )* };
}

named! {
    // `int`: C's enums are newtypes here, never plain integers.
    i32 => "int",
    isize => "intptr_t",
    usize => "size_t",
    c_void => "void",
    std::ffi::c_char => "char",
    HPyContext => "HPyContext",
    HPy => "HPy",
    HPyField => "HPyField",
    HPy_buffer => "HPy_buffer",
    HPy_RichCmpOp => "HPy_RichCmpOp",
}

macro_rules! functions {
    ($($name:ident)*) => { $(
        impl CType for $name {
            fn c() -> String {
                <$name as CFunction>::Pointer::c()
            }
        }
    )* };
}

functions! {
    HPyFunc_noargs HPyFunc_o HPyFunc_varargs HPyFunc_keywords
    HPyFunc_unaryfunc HPyFunc_binaryfunc HPyFunc_ternaryfunc HPyFunc_inquiry HPyFunc_lenfunc
    HPyFunc_ssizeargfunc HPyFunc_ssizeobjargproc HPyFunc_objobjargproc HPyFunc_objobjproc
    HPyFunc_hashfunc HPyFunc_richcmpfunc HPyFunc_initproc HPyFunc_newfunc HPyFunc_descrgetfunc
    HPyFunc_getter HPyFunc_setter HPyFunc_getbufferproc HPyFunc_releasebufferproc
    HPyFunc_traverseproc HPyFunc_destructor HPyFunc_destroyfunc
    HPyFunc_mod_create HPyFunc_mod_exec
}

impl CType for () {
    fn c() -> String {
        "void".to_owned()
    }
}

impl<T: CType> CType for *const T {
    fn c() -> String {
        format!("{} const *", T::c())
    }
}

impl<T: CType> CType for *mut T {
    fn c() -> String {
        format!("{} *", T::c())
    }
}

macro_rules! function_pointers {
    ($(($($param:ident)*))*) => { $(
        impl<R: CType $(, $param: CType)*> CType for unsafe extern "C" fn($($param),*) -> R {
            fn c() -> String {
                let params: Vec<String> = vec![$($param::c()),*];
                pointer_to_function(&params, &R::c())
            }
        }
    )* };
}
function_pointers! { () (A) (A B) (A B C) (A B C D) (A B C D E) }

/// A pointer to a function, from types in C.
pub fn pointer_to_function(params: &[String], ret: &str) -> String {
    let params = match params {
        [] => "void".to_owned(),
        _ => params.join(", "),
    };
    format!("{ret} (*)({params})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_c() {
        for (rust, c) in [
            ("HPy", "HPy"),
            ("*const c_char", "char const *"),
            ("*mut *mut c_void", "void * *"),
            ("* mut c_void", "void *"),
            ("*const *mut HPy", "HPy * const *"),
        ] {
            assert_eq!(from_text(rust).unwrap(), c);
        }
        assert!(from_text("&str").is_err());
        assert!(from_text("").is_err());
    }

    #[test]
    fn types_become_c() {
        assert_eq!(
            HPyFunc_varargs::c(),
            "HPy (*)(HPyContext *, HPy, HPy const *, size_t)"
        );
        assert_eq!(HPyFunc_destroyfunc::c(), "void (*)(void *)");
        assert_eq!(<unsafe extern "C" fn() as CType>::c(), "void (*)(void)");
    }
}
