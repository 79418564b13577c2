//! Objects: shared values that are counted.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hpy_loader::abi::{HPyFunc_keywords, Slots};
use hpy_loader::capsule::Capsule;

use crate::class::Definition;
use crate::{Body, Class, Native};

/// A root: one counted reference, 8 bytes. The object dies with its last root.
#[derive(Clone)]
pub struct Object(Arc<Value>);

/// What a failure carries: the exception.
pub type VmResult<T> = Result<T, Object>;

/// What a root refers to.
pub struct Value {
    /// What it is.
    pub data: Data,
    heap: Arc<Heap>,
}

/// The kinds of objects.
#[allow(missing_docs)]
pub enum Data {
    /// `None` and its like.
    Singleton(&'static str),
    Bool(bool),
    /// An `int`, as far as 128 bits go.
    Int(i128),
    Float(f64),
    Str(Text),
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

/// The value of a `str`.
pub struct Text {
    /// The code points, surrogates among them.
    pub points: Vec<u32>,
    /// UTF-8 with a NUL behind it; none for text with surrogates.
    pub utf8: Option<Box<[u8]>>,
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

/// What the values of one VM share: the count of those that live.
#[derive(Default)]
pub struct Heap {
    live: AtomicUsize,
}

impl Heap {
    /// How many values there are.
    pub fn live(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }
}

impl Object {
    /// A new object.
    pub(crate) fn new(heap: &Arc<Heap>, data: Data) -> Self {
        heap.live.fetch_add(1, Ordering::SeqCst);
        let heap = Arc::clone(heap);
        Self(Arc::new(Value { data, heap }))
    }

    /// Whether both refer to the same object.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether there are other references.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The reference as an address, which owns it.
    pub(crate) fn into_address(self) -> isize {
        Arc::into_raw(self.0).expose_provenance().cast_signed()
    }

    /// # Safety
    ///
    /// `address` came from [`into_address`](Self::into_address), and its reference
    /// has not been taken since. The caller says what becomes of the reference.
    pub(crate) unsafe fn from_address(address: isize) -> ManuallyDrop<Self> {
        let value = std::ptr::with_exposed_provenance(address.cast_unsigned());
        // SAFETY: passed on to the caller.
        ManuallyDrop::new(Self(unsafe { Arc::from_raw(value) }))
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

    /// The function in a slot of an instance's class.
    pub(crate) fn slot<T>(&self, choose: fn(&Slots) -> Option<T>) -> Option<(&Definition, T)> {
        self.instance()?.class().slot(choose)
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

    /// The value of a `str` without surrogates.
    pub fn text(&self) -> Option<String> {
        let Data::Str(text) = &self.data else {
            return None;
        };
        let points = text.points.iter();
        points.map(|&point| char::from_u32(point)).collect()
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
        let text = |arg: &Object| arg.text().unwrap_or_else(|| arg.to_string());
        let args: Vec<_> = error.args.iter().map(text).collect();
        format!("{}: {}", name.to_string_lossy(), args.join(", "))
    }
}

impl Instance {
    /// The class.
    pub(crate) fn class(&self) -> &Class {
        self.class.class().expect("a class")
    }
}

impl Text {
    /// A text of these code points.
    pub fn new(points: Vec<u32>) -> Self {
        let text: Option<String> = points.iter().map(|&point| char::from_u32(point)).collect();
        let utf8 = text.map(|text| with_nul(text.as_bytes()));
        Self { points, utf8 }
    }
}

/// The bytes with a NUL behind them, which C may read.
pub fn with_nul(bytes: &[u8]) -> Box<[u8]> {
    bytes.iter().copied().chain([0]).collect()
}

/// Python's `repr`, as far as a toy needs it.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Singleton(name) => f.write_str(name),
            Data::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Data::Int(value) => write!(f, "{value}"),
            Data::Float(value) => write!(f, "{value:?}"),
            Data::Str(_) => write!(f, "'{}'", self.text().unwrap_or_default()),
            Data::Class(class) => write!(f, "<class '{}'>", class.name().to_string_lossy()),
            Data::Error(_) => write!(f, "<{}>", self.error_text()),
            Data::List(items) => f.debug_list().entries(lock(items).iter()).finish(),
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
        // First, since a destructor may panic.
        self.heap.live.fetch_sub(1, Ordering::SeqCst);
        match &mut self.data {
            Data::Finalizer(function) => function(),
            Data::Instance(instance) if !instance.finalized => {
                // `tp_finalize` gets a whole object, so the instance moves to a new
                // value. Nobody is left to see that it is another one.
                instance.finalized = true;
                let class = instance.class.clone();
                let data = std::mem::replace(&mut self.data, Data::Moved);
                let class = class.class().expect("a class");
                class.finalize(&Object::new(&self.heap, data));
            }
            Data::Instance(instance) => instance.class().destroy(&instance.native),
            _ => {}
        }
    }
}
