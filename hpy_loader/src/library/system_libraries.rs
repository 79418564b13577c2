//! The libraries that every program of CPython brings along.
//!
//! An extension that calls `sin` has to be linked with `-lm`, and many are not:
//! CPython's own program is, so nobody notices. A binary that loads there has to load
//! here, whatever the VM itself is linked with.

use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};
use std::mem::ManuallyDrop;
use std::sync::Once;

/// What CPython links itself with, beside the C library. Where there is none of this
/// name the C library has what is in it.
const NAMES: &[&str] = &["libm.so.6"];

/// Makes their symbols those of the process, as those of its own libraries are.
pub(super) fn load() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for &name in NAMES {
            // SAFETY: libraries of the system, whose initialisers do nothing that a
            // program could notice.
            let library = unsafe { Library::open(Some(name), RTLD_LAZY | RTLD_GLOBAL) };
            // Loaded for good: extensions refer to it.
            let _ = library.map(ManuallyDrop::new);
        }
    });
}
