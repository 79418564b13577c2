//! Extension modules that cannot be loaded here.
//!
//! A file such as `foo.cpython-311-x86_64-linux-gnu.so` or `foo.hpy0-cp312.so` has no suffix
//! that importlib knows in this VM, so `import foo` would say that there is no such module.
//! The last finder on `sys.meta_path` is ours: where nobody else has found a module, it looks
//! for such a file, and the loader of that says what the file is.
//!
//! To give importlib the suffixes would be wrong: they would count for more than a `foo.py`
//! beside the file, which does the same work in Python.

use crate::functions::define;
use rustpython_vm::builtins::{PyList, PyNamespace, PyStr};
use rustpython_vm::function::{Callee, FuncArgs, PyMethodFlags};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Puts the finder behind all others, once importlib has its own.
pub fn add_finder(vm: &VirtualMachine) -> PyResult<()> {
    static IS_ADDED: AtomicBool = AtomicBool::new(false);
    if IS_ADDED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let Ok(finders) = vm.sys_module.get_attr("meta_path", vm) else {
        return Ok(());
    };
    let Some(finders) = finders.downcast_ref::<PyList>() else {
        return Ok(());
    };
    let is_last = |finder: &PyObjectRef| {
        let name = finder.get_attr("__name__", vm).ok();
        let name = name.as_ref().and_then(|name| name.downcast_ref::<PyStr>());
        name.is_some_and(|name| name.as_bytes() == b"PathFinder")
    };
    let has_own = finders.borrow_vec().iter().any(is_last);
    if has_own && !IS_ADDED.swap(true, Ordering::Relaxed) {
        let finder = PyRef::new_ref(
            PyNamespace::default(),
            vm.ctx.types.namespace_type.to_owned(),
            Some(vm.ctx.new_dict()),
        );
        let find = |vm: &VirtualMachine, args: FuncArgs, _: Callee| find_spec(args, vm);
        let find = define("find_spec", None, PyMethodFlags::EMPTY, find);
        let find = find.build_function(&vm.ctx);
        finder.as_object().set_attr("find_spec", find, vm)?;
        finders.borrow_vec_mut().push(finder.into());
    }
    Ok(())
}

/// `find_spec(fullname, path=None, target=None)`
fn find_spec(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let mut positional = args.args.into_iter();
    let name = positional.next().unwrap_or_else(|| vm.ctx.none());
    let path = positional.next().filter(|path| !vm.is_none(path));
    let path = match path {
        Some(path) => path,
        None => vm.sys_module.get_attr("path", vm)?,
    };
    let Some(text) = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()) else {
        return Ok(vm.ctx.none());
    };
    let leaf = text.rsplit('.').next().unwrap_or(text);
    let folders: Vec<PyObjectRef> = path.try_to_value(vm)?;
    let found = folders.iter().find_map(|folder| {
        let folder = folder.downcast_ref::<PyStr>()?.to_str()?;
        let folder = if folder.is_empty() { "." } else { folder };
        find_file(Path::new(folder), leaf)
    });
    let Some(file) = found else {
        return Ok(vm.ctx.none());
    };
    let file: PyObjectRef = vm.fsdecode(file.as_os_str()).into();
    let importlib = vm.import("_frozen_importlib_external", 0)?;
    let loader = importlib.get_attr("ExtensionFileLoader", vm)?;
    let loader = loader.call((name.clone(), file.clone()), vm)?;
    let module_spec = vm
        .import("_frozen_importlib", 0)?
        .get_attr("ModuleSpec", vm)?;
    let spec = module_spec.call((name, loader), vm)?;
    spec.set_attr("origin", file, vm)?;
    Ok(spec)
}

/// The first file in a folder that is an extension module of this name.
fn find_file(folder: &Path, leaf: &str) -> Option<PathBuf> {
    let names = fs::read_dir(folder).ok()?.flatten();
    let mut names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    names.retain(|name| {
        let name = name.as_encoded_bytes();
        let rest = name.strip_prefix(leaf.as_bytes());
        rest.is_some_and(is_foreign)
    });
    names.sort();
    names.first().map(|name| folder.join(name))
}

/// Whether the end of a file name, from the first dot on, is that of an extension module for
/// another ABI.
pub fn is_foreign(suffix: &[u8]) -> bool {
    let Some(tag) = suffix
        .strip_prefix(b".")
        .and_then(|rest| rest.strip_suffix(b".so"))
    else {
        return false;
    };
    let starts = |start: &[u8]| tag.starts_with(start) && !tag.contains(&b'.');
    starts(b"cpython-")
        || tag == b"abi3"
        || (starts(b"hpy") && tag.get(3).is_some_and(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_files_are_known_by_their_suffixes() {
        for suffix in [
            ".cpython-311-x86_64-linux-gnu.so",
            ".abi3.so",
            ".hpy0-cp312.so",
            ".hpy1.so",
        ] {
            assert!(is_foreign(suffix.as_bytes()), "{suffix}");
        }
        for suffix in [
            "",
            ".so",
            ".py",
            ".hpy.so",
            "x.abi3.so",
            ".x.abi3.so",
            ".cpython-311.so.1",
        ] {
            assert!(!is_foreign(suffix.as_bytes()), "{suffix}");
        }
    }
}
