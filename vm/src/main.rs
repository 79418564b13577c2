//! `hpyvm`: a Python VM that imports unmodified HPy universal binaries.
//!
//! It is RustPython with its whole command line and standard library, plus these modules.
//!
//! # Layers
//!
//! A module refers to modules in lower lines only; `tests/tests/structure.rs` holds the
//! sources to it.
//!
//! ```text
//! importer           `import` finds `.hpy0.so` files
//! universal          the module `hpy.universal`
//! runtime            RustPython as a `Runtime`
//! types              the types that extensions define
//! capi               CPython's own API, for hybrid modules
//! capsule, functions  capsules; functions of extensions as Python's
//! host               what the VM keeps for extensions, and the loader
//! stray, sysconfig   threads that must not call the API; setuptools
//! native_module, allocator  RustPython's own native modules; memory for text that C reads
//! bound_methods      hashes of RustPython's own methods
//! ```

mod allocator;
mod bound_methods;
mod capi;
mod capsule;
mod functions;
mod host;
mod importer;
mod native_module;
mod runtime;
mod stray;
mod sysconfig;
mod types;
mod universal;

use allocator::Allocator;
use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use rustpython_vm::py_freeze;
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// What `--help` says above RustPython's own text.
const HELP: &str = concat!(
    "hpyvm ",
    env!("CARGO_PKG_VERSION"),
    ": RustPython that imports HPy 0.9 universal binaries (.hpy0.so)

-m hpy.debug : run a program and report what its HPy modules do wrong (-m hpy.debug --help)
-m hpy.trace : run a program and count and time the calls of HPy's API (-m hpy.trace --help)
HPY=mode     : the mode of HPy modules: universal (the default), debug or trace;
               or of each by its name: HPY=module:mode,other:mode
HPY_LOG=1    : print a line for each HPy module that is loaded

"
);

fn main() -> ExitCode {
    let mut asks_for_help = ["-h", "-?", "--help", "--help-all"].iter();
    let first = env::args_os().nth(1);
    if first.is_some_and(|first| asks_for_help.any(|&help| first == help)) {
        // A failure is RustPython's to report, which writes there next.
        let _ = io::stdout().write_all(HELP.as_bytes());
    }
    if universal::asks_for_reports() {
        hpy_loader::report::keep_stream();
    }
    stray::end_the_process();
    let builder = InterpreterBuilder::new().init_stdlib();
    bound_methods::mend_hash(&builder.ctx);
    let modules = [
        importer::imp_module(&builder.ctx),
        sysconfig::sysconfigdata_module(&builder.ctx),
        universal::hpy_universal::module_def(&builder.ctx),
        universal::debug::module_def(&builder.ctx),
        universal::trace::module_def(&builder.ctx),
    ];
    let status = rustpython::run(
        builder
            .add_native_modules(&modules)
            .add_frozen_modules(py_freeze!(dir = "python")),
    );
    universal::warn_of_names();
    status
}
