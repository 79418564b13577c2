//! What the driver's `hpy.universal` and `hpy.debug` are made of.

use crate::interpreter::{Interpreter, Value, VmResult};
use hpy_loader::modes::Mode;
use moving_gc::{Arguments, Vm};
use std::path::Path;

/// An argument that has to be an integer of some size.
pub(super) fn number<N: TryFrom<i64>>(vm: &Vm, value: &Value) -> VmResult<N> {
    vm.small_int(value)
        .and_then(|value| value.try_into().ok())
        .ok_or_else(|| vm.error("TypeError", "a small integer is required"))
}

/// `load_extension(name, path, spec, mode)`.
pub(super) fn load_extension(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([name, path, spec, mode], []) = arguments.take(vm, "load", [])?;
    let (Some(name), Some(path)) = (vm.text(&name), vm.text(&path)) else {
        return Err(vm.error("TypeError", "name and path must be str"));
    };
    let mode = number(vm, &mode)?;
    let mode = Mode::of_number(mode)
        .ok_or_else(|| vm.error("ValueError", &format!("invalid HPy mode: {mode}")))?;
    vm.load_with_spec(Path::new(&path), &name, &spec, mode)
}

/// `new_generation()`: handles opened from here on belong to it.
pub(super) fn new_generation(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([], []) = arguments.take(vm, "new_generation", [])?;
    Ok(vm.int(vm.new_generation()))
}

/// `open_handles(generation)`: a text for each place where handles were opened
/// that are open.
pub(super) fn open_handles(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([generation], []) = arguments.take(vm, "open_handles", [])?;
    let places = vm.debug_summary(number(vm, &generation)?).leaks();
    let places: Vec<Value> = places.iter().map(|place| vm.str(place)).collect();
    Ok(vm.list(&places))
}

/// `set_frames(limit)`: how many frames of C are kept of a place.
pub(super) fn set_frames(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([limit], []) = arguments.take(vm, "set_frames", [])?;
    vm.loader().debug().set_frames(number(vm, &limit)?);
    Ok(vm.none())
}

impl Interpreter {
    /// Sets a variable of `os.environ`, which is empty at first.
    pub fn set_environment(&self, name: &str, value: &str) {
        self.vm
            .dict_set_str(&self.os_environ, name, &self.vm.str(value));
    }

    /// The mode for a module, by the variable `HPY`; with `HPY_LOG` a line says so.
    pub(crate) fn mode_for(&self, name: &str) -> VmResult<Mode> {
        let variable = |name| {
            let value = self.vm.dict_get_str(&self.os_environ, name)?;
            Some(self.vm.text(&value).unwrap_or_default())
        };
        let modes = variable("HPY").unwrap_or_default();
        let mode = Mode::of_module(name, &modes)
            .map_err(|invalid| self.error("ValueError", &invalid.to_string()))?;
        if mode == Mode::Debug {
            // Who sets the variable wants to be told about everything.
            self.vm.loader().debug().set_reports_faults(true);
        }
        if variable("HPY_LOG").is_some() {
            self.write(&(mode.log_line(name) + "\n"), false)?;
        }
        Ok(mode)
    }
}
