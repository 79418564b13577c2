//! Exceptions.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};

/// The references of an exception.
const ARGS: usize = 0;
const CAUSE: usize = 1;
const CONTEXT: usize = 2;
/// How many there are.
const REFS: usize = 3;

impl Vm {
    /// An instance of a builtin exception class with a message.
    ///
    /// # Panics
    ///
    /// If there is no class of this name.
    pub fn error(&self, class: &str, message: &str) -> Local {
        let class = self.builtin(class);
        let message = self.str(message);
        self.new_exception_object(&class, &[message])
    }

    /// A `TypeError` whose message has the names of the objects' classes in the places of
    /// `{}`.
    pub(crate) fn type_error(&self, template: &str, objects: &[&Local]) -> Local {
        let mut parts = template.split("{}");
        let mut message = parts.next().unwrap_or_default().to_owned();
        for (object, part) in objects.iter().zip(parts) {
            message += &self.type_name_for(object);
            message += part;
        }
        self.error("TypeError", &message)
    }

    /// The `KeyError` for a key.
    pub(crate) fn key_error(&self, key: &Local) -> Local {
        self.new_exception_object(&self.builtin("KeyError"), std::slice::from_ref(key))
    }

    /// A `MemoryError`, from the heap's reserve.
    pub(crate) fn memory_error(&self) -> Local {
        self.new_exception_object(&self.builtin("MemoryError"), &[])
    }

    /// An exception instance, without calling anything of its class.
    pub(crate) fn new_exception_object(&self, class: &Local, args: &[Local]) -> Local {
        let exception = self.heap.allocate_small(Kind::Exception, class, REFS, 0);
        let tuple = self
            .heap
            .allocate_small(Kind::Tuple, &self.builtin("tuple"), args.len(), 0);
        for (index, arg) in args.iter().enumerate() {
            self.heap.set(&tuple, index, arg);
        }
        self.heap.set(&exception, ARGS, &tuple);
        // There is room, or the panic has told so.
        let _ = self.finish_instance(&exception);
        exception
    }

    /// `class(*args)` for a class of exceptions.
    pub fn new_exception(&self, class: &Local, args: &[Local]) -> Result {
        let made = self.call(class, args.to_vec().into())?;
        match self.heap.kind(&made) {
            Kind::Exception => Ok(made),
            _ => {
                let class = self.repr(class)?;
                let message = format!(
                    "calling {class} should have returned an instance of BaseException, not {{}}"
                );
                Err(self.type_error(&message, &[&made]))
            }
        }
    }

    /// Whether the object is a class of exceptions.
    pub fn is_exception_class(&self, object: &Local) -> bool {
        self.heap.kind(object) == Kind::Type
            && self.is_subclass(object, &self.builtin("BaseException"))
    }

    /// Whether `error` is an instance of the builtin class of this name.
    pub fn is_error(&self, error: &Local, class: &str) -> bool {
        self.is_instance(error, &self.builtin(class))
    }

    /// The `args` of an exception.
    pub fn exception_args(&self, error: &Local) -> Vec<Local> {
        let args = self.heap.get(error, ARGS);
        args.and_then(|args| self.items(&args)).unwrap_or_default()
    }

    pub(crate) fn set_exception_args(&self, error: &Local, args: &Local) {
        self.heap.set(error, ARGS, args);
    }

    /// The `__cause__` of an exception.
    pub fn cause(&self, error: &Local) -> Option<Local> {
        self.heap.get(error, CAUSE)
    }

    /// `raise error from cause`.
    pub fn set_cause(&self, error: &Local, cause: &Local) {
        self.heap.set(error, CAUSE, cause);
    }

    /// The `__context__` of an exception.
    pub fn context(&self, error: &Local) -> Option<Local> {
        self.heap.get(error, CONTEXT)
    }

    /// Puts down what was being handled when `error` was raised.
    pub fn set_context(&self, error: &Local, context: &Local) {
        if !error.is(context) {
            self.heap.set(error, CONTEXT, context);
        }
    }

    /// `str(error)` as `BaseException` defines it.
    pub(crate) fn exception_text(&self, error: &Local) -> Result {
        match self.exception_args(error).as_slice() {
            [] => Ok(self.str("")),
            [message] => self.str_object(message),
            args => self.repr_object(&self.tuple(args)),
        }
    }

    /// `class: message`, as the last line of a traceback.
    pub fn describe_error(&self, error: &Local) -> String {
        let name = self.class_name(&self.class_of(error));
        match self.display(error) {
            Ok(text) if text.is_empty() => name,
            Ok(text) => format!("{name}: {text}"),
            Err(_) => format!("{name}: <exception str() failed>"),
        }
    }

    /// `raise class`, `raise class from value`: what `PyErr_SetObject` makes of
    /// the two.
    pub(crate) fn normalize_error(&self, class: &Local, value: Option<&Local>) -> Local {
        let value = value.filter(|value| !self.is_none(*value));
        if !self.is_exception_class(class) {
            let message = match self.repr(class) {
                Ok(class) => {
                    format!("_PyErr_SetObject: exception {class} is not a BaseException subclass")
                }
                Err(error) => return error,
            };
            return self.error("SystemError", &message);
        }
        let args = match value {
            Some(value) if self.is_instance(value, class) => return value.clone(),
            Some(value) if self.heap.kind(value) == Kind::Tuple => {
                self.items(value).unwrap_or_default()
            }
            Some(value) => vec![value.clone()],
            None => Vec::new(),
        };
        match self.new_exception(class, &args) {
            Ok(error) | Err(error) => error,
        }
    }

    /// `except classes`: a class or a tuple of them.
    pub fn error_matches(&self, error: &Local, classes: &Local) -> bool {
        if self.heap.kind(classes) == Kind::Tuple {
            let classes = self.items(classes).unwrap_or_default();
            return classes.iter().any(|class| self.error_matches(error, class));
        }
        if !self.is_exception_class(classes) {
            return error.is(classes);
        }
        match self.heap.kind(error) {
            Kind::Exception => self.is_instance(error, classes),
            _ => self.is_exception_class(error) && self.is_subclass(error, classes),
        }
    }
}
