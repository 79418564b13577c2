//! Calling.

use hpy_loader::Loader;
use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::call::Callee;
use hpy_loader::runtime::{Calls, Errors, Objects, Types};

use crate::function::{call_args, owned};
use crate::object::lock;
use crate::{Data, Object, Toy, VmResult};

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
            Data::Class(_) => return self.call_class(callable, args, names),
            _ => {}
        }
        let Some((loader, function)) = self.call_slot(callable) else {
            return Err(self.type_error(&format!("{callable} is not callable")));
        };
        let name = || callable.to_string();
        let (args, callee) = (call_args(args, names), Callee::Callable(&name));
        loader.call_instance(function, callable.clone(), args, callee)
    }

    fn call_method(
        &self,
        name: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let (receiver, args) = args.split_first().expect("a receiver");
        self.call(&self.get_attr(receiver, name)?, args, names)
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
    pub(super) fn call_slot(
        &self,
        object: &Object,
    ) -> Option<(&'static Loader<Self>, HPyFunc_keywords)> {
        let (loader, of_class) = self.slot(&self.type_of(object), |slots| slots.tp_call)?;
        let own = *lock(&object.instance()?.call);
        Some((loader, own.unwrap_or(of_class)))
    }

    /// A new instance of a class of an extension, by `tp_new` and `tp_init`.
    fn call_class(
        &self,
        class: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        if class.definition().is_none() {
            return Err(self.not_implemented(&format!("instances of {class}")));
        }
        let names = names.and_then(|names| names.items()).unwrap_or_default();
        let (args, values) = args.split_at(args.len() - names.len());
        let keywords: Vec<_> = names.into_iter().zip(owned(values)).collect();
        let keywords = (!keywords.is_empty()).then(|| self.dict(keywords));
        let instance = match self.slot(class, |slots| slots.tp_new) {
            None => self.new_instance(class)?.0,
            Some((loader, function)) => {
                let (class, keywords) = (class.clone(), keywords.clone());
                loader.call_slot(function, (class, owned(args), keywords, Callee::Class))?
            }
        };
        if self.is_instance(&instance, class)
            && let Some((loader, function)) = self.slot(class, |slots| slots.tp_init)
        {
            loader.call_slot(function, (instance.clone(), owned(args), keywords))?;
        }
        Ok(instance)
    }
}
