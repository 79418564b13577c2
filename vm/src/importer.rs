//! `import` for universal binaries.
//!
//! CPython's importlib knows extension modules by three functions of its native
//! module `_imp`: `extension_suffixes` tells how their files end,
//! `create_dynamic` makes a module from one, `exec_dynamic` runs it. RustPython
//! has these functions but no extensions to load with them. Here they get some:
//! `.hpy0.so` is *the* suffix of extension modules in this VM, and `.hpy0-cp311.so` that of those
//! which are part HPy and part CPython's own API.
//!
//! All the rest follows from importlib itself. Finders look for the suffix on
//! `sys.path` and in packages, and before they look for source, so a stub
//! `foo.py` beside `foo.hpy0.so` is not used. `spec_from_file_location`,
//! `importlib.machinery.EXTENSION_SUFFIXES`, `inspect` and `pkgutil` know it too,
//! and the loader is the usual `ExtensionFileLoader`. Nothing runs at start-up,
//! and no import that finds no extension is slower. (A path hook of our own
//! would have to be installed by Python code in every process, and would miss
//! what does not go through `sys.path_hooks`.)
//!
//! The fourth function that changes is `find_frozen`: it hides our frozen
//! package `hpy` wherever one is installed, and sees to the finder of [`foreign`] files.

use crate::{native_module, universal};
use rustpython_vm::builtins::{PyModule, PyModuleDef, PyStr};
use rustpython_vm::function::{Callee, FuncArgs};
use rustpython_vm::{Context, PyObjectRef, PyResult, VirtualMachine};

mod foreign;

/// How the file names of universal binaries end, and those of hybrid ones.
const SUFFIXES: [&str; 2] = [".hpy0.so", ".hpy0-cp311.so"];

/// A function in front of one of RustPython's, which has its turn if there is no answer.
type Function = fn(&FuncArgs, &VirtualMachine) -> PyResult<Option<PyObjectRef>>;

/// The module `_imp` with our functions in front of RustPython's.
///
/// # Panics
///
/// If RustPython has no such module or function, which its version decides.
pub fn imp_module(context: &Context) -> &'static PyModuleDef {
    let mut module = native_module::copy("_imp", context);
    let mut methods = module.methods.to_vec();
    for (name, function) in [
        ("extension_suffixes", extension_suffixes as Function),
        ("create_dynamic", create_dynamic),
        ("exec_dynamic", exec_dynamic),
        ("find_frozen", find_frozen),
    ] {
        let method = methods.iter_mut().find(|method| method.name == name);
        let method = method.unwrap_or_else(|| panic!("_imp has no function {name}"));
        let original = method.func;
        method.func = Box::leak(Box::new(
            move |vm: &VirtualMachine, args: FuncArgs, callee: Callee| match function(&args, vm)? {
                Some(answer) => Ok(answer),
                None => original(vm, args, callee),
            },
        ));
    }
    module.methods = Vec::leak(methods);
    Box::leak(Box::new(module))
}

/// `_imp.extension_suffixes()`
fn extension_suffixes(_: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let suffixes = SUFFIXES
        .map(|suffix| vm.ctx.new_str(suffix).into())
        .to_vec();
    Ok(Some(vm.ctx.new_list(suffixes).into()))
}

/// `_imp.create_dynamic(spec, file=None)`
fn create_dynamic(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(spec) = args.args.first() else {
        return Ok(None);
    };
    let origin = spec.get_attr("origin", vm)?;
    match origin.downcast_ref::<PyStr>() {
        Some(path) if is_ours(path.as_bytes()) => {
            universal::import_module(spec.clone(), origin, vm).map(Some)
        }
        _ => Ok(None),
    }
}

/// Whether the loader has something to say of a file, be it why it can't be loaded.
fn is_ours(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let suffix = name.iter().position(|&byte| byte == b'.');
    is_universal(path) || suffix.is_some_and(|dot| foreign::is_foreign(&name[dot..]))
}

/// Whether a file is called as a universal binary, of whatever ABI version: the
/// loader has a better message for the wrong ones.
fn is_universal(path: &[u8]) -> bool {
    let tag = path.windows(4).rposition(|window| window == b".hpy");
    tag.and_then(|at| path.get(at + 4))
        .is_some_and(u8::is_ascii_digit)
}

/// `_imp.exec_dynamic(module)`. A module that is executed already is left alone, as
/// `importlib.reload` wants it. What `HPy_mod_create` returns is no module at all.
fn exec_dynamic(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let Some(object) = args.args.first() else {
        return Ok(None);
    };
    if let Some(module) = object.downcast_ref::<PyModule>() {
        universal::execute(module, vm)?;
    }
    Ok(Some(vm.ctx.new_int(0).into()))
}

/// `_imp.find_frozen(name, *, withdata=False)`
fn find_frozen(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    foreign::add_finder(vm)?;
    let name = args.args.first();
    let name = name.and_then(|name| name.downcast_ref::<PyStr>());
    if name.is_none_or(|name| name.as_bytes() != b"hpy") {
        return Ok(None);
    }
    let importlib = vm.import("_frozen_importlib_external", 0)?;
    let finder = importlib.get_attr("PathFinder", vm)?;
    let installed = vm.call_method(&finder, "find_spec", ("hpy",))?;
    Ok((!vm.is_none(&installed)).then(|| vm.ctx.none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn universal_binaries_of_any_version_are_ours() {
        for name in [
            "foo.hpy0.so",
            "/x/.hpy/foo.hpy0.so",
            "foo.hpy12.so",
            "foo.hpy0-cp311.so",
        ] {
            assert!(is_universal(name.as_bytes()), "{name}");
        }
        for name in [
            "foo.so",
            "foo.hpy",
            "foo.hpy.so",
            "hpy0.so",
            "/x.hpy0/foo.hpy.so",
            "",
        ] {
            assert!(!is_universal(name.as_bytes()), "{name}");
        }
        assert!(
            SUFFIXES
                .iter()
                .all(|suffix| is_universal(suffix.as_bytes()))
        );
        assert!(SUFFIXES[1].contains(hpy_loader::abi::CPYTHON_TAG));
    }
}
