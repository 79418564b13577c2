//! The modules and builtins that scripts find.
//!
//! A module of the library is a file of Python in `python/`, written in the
//! driver's own language. What has to be done in Rust is in the module
//! `_driver`, which those files import from, and in the builtins. What classes in
//! `methods.py` have is added to the builtin classes of their names. It is as much
//! of Python's library as the scripts need, and each function that is there does
//! what Python's does: the checker leaves a test out rather than have it meet an
//! approximation.

mod base85;
mod builtins;
mod modes;
mod native;
mod patterns;

use super::interpreter::{Interpreter, Value, VmResult};
use moving_gc::NativeFunction;

macro_rules! modules {
    ($($name:literal => $file:literal,)*) => {
        /// Name, file and source of each module in Python.
        const MODULES: &[(&str, &str, &str)] = &[
            $(($name, $file, include_str!(concat!("python/", $file))),)*
        ];
    };
}

modules! {
    "base64" => "base64.py",
    "builtins" => "builtins.py",
    "codecs" => "codecs.py",
    "collections" => "collections.py",
    "contextvars" => "contextvars.py",
    "copy" => "copy.py",
    "errno" => "errno.py",
    "fractions" => "fractions.py",
    "gc" => "gc.py",
    "hpy" => "hpy.py",
    "hpy.debug" => "hpy_debug.py",
    "hpy.universal" => "hpy_universal.py",
    "itertools" => "itertools.py",
    "math" => "math.py",
    "_methods" => "methods.py",
    "operator" => "operator.py",
    "os" => "os.py",
    "pytest" => "pytest.py",
    "re" => "re.py",
    "string" => "string.py",
    "struct" => "struct.py",
    "sys" => "sys.py",
    "test" => "test.py",
    "test.support" => "support.py",
    "traceback" => "traceback.py",
    "types" => "types.py",
}

/// The module of functions in Rust.
const NATIVE: &str = "_driver";

pub(super) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    MODULES
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, file, source)| (*file, *source))
}

/// Whether the library has the module.
pub(super) fn has(name: &str) -> bool {
    name == NATIVE || find(name).is_some()
}

/// A module of the library, made afresh.
pub(super) fn module(interpreter: &Interpreter, name: &str) -> VmResult<Option<Value>> {
    let vm = interpreter.vm;
    if name == NATIVE {
        let module = vm.module(name);
        for (name, function) in native::FUNCTIONS {
            let function = vm.function(name, *function, &[], false);
            vm.set_attr(&module, name, Some(&function))?;
        }
        return Ok(Some(module));
    }
    let Some((file, source)) = find(name) else {
        return Ok(None);
    };
    let module = vm.module(name);
    let package = vm.str(name.rsplit_once('.').map_or(name, |(parent, _)| parent));
    vm.set_attr(&module, "__package__", Some(&package))?;
    vm.dict_set_str(&vm.modules(), name, &module);
    interpreter.run_source(source, file, &module)?;
    // `test` is two packages: this library's, and the suite's own files.
    if let Some((parent, leaf)) = name.rsplit_once('.')
        && has(parent)
    {
        vm.set_attr(&vm.import(parent)?, leaf, Some(&module))?;
    }
    Ok(Some(module))
}

/// Adds the builtins that the VM does not have by itself.
pub(super) fn install(interpreter: &Interpreter) {
    let vm = interpreter.vm;
    let builtins = vm.builtins();
    let add = |name: &str, function: NativeFunction| {
        if vm.dict_get_str(&builtins, name).is_none() {
            vm.dict_set_str(&builtins, name, &vm.function(name, function, &[], false));
        }
    };
    for (name, function) in builtins::FUNCTIONS {
        add(name, *function);
    }
    let code = vm.class("code", &[], &vm.dict());
    let filled = code.and_then(|code| {
        vm.dict_set_str(&builtins, "code", &code);
        add_module(interpreter, "builtins")?;
        add_module(interpreter, "_methods")
    });
    if let Err(error) = filled {
        panic!(
            "the builtins of the library: {}",
            interpreter.report(&error)
        );
    }
}

/// Makes builtins of what a module defines. A class with the name of a builtin one adds to
/// that instead.
fn add_module(interpreter: &Interpreter, name: &str) -> VmResult<()> {
    let vm = interpreter.vm;
    let builtins = vm.builtins();
    let Some(module) = module(interpreter, name)? else {
        return Ok(());
    };
    let namespace = vm.attributes_of(&module);
    for (name, value) in vm.entries(&namespace) {
        let name = vm.text(&name).unwrap_or_default();
        match vm.dict_get_str(&builtins, &name) {
            None if name.starts_with('_') => {}
            None => vm.dict_set_str(&builtins, &name, &value),
            Some(class) => {
                let methods = vm.attributes_of(&class);
                for (name, method) in vm.entries(&vm.attributes_of(&value)) {
                    let is_own =
                        |name: &str| !matches!(name, "__module__" | "__qualname__" | "__doc__");
                    if vm.text(&name).as_deref().is_some_and(is_own) {
                        vm.dict_set(&methods, &name, &method)?;
                    }
                }
            }
        }
    }
    // What the module's functions find under this name are the builtins themselves.
    for (name, value) in vm.entries(&builtins) {
        vm.dict_set(&namespace, &name, &value)?;
    }
    Ok(())
}
