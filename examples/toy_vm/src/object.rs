//! Objects of the toy: shared values that are counted.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{CStr, CString};
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::capsule::Capsule;

use crate::class::Class;
use crate::native::Native;

/// A root: one shared reference, 8 bytes.
#[derive(Clone)]
pub struct Object(Arc<Value>);

/// What a failure carries: the exception.
pub type Fallible<T> = Result<T, Object>;

/// A Python function whose body is Rust: positional arguments, then one for
/// each name in the tuple.
pub type Body = dyn Fn(&[&Object], Option<&Object>) -> Fallible<Object> + Send + Sync;

pub struct Value {
    pub data: Data,
    heap: Arc<Heap>,
}

pub enum Data {
    /// `None` and its like.
    Singleton(&'static str),
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Text),
    /// With a NUL behind the last byte.
    Bytes(Box<[u8]>),
    List(Mutex<Vec<Object>>),
    Tuple(Box<[Object]>),
    Dict(Mutex<Vec<(Object, Object)>>),
    Slice([Object; 3]),
    Iterator(Mutex<VecDeque<Object>>),
    Capsule(Capsule),
    Class(Class),
    Error(Error),
    Function(Box<Body>),
    Instance(Instance),
    Module(Mutex<BTreeMap<String, Object>>),
    ContextVar {
        default: Option<Object>,
        value: Mutex<Option<Object>>,
    },
    /// Runs its function when it is dropped.
    Farewell(Box<dyn Fn() + Send + Sync>),
    /// What is left of an instance while `tp_finalize` has it.
    Moved,
}

pub struct Text {
    pub points: Vec<u32>,
    /// UTF-8 with a NUL behind it; none for text with surrogates.
    pub utf8: Option<Box<[u8]>>,
}

pub struct Error {
    pub class: Object,
    pub args: Vec<Object>,
    pub cause: Option<Object>,
}

pub struct Instance {
    pub class: Object,
    pub native: Native,
    pub attributes: Mutex<BTreeMap<String, Object>>,
    pub call: Mutex<Option<HPyFunc_keywords>>,
    pub finalized: bool,
}

/// What the values of one toy share.
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
    pub fn new(heap: &Arc<Heap>, data: Data) -> Self {
        heap.live.fetch_add(1, Ordering::SeqCst);
        let heap = Arc::clone(heap);
        Self(Arc::new(Value { data, heap }))
    }

    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether there are other references.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Lets go of what the object refers to, as a collector would that has
    /// found a cycle.
    pub fn empty(&self) {
        match &self.data {
            Data::List(list) => {
                let items = std::mem::take(&mut *lock(list));
                drop(items);
            }
            Data::Dict(dict) => {
                let entries = std::mem::take(&mut *lock(dict));
                drop(entries);
            }
            Data::Module(module) => {
                let names = std::mem::take(&mut *lock(module));
                drop(names);
            }
            Data::Instance(instance) => {
                let names = std::mem::take(&mut *lock(&instance.attributes));
                drop(names);
            }
            Data::ContextVar { value, .. } => {
                let value = lock(value).take();
                drop(value);
            }
            _ => {}
        }
    }

    /// The reference as an address, which owns it.
    pub fn into_address(self) -> isize {
        Arc::into_raw(self.0).expose_provenance().cast_signed()
    }

    /// # Safety
    ///
    /// `address` came from [`into_address`](Self::into_address), and its
    /// reference has not been taken since.
    pub unsafe fn from_address(address: isize) -> Self {
        let value = std::ptr::with_exposed_provenance(address.cast_unsigned());
        // SAFETY: the caller vouches for it.
        Self(unsafe { Arc::from_raw(value) })
    }
}

impl Object {
    /// How the toy tells what went wrong: `Class: message`.
    pub fn error_text(&self) -> String {
        let Some(error) = self.error() else {
            panic!("no exception, but {self}")
        };
        let name = error.class.class().map_or(c"?", Class::name);
        let text = |arg: &Object| arg.text().unwrap_or_else(|| arg.to_string());
        let args: Vec<_> = error.args.iter().map(text).collect();
        format!("{}: {}", name.to_string_lossy(), args.join(", "))
    }
}

impl Deref for Object {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

/// Panics, for an operation that the toy does not have. Without a backtrace,
/// since C gets to see it as an error.
pub fn not_in_the_toy(what: &str) -> ! {
    std::panic::resume_unwind(Box::new(format!("the toy has no {what}")))
}

/// A lock whose holder panicked guards values that are as good as before.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Value {
    pub fn class(&self) -> Option<&Class> {
        match &self.data {
            Data::Class(class) => Some(class),
            _ => None,
        }
    }

    pub fn error(&self) -> Option<&Error> {
        match &self.data {
            Data::Error(error) => Some(error),
            _ => None,
        }
    }

    pub fn int(&self) -> Option<i128> {
        match self.data {
            Data::Int(value) => Some(value),
            Data::Bool(value) => Some(value.into()),
            _ => None,
        }
    }

    pub fn float(&self) -> Option<f64> {
        match self.data {
            Data::Float(value) => Some(value),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<String> {
        match &self.data {
            Data::Str(text) => text
                .points
                .iter()
                .map(|&point| char::from_u32(point))
                .collect(),
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
}

impl Text {
    pub fn new(points: Vec<u32>) -> Self {
        let text: Option<String> = points.iter().map(|&point| char::from_u32(point)).collect();
        let utf8 = text.map(|text| with_nul(text.as_bytes()));
        Self { points, utf8 }
    }
}

/// The bytes with a NUL behind them.
pub fn with_nul(bytes: &[u8]) -> Box<[u8]> {
    bytes.iter().copied().chain([0]).collect()
}

/// A C string for a name that is not C's.
pub fn c_name(name: &str) -> CString {
    CString::new(name).expect("a name without NUL")
}

/// Python's `repr`, as far as a toy needs it.
impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |name: &CStr| name.to_string_lossy().into_owned();
        match &self.data {
            Data::Singleton(name) => f.write_str(name),
            Data::Bool(value) => f.write_str(if *value { "True" } else { "False" }),
            Data::Int(value) => write!(f, "{value}"),
            Data::Float(value) => write!(f, "{value:?}"),
            Data::Str(_) => write!(f, "'{}'", self.text().unwrap_or_default()),
            Data::Class(class) => write!(f, "<class '{}'>", name(class.name())),
            Data::Error(_) => write!(f, "<{}>", self.error_text()),
            Data::List(_) | Data::Tuple(_) => {
                let items: Vec<_> = self.items().unwrap_or_default();
                f.debug_list().entries(items.iter()).finish()
            }
            Data::Function(_) => f.write_str("<function>"),
            _ => f.write_str("<object>"),
        }
    }
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // First, since a destructor may panic.
        self.heap.live.fetch_sub(1, Ordering::SeqCst);
        match &mut self.data {
            Data::Farewell(function) => function(),
            Data::Instance(instance) if !instance.finalized => {
                // `tp_finalize` gets a whole object, so the instance moves to a
                // new value. Nobody is left to see that it is another one.
                instance.finalized = true;
                let class = instance.class.clone();
                let data = std::mem::replace(&mut self.data, Data::Moved);
                if let Some(class) = class.class() {
                    class.finalize(Object::new(&self.heap, data));
                }
            }
            Data::Instance(instance) => {
                if let Some(class) = instance.class.class() {
                    class.bury(&instance.native);
                }
            }
            _ => {}
        }
    }
}
