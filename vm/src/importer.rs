//! `import` for universal binaries.
//!
//! CPython's importlib knows extension modules by three functions of its native
//! module `_imp`: `extension_suffixes` tells how their files end,
//! `create_dynamic` makes a module from one, `exec_dynamic` runs it. RustPython
//! has these functions but no extensions to load with them. Here they get some:
//! `.hpy0.so` is *the* suffix of extension modules in this VM.
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
//! package `hpy` wherever one is installed.

use crate::{native_module, universal};
use rustpython_vm::builtins::{PyModule, PyModuleDef, PyStr};
use rustpython_vm::function::{Callee, FuncArgs, PyMethodDef, PyNativeFn};
use rustpython_vm::{Context, PyObject, PyResult, VirtualMachine};

/// How the file names of universal binaries end.
const SUFFIX: &str = ".hpy0.so";

type Original = &'static dyn PyNativeFn;

/// The module `_imp` with our functions in place of RustPython's.
///
/// # Panics
///
/// If RustPython has no such module or function, which its version decides.
pub fn imp_module(context: &Context) -> &'static PyModuleDef {
    let mut module = native_module::copy("_imp", context);
    let mut methods = module.methods.to_vec();
    replace(&mut methods, "extension_suffixes", extension_suffixes);
    replace(&mut methods, "create_dynamic", create_dynamic);
    replace(&mut methods, "exec_dynamic", exec_dynamic);
    replace(&mut methods, "find_frozen", find_frozen);
    module.methods = Vec::leak(methods);
    Box::leak(Box::new(module))
}

/// Puts `function`, which also gets the original, in the place of `name`.
fn replace(
    methods: &mut [PyMethodDef],
    name: &str,
    function: fn(Original, &VirtualMachine, FuncArgs, Callee) -> PyResult,
) {
    let method = methods
        .iter_mut()
        .find(|method| method.name == name)
        .unwrap_or_else(|| panic!("_imp has no function {name}"));
    let original = method.func;
    method.func = Box::leak(Box::new(
        move |vm: &VirtualMachine, args: FuncArgs, callee: Callee| {
            function(original, vm, args, callee)
        },
    ));
}

/// `_imp.extension_suffixes()`
fn extension_suffixes(_: Original, vm: &VirtualMachine, _: FuncArgs, _: Callee) -> PyResult {
    Ok(vm.ctx.new_list(vec![vm.ctx.new_str(SUFFIX).into()]).into())
}

/// `_imp.create_dynamic(spec, file=None)`
fn create_dynamic(
    original: Original,
    vm: &VirtualMachine,
    args: FuncArgs,
    callee: Callee,
) -> PyResult {
    if let Some(spec) = args.args.first() {
        let origin = spec.get_attr("origin", vm)?;
        if origin
            .downcast_ref::<PyStr>()
            .is_some_and(|path| is_universal(path.as_bytes()))
        {
            let spec = spec.clone();
            return universal::import_module(spec, origin, vm);
        }
    }
    original(vm, args, callee)
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
fn exec_dynamic(
    original: Original,
    vm: &VirtualMachine,
    args: FuncArgs,
    callee: Callee,
) -> PyResult {
    match args.args.first() {
        Some(object) => {
            if let Some(module) = object.downcast_ref::<PyModule>() {
                universal::execute(module, vm)?;
            }
            Ok(vm.ctx.new_int(0).into())
        }
        None => original(vm, args, callee),
    }
}

/// `_imp.find_frozen(name, *, withdata=False)`
fn find_frozen(
    original: Original,
    vm: &VirtualMachine,
    args: FuncArgs,
    callee: Callee,
) -> PyResult {
    let is_hpy = |name: &PyObject| {
        name.downcast_ref::<PyStr>()
            .is_some_and(|name| name.as_bytes() == b"hpy")
    };
    if args.args.first().is_some_and(|name| is_hpy(name)) {
        let finder = vm
            .import("_frozen_importlib_external", 0)?
            .get_attr("PathFinder", vm)?;
        let spec = vm.call_method(&finder, "find_spec", ("hpy",))?;
        if !vm.is_none(&spec) {
            return Ok(vm.ctx.none());
        }
    }
    original(vm, args, callee)
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
        assert!(is_universal(SUFFIX.as_bytes()));
    }
}
