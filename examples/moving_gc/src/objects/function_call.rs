//! Calling function objects, those of extensions among them.

use super::function::{Code, OWNER, RECEIVER};
use crate::heap::{Kind, Local, Object};
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::Loader;
use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::spec::MethodDef;

impl Vm {
    /// Calls a function object.
    pub(crate) fn call_function(&self, function: &Local, mut arguments: Arguments) -> Result {
        let Some(code) = self.code_of(function) else {
            unreachable!("the caller has looked at the kind");
        };
        match code {
            Code::Native { function: code, .. } => {
                self.check_receiver(function, &arguments)?;
                code(self, function, arguments)
            }
            Code::Method { loader, definition } => {
                let receiver = match self.heap.get(function, RECEIVER) {
                    Some(receiver) => receiver,
                    None => self.take_receiver(function, &mut arguments)?,
                };
                self.call_method_def(loader, definition, function, &receiver, arguments)
            }
            Code::Dunder { definition, dunder } => {
                let receiver = self.take_receiver(function, &mut arguments)?;
                dunder.call(self, definition, receiver, arguments)
            }
            Code::GetSet { .. } | Code::Member { .. } => Err(self.not_callable(function)),
        }
    }

    /// `__new__` gets a class that derives from its own; every other function that
    /// belongs to a class gets an instance of it.
    pub(super) fn check_receiver(&self, function: &Local, arguments: &Arguments) -> Result<()> {
        let Some(owner) = self.heap.get(function, OWNER) else {
            return Ok(());
        };
        let name = self.function_name(function);
        let is_new = name == "__new__";
        let class = self.type_name_of(&owner);
        let message = match arguments.positional.first() {
            Some(receiver) if !is_new => return self.check_owner(function, receiver),
            Some(receiver) if self.heap.kind(receiver) != Kind::Type => {
                let other = self.type_name_for(receiver);
                format!("{class}.__new__(X): X is not a type object ({other})")
            }
            Some(receiver) if !self.is_subclass(receiver, &owner) => {
                let other = self.type_name_of(receiver);
                format!("{class}.__new__({other}): {other} is not a subtype of {class}")
            }
            Some(_) => return Ok(()),
            None if is_new => format!("{class}.__new__(): not enough arguments"),
            None => format!("unbound method {class}.{name}() needs an argument"),
        };
        Err(self.error("TypeError", &message))
    }

    /// The first argument, once it has been checked.
    pub(super) fn take_receiver(&self, function: &Local, arguments: &mut Arguments) -> Result {
        self.check_receiver(function, arguments)?;
        match arguments.positional.is_empty() {
            true => Err(self.error("SystemError", "a descriptor without a class")),
            false => Ok(arguments.positional.remove(0)),
        }
    }

    pub(super) fn call_method_def(
        &self,
        loader: &'static Loader<Self>,
        definition: &MethodDef,
        function: &Local,
        receiver: &Local,
        arguments: Arguments,
    ) -> Result {
        let name = || self.callable_name(function);
        let repr = || self.repr(function).unwrap_or_else(|_| name());
        let args = self.call_args(&arguments);
        let (receiver, callee) = (
            Receiver::Object(receiver.to_object()),
            Callee::Callable(&repr),
        );
        self.rooted(loader.call_method(definition, &name, receiver, args, callee))
    }

    /// Calls an instance of an extension's type.
    pub(super) fn call_instance(
        &self,
        loader: &'static Loader<Self>,
        function: HPyFunc_keywords,
        this: &Local,
        arguments: &Arguments,
    ) -> Result {
        let repr = || self.repr(this).unwrap_or_default();
        let args = self.call_args(arguments);
        let callee = Callee::Callable(&repr);
        self.rooted(loader.call_instance(function, this.to_object(), args, callee))
    }

    /// Arguments as C takes them. Nothing may be allocated until it has.
    fn call_args(&self, arguments: &Arguments) -> CallArgs<Object> {
        let keywords = &arguments.keywords;
        let names: Vec<Local> = keywords.iter().map(|(name, _)| name.clone()).collect();
        let names = (!names.is_empty()).then(|| self.tuple(&names));
        let positional = arguments.positional.iter();
        let values = positional.chain(keywords.iter().map(|(_, value)| value));
        let values = values.map(Local::to_object).collect();
        match names {
            Some(names) => CallArgs::with_keywords(values, names.to_object(), keywords.len()),
            None => CallArgs::positional(values),
        }
    }

    /// Roots what the loader returned.
    pub(crate) fn rooted(&self, result: std::result::Result<Object, Object>) -> Result {
        match result {
            Ok(object) => Ok(self.heap.root(&object)),
            Err(error) => Err(self.heap.root(&error)),
        }
    }

    /// Roots the error of what returned something else.
    pub(crate) fn rooted_error<T>(&self, result: std::result::Result<T, Object>) -> Result<T> {
        result.map_err(|error| self.heap.root(&error))
    }
}
