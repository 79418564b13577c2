//! A virtual machine small enough to be a test fixture.
//!
//! It has the objects that the context functions speak of and as much Python as
//! the tests need. An operation that no test needs panics, which is a test as
//! well: a panic below a context function must come out as a `SystemError`.
//!
//! Every value counts itself, so a test can tell that none is left over.

mod builtins;
mod calls;
mod class;
mod containers;
mod errors;
mod instance;
mod modules;
mod numbers;
mod object;
mod objects;
mod roots;
mod text;
mod types;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hpy_loader::Loader;

pub use class::call_args;
pub use object::{Data, Object, VmResult, not_in_the_toy};
use object::{Heap, Text, lock, with_nul};

/// The VM. With `THREADS` several threads may use it at a time.
pub struct Toy<const THREADS: bool> {
    heap: Arc<Heap>,
    /// What Python code finds by name.
    builtins: HashMap<&'static str, Object>,
    pub observed: Observed,
    /// The next new list or tuple finds no memory, and leaves the items alone.
    pub refuse_containers: AtomicBool,
    /// Making an exception panics.
    pub panic_in_errors: AtomicBool,
}

/// What the loader has asked of the VM.
#[derive(Default)]
pub struct Observed {
    pub unraisable: Mutex<Vec<String>>,
    pub warnings: Mutex<Vec<String>>,
    pub dumps: AtomicUsize,
    /// How often a thread had to wait for the HPy lock.
    pub waits: AtomicUsize,
    /// Threads that are detached now.
    pub detached: AtomicIsize,
}

impl<const THREADS: bool> Toy<THREADS> {
    fn new() -> Self {
        let heap = Arc::new(Heap::default());
        let builtins = builtins::make(&heap);
        Self {
            heap,
            builtins,
            observed: Observed::default(),
            refuse_containers: AtomicBool::new(false),
            panic_in_errors: AtomicBool::new(false),
        }
    }

    /// A VM with its loader.
    pub fn boot() -> &'static Loader<Self> {
        Loader::new(Self::new()).expect("address space for the handles")
    }

    /// How many values live.
    pub fn live(&self) -> usize {
        self.heap.live()
    }

    /// A builtin by its Python name.
    pub fn builtin(&self, name: &str) -> Object {
        match self.builtins.get(name) {
            Some(object) => object.clone(),
            None => panic!("the toy has no builtin '{name}'"),
        }
    }

    pub fn none(&self) -> Object {
        self.builtin("None")
    }

    pub fn object(&self, data: Data) -> Object {
        Object::new(&self.heap, data)
    }

    pub fn text(&self, text: &str) -> Object {
        self.object(Data::Str(Text::new(text.chars().map(u32::from).collect())))
    }

    pub fn byte_string(&self, bytes: &[u8]) -> Object {
        self.object(Data::Bytes(with_nul(bytes)))
    }

    pub fn int(&self, value: i128) -> Object {
        self.object(Data::Int(value))
    }

    pub fn list(&self, items: Vec<Object>) -> Object {
        self.object(Data::List(Mutex::new(items)))
    }

    pub fn tuple(&self, items: Vec<Object>) -> Object {
        self.object(Data::Tuple(items.into()))
    }

    pub fn dict(&self) -> Object {
        self.object(Data::Dict(Mutex::default()))
    }

    /// A Python function. It gets the positional arguments, then one for each
    /// name in the tuple.
    pub fn function(
        &self,
        body: impl Fn(&[&Object], Option<&Object>) -> VmResult<Object> + Send + Sync + 'static,
    ) -> Object {
        self.object(Data::Function(Box::new(body)))
    }

    /// An object whose end runs a function.
    pub fn farewell(&self, function: impl Fn() + Send + Sync + 'static) -> Object {
        self.object(Data::Farewell(Box::new(function)))
    }

    /// An exception of a builtin class.
    pub fn raise(&self, class: &str, message: &str) -> Object {
        self.raise_with(class, vec![self.text(message)])
    }

    /// The same with any arguments.
    pub fn raise_with(&self, class: &str, args: Vec<Object>) -> Object {
        self.error_of(self.builtin(class), args)
    }

    fn type_error(&self, message: &str) -> Object {
        self.raise("TypeError", message)
    }

    /// What was reported to `sys.unraisablehook` since the last call.
    pub fn take_unraisable(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.observed.unraisable))
    }

    /// What was warned of since the last call.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.observed.warnings))
    }

    pub fn waits(&self) -> usize {
        self.observed.waits.load(Ordering::SeqCst)
    }
}
