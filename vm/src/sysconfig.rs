//! How C extensions are compiled on this VM.
//!
//! setuptools takes the compiler's flags from `sysconfig`, which has them from
//! the native module `_sysconfigdata`. RustPython leaves most of them empty, and
//! code without `-fPIC` can't be linked into a shared library. The flags here are
//! those of an ordinary CPython on Linux, so that building an extension on
//! `hpyvm` gives the binary that building it on CPython gives.

use crate::native_module;
use rustpython_vm::builtins::{PyModule, PyModuleDef};
use rustpython_vm::{Context, Py, PyResult, VirtualMachine};
use std::sync::OnceLock;

const FLAGS: &[(&str, &str)] = &[
    ("CCSHARED", "-fPIC"),
    ("CFLAGS", "-DNDEBUG -g -fwrapv -O3 -Wall"),
    ("LDCXXSHARED", "c++ -shared"),
    ("OPT", "-DNDEBUG -g -fwrapv -O3 -Wall"),
];

/// The CPython whose headers such code is compiled with, as file names have it. From this,
/// HPy takes the tag of hybrid modules.
const CPYTHON: &str = "cpython-311";

type Exec = fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>;

static ORIGINAL_EXEC: OnceLock<Exec> = OnceLock::new();

/// RustPython's module `_sysconfigdata`, with our flags.
///
/// # Panics
///
/// If RustPython has no such module, which its version decides.
pub fn sysconfigdata_module(context: &Context) -> &'static PyModuleDef {
    let mut module = native_module::copy("_sysconfigdata", context);
    if let Some(exec) = module.slots.exec.replace(exec) {
        ORIGINAL_EXEC.get_or_init(|| exec);
    }
    Box::leak(Box::new(module))
}

fn exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    if let Some(exec) = ORIGINAL_EXEC.get() {
        exec(vm, module)?;
    }
    let variables = module.get_attr("build_time_vars", vm)?;
    for &(name, value) in FLAGS {
        variables.set_item(name, vm.ctx.new_str(value).into(), vm)?;
    }
    let platform = variables.get_item("EXT_SUFFIX", vm)?.str(vm)?.to_string();
    let platform = platform
        .split_once('-')
        .map_or(".so", |(_, platform)| platform);
    let suffix = format!(".{CPYTHON}-{platform}");
    variables.set_item("EXT_SUFFIX", vm.ctx.new_str(suffix).into(), vm)
}
