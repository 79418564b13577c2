//! What builtin classes have in their dicts: constructors and methods.

mod containers;
mod exceptions;
mod numbers;
mod objects;
mod text;
mod wrappers;

use crate::heap::Local;
use crate::vm::{Arguments, NativeFunction, Result, Vm};

/// A class and its methods.
type Table = (&'static str, &'static [(&'static str, NativeFunction)]);

/// Fills the dicts of the builtin classes.
pub(super) fn install(vm: &Vm) {
    let tables = [
        objects::TABLES,
        numbers::TABLES,
        text::TABLES,
        containers::TABLES,
        exceptions::TABLES,
        wrappers::TABLES,
    ];
    for &(class, methods) in tables.into_iter().flatten() {
        let class = vm.builtin(class);
        let dict = vm.attributes_of(&class);
        for &(name, function) in methods {
            let is_static = name == "__new__";
            let is_class_method = matches!(name, "fromkeys" | "from_bytes" | "fromhex");
            let function = vm.function(name, function, &[], !is_static);
            if !is_class_method {
                vm.set_function_owner(&function, &class);
            }
            let function = match is_static || is_class_method {
                true => {
                    let kind = if is_static {
                        "staticmethod"
                    } else {
                        "classmethod"
                    };
                    let wrapper = vm.record(&vm.builtin(kind), 1, 0);
                    vm.record_set(&wrapper, 0, Some(&function));
                    wrapper
                }
                false => function,
            };
            vm.dict_set_str(&dict, name, &function);
        }
    }
}

/// The arguments of a builtin, taken one after the other.
struct Parameters<'a> {
    vm: &'a Vm,
    name: &'static str,
    positional: std::vec::IntoIter<Local>,
    keywords: Vec<(Local, Local)>,
}

impl<'a> Parameters<'a> {
    fn new(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Self {
        let Arguments {
            positional,
            keywords,
        } = arguments;
        let positional = positional.into_iter();
        Self {
            vm,
            name,
            positional,
            keywords,
        }
    }

    /// The next argument, which has to be there.
    fn required(&mut self) -> Result {
        self.positional.next().ok_or_else(|| {
            let message = format!("{}() is missing an argument", self.name);
            self.vm.error("TypeError", &message)
        })
    }

    /// The next argument, by position or by name.
    fn optional(&mut self, name: &str) -> Option<Local> {
        self.positional.next().or_else(|| {
            let place = self
                .keywords
                .iter()
                .position(|(key, _)| self.vm.is_text(key, name));
            place.map(|place| self.keywords.remove(place).1)
        })
    }

    /// There are no more.
    fn end(mut self) -> Result<()> {
        if self.positional.next().is_some() {
            let message = format!("{}() got too many arguments", self.name);
            return Err(self.vm.error("TypeError", &message));
        }
        match self.keywords.first() {
            Some((key, _)) => {
                let key = self.vm.text(key).unwrap_or_default();
                let name = self.name;
                let message = format!("{name}() got an unexpected keyword argument '{key}'");
                Err(self.vm.error("TypeError", &message))
            }
            None => Ok(()),
        }
    }

    /// The one argument behind the receiver.
    fn one(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Result<(Local, Local)> {
        let mut parameters = Self::new(vm, name, arguments);
        let (receiver, argument) = (parameters.required()?, parameters.required()?);
        parameters.end()?;
        Ok((receiver, argument))
    }

    /// The receiver alone.
    fn none(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Result {
        let mut parameters = Self::new(vm, name, arguments);
        let receiver = parameters.required()?;
        parameters.end()?;
        Ok(receiver)
    }
}
