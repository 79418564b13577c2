//! Text that C makes.

use super::burial::bury;
use super::opening::open;
use crate::abi::*;
use crate::c_string;
use crate::core::Core;
use crate::runtime::Runtime;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// For longer text and bytes one has to ask whether there is memory.
pub(super) const SHORT: usize = 4096;

/// A handle of a new `str`, or `HPy_NULL`. Apart, since most text is a constant that
/// was seen before.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
pub(super) extern "C" fn new_text<R: Runtime>(core: &'static Core<R>, text: &[u8]) -> HPy {
    let make = AssertUnwindSafe(|| {
        if text.len() > SHORT {
            return None;
        }
        let vm = core.runtime();
        let made = vm.new_str(c_string::text_of(text)?).ok()?;
        if R::UNTRACKED_ROOTS
            && R::KEEP_CONSTANT_TEXT
            && let Some(old) = core.literals().note(text, || vm.duplicate(&made))
        {
            bury(core, old);
        }
        open::<R>(core.handles(), made)
    });
    catch_unwind(make).ok().flatten().unwrap_or(HPy::NULL)
}
