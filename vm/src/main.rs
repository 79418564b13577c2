//! `hpyvm`: a Python VM that imports unmodified HPy universal binaries.
//!
//! It is RustPython with its whole command line and standard library, plus:
//!
//! - [`runtime`] and [`types`], which implement the loader's trait `Runtime`;
//! - [`importer`], through which `import` finds `.hpy0.so` files;
//! - [`universal`], the module `hpy.universal`;
//! - [`stray`], for threads that call the API and must not;
//! - [`sysconfig`], which lets setuptools compile extensions here.

mod allocator;
mod capsule;
mod functions;
mod importer;
mod runtime;
mod stray;
mod sysconfig;
mod types;
mod universal;

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use rustpython_vm::py_freeze;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Mimalloc = allocator::Mimalloc;

fn main() -> ExitCode {
    stray::end_the_process();
    let builder = InterpreterBuilder::new().init_stdlib();
    let modules = [
        importer::imp_module(&builder.ctx),
        sysconfig::sysconfigdata_module(&builder.ctx),
        universal::hpy_universal::module_def(&builder.ctx),
    ];
    rustpython::run(
        builder
            .add_native_modules(&modules)
            .add_frozen_modules(py_freeze!(dir = "python")),
    )
}
