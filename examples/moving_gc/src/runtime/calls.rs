//! Calling.

use super::{VmResult, out};
use crate::heap::{Local, Object};
use crate::vm::{Arguments, Result, Vm};
use hpy_loader::runtime::Calls;
use hpy_loader::sites::{Position, PythonFrame};
use std::ops::ControlFlow;

impl Vm {
    /// Arguments in the vectorcall form.
    fn arguments(&self, mut values: Vec<Local>, names: Option<Local>) -> Arguments {
        let names = names.and_then(|names| self.items(&names));
        let names = names.unwrap_or_default();
        let keywords = values.split_off(values.len() - names.len());
        Arguments {
            positional: values,
            keywords: names.into_iter().zip(keywords).collect(),
        }
    }

    fn call_with_dict(
        &self,
        callable: &Local,
        args: Option<Local>,
        kwargs: Option<Local>,
    ) -> Result {
        let arguments = Arguments {
            positional: args.and_then(|args| self.items(&args)).unwrap_or_default(),
            keywords: kwargs.map_or_else(Vec::new, |kwargs| self.entries(&kwargs)),
        };
        self.call(callable, arguments)
    }
}

impl Calls for Vm {
    fn is_callable(&self, object: &Object) -> bool {
        self.is_callable(&self.root(object))
    }

    fn call(
        &self,
        callable: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let (callable, values) = (self.root(callable), self.root_all(args));
        let arguments = self.arguments(values, self.root_optional(names));
        out(self.call(&callable, arguments))
    }

    fn call_method(
        &self,
        name: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let (name, values) = (self.root(name), self.root_all(args));
        let names = self.root_optional(names);
        let call = || {
            let name = self.attribute_name(&name)?;
            let mut arguments = self.arguments(values, names);
            let receiver = arguments.positional.remove(0);
            self.call_method(&receiver, &name, arguments)
        };
        out(call())
    }

    fn call_tuple_dict(
        &self,
        callable: &Object,
        args: Option<&Object>,
        kwargs: Option<&Object>,
    ) -> VmResult<Object> {
        let callable = self.root(callable);
        let (args, kwargs) = (self.root_optional(args), self.root_optional(kwargs));
        out(self.call_with_dict(&callable, args, kwargs))
    }

    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        if let Some(language) = self.language() {
            language.walk_stack(visit);
        }
    }

    fn describe_position(&self, position: Position) -> PythonFrame {
        match self.language() {
            Some(language) => language.describe_position(position),
            None => unreachable!("only a language has positions"),
        }
    }
}
