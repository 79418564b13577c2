//! The ABIs of HPy modules: universal, and hybrid with CPython's own.

use std::path::Path;

use super::cause::Cause;
use super::tag::Tag;
use crate::abi::CPYTHON_TAG;

/// What a VM has of CPython's own API, for hybrid modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CApi {
    /// Nothing, and why: the end of a sentence that begins with "since".
    Absent(&'static str),
    /// Objects that look to C as those of CPython 3.11 do, as far as their heads, and the
    /// functions and objects with these names.
    Present(&'static [&'static str]),
}

impl CApi {
    /// Nothing, for no special reason.
    pub const NONE: Self = Self::Absent("this VM's objects look different from CPython's");
}

/// The ABI that a file is to be of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Abi {
    Universal,
    /// With what may be imported of CPython's API.
    Hybrid(&'static [&'static str]),
}

impl Abi {
    /// By the file's name.
    pub(super) fn of(path: &Path, c_api: CApi) -> Result<Self, Cause> {
        let Some(interpreter) = Tag::of(path).and_then(|tag| tag.interpreter) else {
            return Ok(Self::Universal);
        };
        let interpreter = interpreter.to_owned();
        match c_api {
            CApi::Absent(reason) => Err(Cause::Hybrid {
                interpreter,
                reason,
            }),
            CApi::Present(_) if interpreter != CPYTHON_TAG => {
                Err(Cause::HybridForOther(interpreter))
            }
            CApi::Present(names) => Ok(Self::Hybrid(names)),
        }
    }

    /// Whether a module of this ABI may import the name, which is one of CPython's API.
    pub(super) fn has(self, name: &[u8]) -> bool {
        match self {
            Self::Universal => false,
            Self::Hybrid(names) => names.iter().any(|known| known.as_bytes() == name),
        }
    }
}
