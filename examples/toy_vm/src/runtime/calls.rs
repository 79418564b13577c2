//! Calling.

use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::call::Callee;
use hpy_loader::runtime::{Calls, Numbers, Objects, Types, UnaryOp};

use crate::class::Definition;
use crate::function::{call_args, owned};
use crate::object::lock;
use crate::{Class, Data, Object, Toy, VmResult};

impl<const THREADS: bool> Calls for Toy<THREADS> {
    fn is_callable(&self, object: &Object) -> bool {
        let function = matches!(object.data, Data::Function(_) | Data::Class(_));
        function || self.call_slot(object).is_some()
    }

    fn call(
        &self,
        callable: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        match &callable.data {
            Data::Function(body) => return body(args, names),
            Data::Class(class) => return self.call_class(callable, class, args, names),
            _ => {}
        }
        let Some((definition, function)) = self.call_slot(callable) else {
            return Err(self.type_error(&format!("{callable} is not callable")));
        };
        let name = || callable.to_string();
        let (args, callee) = (call_args(args, names), Callee::Callable(&name));
        let loader = definition.loader::<THREADS>();
        loader.call_instance(function, callable.clone(), args, callee)
    }

    fn call_method(
        &self,
        name: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let Some(name) = name.text() else {
            return Err(self.type_error("method name must be string"));
        };
        let (receiver, args) = args.split_first().expect("a receiver");
        // The one builtin method.
        if let (Data::List(items), "append", [item]) = (&receiver.data, name.as_str(), args) {
            lock(items).push((*item).clone());
            return Ok(self.none());
        }
        self.call(&self.get_attr_str(receiver, &name)?, args, names)
    }

    fn call_tuple_dict(
        &self,
        callable: &Object,
        args: Option<&Object>,
        kwargs: Option<&Object>,
    ) -> VmResult<Object> {
        let mut values = args.and_then(|args| args.items()).unwrap_or_default();
        let mut names = Vec::new();
        if let Some(Data::Dict(entries)) = kwargs.map(|kwargs| &kwargs.data) {
            for (name, value) in lock(entries).iter() {
                names.push(name.clone());
                values.push(value.clone());
            }
        }
        let names = (!names.is_empty()).then(|| self.tuple(names));
        let values: Vec<_> = values.iter().collect();
        self.call(callable, &values, names.as_ref())
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    /// What runs when an instance is called: a function of its own, else its class's.
    fn call_slot<'a>(&self, object: &'a Object) -> Option<(&'a Definition, HPyFunc_keywords)> {
        let (definition, of_class) = object.slot(|slots| slots.tp_call)?;
        let own = *lock(&object.instance()?.call);
        Some((definition, own.unwrap_or(of_class)))
    }

    /// A new instance of a class of an extension, by `tp_new` and `tp_init`.
    fn call_class(
        &self,
        callable: &Object,
        class: &Class,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        if let [arg] = args
            && callable.is(&self.builtin("int"))
        {
            return self.unary(UnaryOp::Long, arg);
        }
        if class.definition().is_none() {
            return self.missing(&format!("instances of {callable}"));
        }
        let names = names.and_then(|names| names.items()).unwrap_or_default();
        let (args, values) = args.split_at(args.len() - names.len());
        let keywords: Vec<_> = names.into_iter().zip(owned(values)).collect();
        let keywords = (!keywords.is_empty()).then(|| self.dict(keywords));
        let instance = match class.slot(|slots| slots.tp_new) {
            None => self.new_instance(callable)?.0,
            Some((definition, function)) => {
                let (class, keywords) = (callable.clone(), keywords.clone());
                let loader = definition.loader::<THREADS>();
                loader.call_slot(function, (class, owned(args), keywords, Callee::Class))?
            }
        };
        if self.is_instance(&instance, callable)
            && let Some((definition, function)) = class.slot(|slots| slots.tp_init)
        {
            let object = instance.clone();
            let loader = definition.loader::<THREADS>();
            loader.call_slot(function, (object, owned(args), keywords))?;
        }
        Ok(instance)
    }
}
