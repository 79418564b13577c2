//! Threads that have no business in the API: they have left Python, or never ran it.
//!
//! Code between `HPy_LeavePythonExecution` and `HPy_ReenterPythonExecution`, and
//! threads that C has made, must not call the API. Nothing looks whether they do,
//! except debug mode: RustPython finds its virtual machine through the thread, and
//! panics where there is none. That is an error of the extension, not one of ours,
//! and there is no way on, since errors belong to threads of Python.

use rustpython_vm::vm::thread;
use std::panic;
use std::process;

/// How RustPython's words for it begin.
const NO_VIRTUAL_MACHINE: &str = "call with_current_vm()";

/// From now on such a thread ends the process, as CPython does that notices, with
/// words for the author of the extension.
pub fn end_the_process() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let says = info.payload_as_str().unwrap_or_default();
        if !says.starts_with(NO_VIRTUAL_MACHINE) || thread::current_vm_is_set() {
            return usual(info);
        }
        hpy_loader::report::write(
            "Fatal Python error: the API is called without the HPy lock, by a thread that has \
             left Python or never ran it (with HPY=debug the line of C is named)\n",
        );
        process::abort();
    }));
}
