//! The VM, and making objects for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hpy_loader::Loader;

use crate::object::Heap;
use crate::{Data, Embedder, Error, Object, builtins};

/// The VM. With `THREADS`, several threads may use it at a time; without, the
/// loader's lock compiles to nothing.
pub struct Toy<const THREADS: bool> {
    heap: Heap,
    builtins: HashMap<&'static str, Object>,
    embedder: Box<dyn Embedder>,
}

impl<const THREADS: bool> Toy<THREADS> {
    /// A VM with its loader. Both live as long as the process.
    ///
    /// # Panics
    ///
    /// If there is no address space for the handles.
    pub fn boot(embedder: impl Embedder) -> &'static Loader<Self> {
        let heap = Heap::default();
        let vm = Self {
            builtins: builtins::make(&heap),
            heap,
            embedder: Box::new(embedder),
        };
        Loader::new(vm).expect("address space for the handles")
    }

    /// The program around the VM.
    pub fn embedder(&self) -> &dyn Embedder {
        &*self.embedder
    }

    /// How many objects live: all that hold the heap, but for the VM.
    pub fn live(&self) -> usize {
        Arc::strong_count(&self.heap) - 1
    }

    /// A builtin by its Python name.
    ///
    /// # Panics
    ///
    /// If there is no such builtin.
    pub fn builtin(&self, name: &str) -> Object {
        let found = self.builtins.get(name).cloned();
        found.unwrap_or_else(|| panic!("the toy has no builtin '{name}'"))
    }

    /// `None`.
    pub fn none(&self) -> Object {
        self.builtin("None")
    }

    /// Any object.
    pub fn object(&self, data: Data) -> Object {
        Object::new(&self.heap, data)
    }

    /// A `str`.
    pub fn text(&self, text: &str) -> Object {
        self.object(Data::Str(format!("{text}\0").into()))
    }

    /// A `bytes`.
    pub fn byte_string(&self, bytes: &[u8]) -> Object {
        self.object(Data::Bytes([bytes, &[0]].concat().into()))
    }

    /// An `int`.
    pub fn int(&self, value: i128) -> Object {
        self.object(Data::Int(value))
    }

    /// A `float`.
    pub fn float(&self, value: f64) -> Object {
        self.object(Data::Float(value))
    }

    /// A `list`.
    pub fn list(&self, items: Vec<Object>) -> Object {
        self.object(Data::List(Mutex::new(items)))
    }

    /// A `tuple`.
    pub fn tuple(&self, items: Vec<Object>) -> Object {
        self.object(Data::Tuple(items.into()))
    }

    /// A `dict`.
    pub fn dict(&self, entries: Vec<(Object, Object)>) -> Object {
        self.object(Data::Dict(entries.into()))
    }

    /// An object whose end runs a function.
    pub fn finalizer(&self, function: impl Fn() + Send + Sync + 'static) -> Object {
        self.object(Data::Finalizer(Box::new(function)))
    }

    /// An exception of any class.
    pub fn exception(&self, class: Object, args: Vec<Object>, cause: Option<Object>) -> Object {
        self.embedder.makes_exception();
        self.object(Data::Error(Error { class, args, cause }))
    }

    /// An exception of a builtin class.
    pub fn raise(&self, class: &str, message: &str) -> Object {
        self.exception(self.builtin(class), vec![self.text(message)], None)
    }

    pub(crate) fn type_error(&self, message: &str) -> Object {
        self.raise("TypeError", message)
    }

    pub(crate) fn memory_error(&self) -> Object {
        self.exception(self.builtin("MemoryError"), Vec::new(), None)
    }
}
