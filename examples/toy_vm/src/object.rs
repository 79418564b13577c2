//! Objects: shared values that are counted.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::capsule::Capsule;
use hpy_loader::spec::TypeDef;

use crate::{Body, Class, Native};

/// A root: one counted reference, 8 bytes. The object dies with its last root.
#[derive(Clone)]
pub struct Object(pub(crate) Arc<Value>);

/// What a failure carries: the exception.
pub type VmResult<T> = Result<T, Object>;

/// What a root refers to.
pub struct Value {
    /// What it is.
    pub data: Data,
    heap: Heap,
}

/// What the values of one VM share. Each holds it, and so it counts them.
pub(crate) type Heap = Arc<()>;

/// The kinds of objects.
#[allow(missing_docs)]
pub enum Data {
    /// `None` and its like.
    Singleton(&'static str),
    Bool(bool),
    /// An `int`, as far as 128 bits go.
    Int(i128),
    Float(f64),
    /// A `str` without surrogates, with a NUL behind the last character.
    Str(Box<str>),
    /// A `bytes`, with a NUL behind the last byte.
    Bytes(Box<[u8]>),
    List(Mutex<Vec<Object>>),
    Tuple(Box<[Object]>),
    /// A `dict`, in the order of insertion.
    Dict(Mutex<Vec<(Object, Object)>>),
    /// A `slice`: start, stop, step.
    Slice([Object; 3]),
    /// What is left of an iteration.
    Iterator(Mutex<VecDeque<Object>>),
    Capsule(Capsule),
    /// A class, builtin or of an extension.
    Class(Class),
    Error(Error),
    /// A function, of Rust or of an extension.
    Function(Box<Body>),
    /// An instance of a class that an extension has defined.
    Instance(Instance),
    /// The names in a module.
    Module(Mutex<BTreeMap<String, Object>>),
    /// A `ContextVar`.
    ContextVar {
        /// Given when it was made.
        default: Option<Object>,
        /// Set since then.
        value: Mutex<Option<Object>>,
    },
    /// Runs its function when it dies, as an object with `__del__` does.
    Finalizer(Box<dyn Fn() + Send + Sync>),
    /// What is left of an instance while `tp_finalize` has it.
    Moved,
}

/// The value of an exception.
pub struct Error {
    /// Its class.
    pub class: Object,
    /// `args`.
    pub args: Vec<Object>,
    /// `__cause__`.
    pub cause: Option<Object>,
}

/// The value of an instance.
pub struct Instance {
    /// Its class.
    pub class: Object,
    /// What C sees of it.
    pub native: Native,
    /// What Python code has set.
    pub attributes: Mutex<BTreeMap<String, Object>>,
    /// What C has set in the place of `tp_call`.
    pub call: Mutex<Option<HPyFunc_keywords>>,
    /// Whether `tp_finalize` has run.
    pub finalized: bool,
}

impl Object {
    /// A new object.
    pub(crate) fn new(heap: &Heap, data: Data) -> Self {
        let heap = Arc::clone(heap);
        Self(Arc::new(Value { data, heap }))
    }

    /// Whether both refer to the same object.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Object {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

/// Locks a value. One whose holder has panicked is as good as before.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Value {
    /// The class, if this is one.
    pub fn class(&self) -> Option<&Class> {
        match &self.data {
            Data::Class(class) => Some(class),
            _ => None,
        }
    }

    /// What an extension has defined, of this class or the nearest base.
    pub(crate) fn definition(&self) -> Option<&'static TypeDef> {
        Some(self.class()?.definitions.first()?.of)
    }

    /// The exception, if this is one.
    pub fn error(&self) -> Option<&Error> {
        match &self.data {
            Data::Error(error) => Some(error),
            _ => None,
        }
    }

    /// The instance of a class of an extension, if this is one.
    pub(crate) fn instance(&self) -> Option<&Instance> {
        match &self.data {
            Data::Instance(instance) => Some(instance),
            _ => None,
        }
    }

    /// The names in a module, or those that Python code has set in an instance.
    pub(crate) fn names(&self) -> Option<&Mutex<BTreeMap<String, Object>>> {
        match &self.data {
            Data::Module(names) => Some(names),
            Data::Instance(instance) => Some(&instance.attributes),
            _ => None,
        }
    }

    /// The value of an `int` or `bool`.
    pub fn int(&self) -> Option<i128> {
        match self.data {
            Data::Int(value) => Some(value),
            Data::Bool(value) => Some(value.into()),
            _ => None,
        }
    }

    /// The value of a `float`.
    pub fn float(&self) -> Option<f64> {
        match self.data {
            Data::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a `float`, `int` or `bool`.
    pub(crate) fn number(&self) -> Option<f64> {
        self.float().or(self.int().map(|value| value as f64))
    }

    /// The value of a `str`.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Str(text) => Some(&text[..text.len() - 1]),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    pub fn items(&self) -> Option<Vec<Object>> {
        match &self.data {
            Data::List(items) => Some(lock(items).clone()),
            Data::Tuple(items) => Some(items.to_vec()),
            _ => None,
        }
    }

    /// An exception as people read it: `Class: message`.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn error_text(&self) -> String {
        let error = self.error().expect("an exception");
        let name = error.class.class().map_or(c"?", Class::name);
        let text = |arg: &Object| arg.text().map_or_else(|| arg.to_string(), str::to_owned);
        let args: Vec<_> = error.args.iter().map(text).collect();
        format!("{}: {}", name.to_string_lossy(), args.join(", "))
    }
}

/// Python's `==`.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.equals(other, 0)
    }
}

impl Object {
    fn equals(&self, other: &Self, depth: usize) -> bool {
        match (&self.data, &other.data) {
            (Data::Float(a), Data::Float(b)) => a == b,
            (Data::Str(a), Data::Str(b)) => a == b,
            (Data::Bytes(a), Data::Bytes(b)) => a == b,
            // Lists in lists that are deeper may have no end.
            _ if self.is(other) || depth == 100 => self.is(other),
            (Data::Tuple(_), Data::Tuple(_)) | (Data::List(_), Data::List(_)) => {
                let items = |object: &Self| object.items().unwrap_or_default();
                let (a, b) = (items(self), items(other));
                a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.equals(b, depth + 1))
            }
            _ => match (self.int(), other.int()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

/// Python's `repr`, as far as a toy needs it.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Singleton(name) => f.write_str(name),
            Data::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Data::Int(value) => write!(f, "{value}"),
            Data::Float(value) => write!(f, "{value:?}"),
            Data::Str(text) => write!(f, "'{}'", &text[..text.len() - 1]),
            Data::Class(class) => write!(f, "<class '{}'>", class.name().to_string_lossy()),
            Data::Error(_) => write!(f, "<{}>", self.error_text()),
            Data::List(items) => match items.try_lock() {
                Ok(items) => f.debug_list().entries(items.iter()).finish(),
                // It is in itself.
                Err(_) => f.write_str("[...]"),
            },
            Data::Tuple(items) if items.len() == 1 => write!(f, "({},)", items[0]),
            Data::Tuple(items) => {
                let items: Vec<_> = items.iter().map(Object::to_string).collect();
                write!(f, "({})", items.join(", "))
            }
            Data::Function(_) => f.write_str("<function>"),
            _ => f.write_str("<object>"),
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        match &mut self.data {
            Data::Finalizer(function) => function(),
            Data::Instance(instance) => {
                let class = instance.class.clone();
                let class = class.class().expect("a class");
                if instance.finalized {
                    return class.destroy(&instance.native);
                }
                // `tp_finalize` gets a whole object, so the instance moves to a new
                // value. Nobody is left to see that it is another one.
                instance.finalized = true;
                let data = std::mem::replace(&mut self.data, Data::Moved);
                class.finalize(&Object::new(&self.heap, data));
            }
            _ => {}
        }
    }
}
