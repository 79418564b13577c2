//! The mode that a module is loaded in, and the environment that chooses it.

use rustpython_vm::builtins::PyStrRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// The context that a module gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The plain context.
    Universal,
    /// One that finds mistakes.
    Debug,
    /// One that counts and times calls.
    Trace,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Universal, Self::Debug, Self::Trace];

    fn name(self) -> &'static str {
        match self {
            Self::Universal => "universal",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }

    /// The mode for the module `name` that the variable `HPY` in `environment`
    /// asks for: `mode`, or `module:mode,module:mode`.
    ///
    /// What hpy 0.9.0 does with a module that the list leaves out is to raise,
    /// which would keep every other extension from being imported. Here such a
    /// module gets the default.
    pub fn from_environment(
        name: &str,
        environment: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let Some(value) = get_variable(environment, "HPY", vm)? else {
            return Ok(Self::Universal);
        };
        let value: PyStrRef = value.try_into_value(vm)?;
        let value = value.to_string();
        let invalid = || {
            let start: String = value.chars().take(50).collect();
            vm.new_value_error(format!("invalid HPy mode: {start}"))
        };
        if value.is_empty() {
            return Ok(Self::Universal);
        }
        if !value.contains(':') {
            return Self::parse(&value).ok_or_else(invalid);
        }
        let mut found = Self::Universal;
        for entry in value.split(',') {
            let (module, mode) = entry.split_once(':').ok_or_else(invalid)?;
            let mode = Self::parse(mode.trim()).ok_or_else(invalid)?;
            if module.trim() == name {
                found = mode;
            }
        }
        Ok(found)
    }

    fn log_text(self) -> &'static str {
        match self {
            Self::Universal => "",
            Self::Debug => " with a debug context",
            Self::Trace => " with a trace context",
        }
    }
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

/// Tells on standard output that a module is loaded, if `HPY_LOG` is set.
pub fn log(name: &str, mode: Mode, environment: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if get_variable(environment, "HPY_LOG", vm)?.is_none() {
        return Ok(());
    }
    let text = format!("Loading '{name}' in HPy universal mode{}", mode.log_text());
    vm.print((text,))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

    /// Asserts what mode `HPY=value` gives `module`, or what error.
    fn assert_modes(cases: &[(&str, Option<&str>, Result<Mode, String>)]) {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            for (module, value, expected) in cases {
                let environment = vm.ctx.new_dict();
                if let Some(value) = value {
                    let value = vm.ctx.new_str(*value).into();
                    environment
                        .set_item("HPY", value, vm)
                        .unwrap_or_else(|_| panic!("a str can be a key"));
                }
                let mode = Mode::from_environment(module, environment.as_object(), vm);
                let mode = mode.map_err(|error| {
                    let class = error.class().name().to_owned();
                    let text = error.as_object().str(vm).map(|text| text.to_string());
                    format!("{class}: {}", text.unwrap_or_default())
                });
                assert_eq!(&mode, expected, "HPY={value:?} for {module}");
            }
        });
    }

    #[test]
    fn one_mode_is_for_all_modules() {
        assert_modes(&[
            ("m", None, Ok(Mode::Universal)),
            ("m", Some(""), Ok(Mode::Universal)),
            ("m", Some("universal"), Ok(Mode::Universal)),
            ("m", Some("Debug"), Ok(Mode::Debug)),
            ("m", Some("trace"), Ok(Mode::Trace)),
        ]);
    }

    #[test]
    fn a_list_of_modes_is_for_the_modules_that_it_names() {
        let list = Some("a:debug,p.b:trace,c:universal");
        assert_modes(&[
            ("a", list, Ok(Mode::Debug)),
            ("p.b", list, Ok(Mode::Trace)),
            ("c", list, Ok(Mode::Universal)),
            ("p", list, Ok(Mode::Universal)),
            ("ab", list, Ok(Mode::Universal)),
        ]);
    }

    #[test]
    fn other_modes_are_refused() {
        let refused = |value: &str| Err(format!("ValueError: invalid HPy mode: {value}"));
        let long = "x".repeat(60);
        assert_modes(&[
            ("m", Some("fast"), refused("fast")),
            ("m", Some("m:fast"), refused("m:fast")),
            ("m", Some("m:debug,fast"), refused("m:debug,fast")),
            ("m", Some("m:debug,n:"), refused("m:debug,n:")),
            ("m", Some(&long), refused(&long[..50])),
        ]);
    }
}
