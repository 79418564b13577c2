//! Calling.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Arguments, Result, Vm};

impl Vm {
    /// Whether the object can be called.
    pub fn is_callable(&self, object: &Local) -> bool {
        match self.heap.kind(object) {
            Kind::BoundMethod | Kind::Type => true,
            Kind::Function => !self.is_data_descriptor(object),
            _ => self.lookup(&self.class_of(object), "__call__").is_some(),
        }
    }

    pub(crate) fn not_callable(&self, object: &Local) -> Local {
        self.type_error("'{}' object is not callable", &[object])
    }

    /// `callable(*positional, **keywords)`.
    pub fn call(&self, callable: &Local, arguments: Arguments) -> Result {
        self.deeper(|| match self.heap.kind(callable) {
            Kind::Function => self.call_function(callable, arguments),
            Kind::BoundMethod => {
                let (function, receiver) = (self.heap.get(callable, 0), self.heap.get(callable, 1));
                let (Some(function), Some(receiver)) = (function, receiver) else {
                    unreachable!("a bound method has both");
                };
                let mut arguments = arguments;
                arguments.positional.insert(0, receiver);
                self.call(&function, arguments)
            }
            kind => {
                let class = self.class_of(callable);
                match self.lookup_own(&class, "__call__") {
                    Some(method) => {
                        let bound = self.bind(&method, Some(callable), &class)?;
                        self.call(&bound, arguments)
                    }
                    None if kind == Kind::Type => self.instantiate(callable, arguments),
                    None => Err(self.not_callable(callable)),
                }
            }
        })
    }

    /// `type.__call__`: `__new__`, then `__init__`.
    pub(crate) fn instantiate(&self, class: &Local, arguments: Arguments) -> Result {
        if class.is(&self.builtin("type"))
            && arguments.keywords.is_empty()
            && let [object] = &*arguments.positional
        {
            return Ok(self.class_of(object));
        }
        if !self.class_info(class).is_instantiable {
            let message = format!("cannot create '{}' instances", self.type_name_of(class));
            return Err(self.error("TypeError", &message));
        }
        let Some(new) = self.lookup(class, "__new__") else {
            unreachable!("object has __new__");
        };
        let new = self.bind(&new, None, class)?;
        let mut with_class = arguments.clone();
        with_class.positional.insert(0, class.clone());
        let made = self.call(&new, with_class)?;
        if !self.is_instance(&made, class) {
            return Ok(made);
        }
        let made_class = self.class_of(&made);
        // The VM's own have nothing left to do.
        let init = self.lookup_own(&made_class, "__init__");
        if let Some(init) = init {
            let init = self.bind(&init, Some(&made), &made_class)?;
            let result = self.call(&init, arguments)?;
            if !self.is_none(&result) {
                let message = "__init__() should return None, not '{}'";
                return Err(self.type_error(message, &[&result]));
            }
        }
        Ok(made)
    }

    /// `object.name(...)`.
    pub fn call_method(&self, object: &Local, name: &str, arguments: Arguments) -> Result {
        let method = self.get_attr(object, name)?;
        self.call(&method, arguments)
    }

    /// Calls what was found in the class of `receiver`, bound to it.
    pub(crate) fn call_special(&self, method: &Local, receiver: &Local, args: &[Local]) -> Result {
        let bound = self.bind(method, Some(receiver), &self.class_of(receiver))?;
        self.call(&bound, args.to_vec().into())
    }

    /// Calls a method that the object's class defines, if it does and is not
    /// builtin.
    pub(crate) fn call_own(
        &self,
        object: &Local,
        name: &str,
        args: &[Local],
    ) -> Result<Option<Local>> {
        match self.lookup_own(&self.class_of(object), name) {
            Some(method) => self.call_special(&method, object, args).map(Some),
            None => Ok(None),
        }
    }

    /// Calls a method in the same way, whose result has to be of a kind: one that the
    /// message calls `what`.
    pub(crate) fn call_for(
        &self,
        object: &Local,
        name: &str,
        kind: Kind,
        what: &str,
    ) -> Result<Option<Local>> {
        let fits = |answer: &Local| match self.heap.kind(answer) {
            Kind::Bool => kind == Kind::Int,
            other => other == kind,
        };
        match self.call_own(object, name, &[])? {
            Some(answer) if !fits(&answer) => {
                let message = format!("{name} returned non-{what} (type {{}})");
                Err(self.type_error(&message, &[&answer]))
            }
            answer => Ok(answer),
        }
    }
}
