//! Calling.

use hpy_loader::runtime::{Calls, Numbers};

use crate::object::lock;
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Toy<THREADS> {
    fn call_function(&self, object: &Object) -> Option<hpy_loader::abi::HPyFunc_keywords> {
        let Data::Instance(instance) = &object.data else {
            return None;
        };
        let own = *lock(&instance.call);
        own.or_else(|| self.type_link(object)?.definition().slots.tp_call)
    }
}

impl<const THREADS: bool> Calls for Toy<THREADS> {
    fn is_callable(&self, object: &Object) -> bool {
        let function = matches!(object.data, Data::Function(_) | Data::Class(_));
        function || self.call_function(object).is_some()
    }

    fn call(
        &self,
        callable: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> Fallible<Object> {
        match &callable.data {
            Data::Function(body) => body(args, names),
            Data::Class(_) if callable.is(&self.builtin("int")) && args.len() == 1 => {
                self.unary(hpy_loader::runtime::UnaryOp::Long, args[0])
            }
            _ => match (self.call_function(callable), self.type_link(callable)) {
                (Some(function), Some(link)) => link.call(function, callable, args, names),
                _ => Err(self.type_error(&format!("{callable} is not callable"))),
            },
        }
    }

    fn call_method(
        &self,
        name: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> Fallible<Object> {
        let Some(text) = name.text() else {
            return Err(self.type_error("method name must be string"));
        };
        if let Some(link) = self.type_link(args[0])
            && let Some(method) = link.method(&text)
        {
            return link.call_method(method, args, names);
        }
        match (&args[0].data, text.as_str()) {
            (Data::List(items), "append") if args.len() == 2 => {
                lock(items).push(args[1].clone());
                Ok(self.none())
            }
            _ => Err(self.raise("AttributeError", &format!("no method '{text}'"))),
        }
    }

    fn call_tuple_dict(
        &self,
        callable: &Object,
        args: Option<&Object>,
        kwargs: Option<&Object>,
    ) -> Fallible<Object> {
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
