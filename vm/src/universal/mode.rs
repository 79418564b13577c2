//! The environment, which chooses the mode that a module is loaded in.

use crate::host::make_loader;
use hpy_loader::modes::Mode;
use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::env;
use std::sync::{Mutex, PoisonError};

/// The names of the modules that a mode was chosen for.
static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Warns, at the end of the process, of modules that the variable `HPY` names and nobody
/// has imported: most likely their names are misspelt. HPy's own loader refuses to load
/// any other module then.
pub fn warn_of_names() {
    let names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let value = env::var("HPY").unwrap_or_default();
    let asked = value.split(',').filter_map(|entry| entry.split_once(':'));
    for (asked, _) in asked {
        let asked = asked.trim();
        // A process without HPy modules, say one that the program starts, is not meant.
        if !names.is_empty() && !names.iter().any(|name| name == asked) {
            eprintln!(
                "hpyvm: warning: HPY={value} names the module '{asked}', which was not \
                 loaded; these HPy modules were: {}",
                names.join(", ")
            );
        }
    }
}

/// Whether the environment or the command line asks for a mode that makes reports.
pub fn asks_for_reports() -> bool {
    let value = env::var_os("HPY").unwrap_or_default();
    let value = value.to_string_lossy();
    let modes = ["debug", "trace"].iter().any(|mode| value.contains(mode));
    modes || env::args_os().any(|argument| argument == "hpy.debug" || argument == "hpy.trace")
}

/// Notes that a module was loaded.
pub fn note_name(name: &str) {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// The mode for the module `name` that the variable `HPY` in `environment` asks
/// for. With `HPY_LOG`, standard output tells that the module is loaded.
pub fn choose_mode(name: &str, environment: &PyObject, vm: &VirtualMachine) -> PyResult<Mode> {
    let mode = mode_from_environment(name, environment, vm)?;
    note_name(name);
    if get_variable(environment, "HPY_LOG", vm)?.is_some() {
        vm.print((mode.log_line(name),))?;
    }
    // Who sets the variable wants to be told about everything, be it in the last moment
    // of the process.
    if mode == Mode::Debug {
        make_loader(vm)?.debug().set_reports_faults(true);
        let any = vm.new_tuple(("keep_watch",));
        let ends = vm.import_from("hpy._ends", any, 0)?;
        ends.get_attr("keep_watch", vm)?.call((), vm)?;
    }
    Ok(mode)
}

fn mode_from_environment(
    name: &str,
    environment: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Mode> {
    let Some(value) = get_variable(environment, "HPY", vm)? else {
        return Ok(Mode::Universal);
    };
    let value: PyStrRef = value.try_into_value(vm)?;
    let mode = Mode::of_module(name, value.to_string_lossy().as_ref());
    mode.map_err(|error| vm.new_value_error(error.to_string()))
}

/// `environment[key]`, if it is there.
fn get_variable(
    environment: &PyObject,
    key: &'static str,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    match environment.get_item(key, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

    #[test]
    fn the_variable_may_be_missing_or_wrong() {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            let environment = vm.ctx.new_dict();
            let mode = || mode_from_environment("m", environment.as_object(), vm);
            assert_eq!(mode().ok(), Some(Mode::Universal));
            for (value, expected) in [
                ("m:debug", Ok(Mode::Debug)),
                (
                    "fast",
                    Err("ValueError: invalid HPy mode: fast (".to_owned()),
                ),
            ] {
                let value = vm.ctx.new_str(value).into();
                environment
                    .set_item("HPY", value, vm)
                    .unwrap_or_else(|_| panic!("a str can be a key"));
                let mode = mode().map_err(|error| {
                    let class = error.class().name().to_owned();
                    let text = error.as_object().str(vm).map(|text| text.to_string());
                    let text = text.unwrap_or_default();
                    format!("{class}: {}", &text[..=text.find('(').unwrap()])
                });
                assert_eq!(mode, expected);
            }
        });
    }
}
