//! The arguments of builtins.

use crate::heap::Local;
use crate::vm::{Arguments, NativeFunction, Result, Vm};

/// A class and its methods.
pub(super) type Table = (&'static str, &'static [(&'static str, NativeFunction)]);

/// A method of the receiver alone, or of one more argument.
macro_rules! method {
    ($name:literal, |$vm:ident, $receiver:ident| $body:expr) => {
        ($name, |$vm, _, arguments| {
            let $receiver = Parameters::none($vm, $name, arguments)?;
            $body
        })
    };
    ($name:literal, |$vm:ident, $receiver:ident, $argument:ident| $body:expr) => {
        ($name, |$vm, _, arguments| {
            let ($receiver, $argument) = Parameters::one($vm, $name, arguments)?;
            $body
        })
    };
}
pub(super) use method;

/// The arguments of a builtin, taken one after the other.
pub(super) struct Parameters<'a> {
    vm: &'a Vm,
    name: &'static str,
    positional: std::vec::IntoIter<Local>,
    keywords: Vec<(Local, Local)>,
}

impl<'a> Parameters<'a> {
    pub fn new(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Self {
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
    pub fn required(&mut self) -> Result {
        self.positional.next().ok_or_else(|| {
            let message = format!("{}() is missing an argument", self.name);
            self.vm.error("TypeError", &message)
        })
    }

    /// The next argument, by position or by name.
    pub fn optional(&mut self, name: &str) -> Option<Local> {
        self.positional.next().or_else(|| {
            let place = self
                .keywords
                .iter()
                .position(|(key, _)| self.vm.is_text(key, name));
            place.map(|place| self.keywords.remove(place).1)
        })
    }

    /// Whether any have not been taken.
    pub fn has_more(&self) -> bool {
        self.positional.len() + self.keywords.len() > 0
    }

    /// There are no more.
    pub fn end(mut self) -> Result<()> {
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
    pub fn one(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Result<(Local, Local)> {
        let mut parameters = Self::new(vm, name, arguments);
        let (receiver, argument) = (parameters.required()?, parameters.required()?);
        parameters.end()?;
        Ok((receiver, argument))
    }

    /// The receiver alone.
    pub fn none(vm: &'a Vm, name: &'static str, arguments: Arguments) -> Result {
        let mut parameters = Self::new(vm, name, arguments);
        let receiver = parameters.required()?;
        parameters.end()?;
        Ok(receiver)
    }
}
