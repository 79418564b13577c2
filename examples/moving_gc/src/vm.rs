//! The VM: the heap, and what is known by name.

use crate::heap::{Full, Heap, Kind, Local, Reference};
use hpy_loader::Loader;
use hpy_loader::abi::HPy_SourceKind;
use hpy_loader::sites::{Position, PythonFrame};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

/// The outcome of an operation; the error is an exception instance.
pub type Result<T = Local> = std::result::Result<T, Local>;

/// What a function is called with.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Local>,
    /// By name, in order. The names are `str` objects.
    pub keywords: Vec<(Local, Local)>,
}

impl<const N: usize> From<[Local; N]> for Arguments {
    fn from(positional: [Local; N]) -> Self {
        Vec::from(positional).into()
    }
}

impl From<Vec<Local>> for Arguments {
    fn from(positional: Vec<Local>) -> Self {
        Self {
            positional,
            keywords: Vec::new(),
        }
    }
}

/// A function in Rust. `function` is the function object, which has what the
/// function has captured ([`Vm::captured`]).
pub type NativeFunction = fn(vm: &Vm, function: &Local, arguments: Arguments) -> Result;

/// What a language adds to the VM.
pub trait Language {
    /// `compile(source, filename, kind)`.
    fn compile(&self, vm: &Vm, source: &str, filename: &str, kind: HPy_SourceKind) -> Result;
    /// `eval(code, globals, locals)`.
    fn eval(&self, vm: &Vm, code: &Local, globals: &Local, locals: &Local) -> Result;
    /// The module of this name, if the language has one, made afresh. The VM
    /// keeps it in its table of modules.
    fn import(&self, vm: &Vm, name: &str) -> Result<Option<Local>>;

    /// Visits the positions of the code that is running, innermost first, for the
    /// debug mode: [`Calls::walk_stack`](hpy_loader::runtime::Calls::walk_stack).
    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>);

    /// Says what a position is that `walk_stack` has visited.
    fn describe_position(&self, position: Position) -> PythonFrame;

    /// Reports an error that can't be raised, and the object it happened in.
    fn report_unraisable(&self, vm: &Vm, error: &Local, object: Option<&Local>) {
        let _ = object;
        vm.print_unraisable(error);
    }
}

/// The VM.
pub struct Vm {
    pub(crate) heap: Heap,
    loader: OnceCell<&'static Loader<Self>>,
    /// Builtins by name, and classes that have no name in `builtins`.
    known: RefCell<HashMap<&'static str, Local>>,
    modules: OnceCell<Local>,
    language: RefCell<Option<Rc<dyn Language>>>,
    /// Calls in progress.
    depth: Cell<u32>,
    /// Whether finalizers are running.
    finalizing: Cell<bool>,
}

/// Calls within calls beyond this many are a `RecursionError`. A frame of the
/// language and one of C may lie between two of them, on a stack of 8 MiB.
const MAX_DEPTH: u32 = 400;

impl Vm {
    /// A VM without objects and without a loader.
    pub(crate) fn new(heap: Heap) -> Self {
        Self {
            heap,
            loader: OnceCell::new(),
            known: RefCell::default(),
            modules: OnceCell::new(),
            language: RefCell::default(),
            depth: Cell::new(0),
            finalizing: Cell::new(false),
        }
    }

    pub(crate) fn set_loader(&self, loader: &'static Loader<Self>) {
        self.loader.get_or_init(|| loader);
    }

    /// The heap.
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// The loader that this VM is the runtime of.
    pub fn loader(&self) -> &'static Loader<Self> {
        match self.loader.get() {
            Some(loader) => loader,
            None => unreachable!("a VM is started before it is used"),
        }
    }

    /// Gives the VM a language.
    pub fn set_language(&self, language: Box<dyn Language>) {
        *self.language.borrow_mut() = Some(language.into());
    }

    /// The language, if there is one.
    pub(crate) fn language(&self) -> Option<Rc<dyn Language>> {
        self.language.borrow().clone()
    }

    /// A builtin by name: a class, a singleton or a function.
    ///
    /// # Panics
    ///
    /// If there is none of this name.
    pub fn builtin(&self, name: &str) -> Local {
        match self.known.borrow().get(name) {
            Some(known) => known.clone(),
            None => panic!("no builtin is named {name}"),
        }
    }

    /// As [`builtin`](Self::builtin), if there is one.
    pub(crate) fn find_known(&self, name: &str) -> Option<Local> {
        self.known.borrow().get(name).cloned()
    }

    pub(crate) fn set_known(&self, name: &'static str, object: Local) {
        self.known.borrow_mut().insert(name, object);
    }

    /// Whether `object` is the builtin of this name.
    pub(crate) fn is_builtin(&self, object: &impl Reference, name: &str) -> bool {
        self.known
            .borrow()
            .get(name)
            .is_some_and(|known| known.is(object))
    }

    /// The dict `__builtins__`.
    pub fn builtins(&self) -> Local {
        self.builtin("__builtins__")
    }

    /// The dict `sys.modules`.
    pub fn modules(&self) -> Local {
        self.modules.get_or_init(|| self.dict()).clone()
    }

    /// Makes an object, or the `MemoryError` for one that has no room.
    pub(crate) fn allocate(&self, kind: Kind, class: &Local, refs: usize, bytes: usize) -> Result {
        self.heap
            .allocate(kind, class, refs, bytes)
            .map_err(|Full| self.memory_error())
    }

    /// Runs `operation` one call deeper.
    ///
    /// # Errors
    ///
    /// `RecursionError`.
    pub(crate) fn deeper<T>(&self, operation: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(self.error("RecursionError", "maximum recursion depth exceeded"));
        }
        // Comes back up after a panic as well, which the loader makes an error of.
        struct Up<'a>(&'a Cell<u32>);
        impl Drop for Up<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        self.depth.set(self.depth.get() + 1);
        let _up = Up(&self.depth);
        operation()
    }

    /// `gc.collect()`: collects and runs finalizers until nothing more dies.
    pub fn collect(&self) {
        self.heap.collect();
        while self.safepoint() {
            self.heap.collect();
        }
    }

    /// Runs the finalizers that wait, to be called between statements. Returns
    /// whether there was any.
    pub fn safepoint(&self) -> bool {
        if self.finalizing.get() {
            return false;
        }
        let condemned = self.heap.take_condemned();
        if condemned.is_empty() {
            return false;
        }
        self.finalizing.set(true);
        for object in condemned {
            let class = self.class_of(&object);
            if let Some(finalizer) = self.lookup(&class, "__del__") {
                if let Err(error) = self.call(&finalizer, [object].into()) {
                    self.print_unraisable(&error);
                }
                self.heap.count_finalizer();
            }
        }
        self.finalizing.set(false);
        true
    }

    /// Prints an error that can't be raised.
    pub fn print_unraisable(&self, error: &Local) {
        eprintln!("Exception ignored: {}", self.describe_error(error));
    }

    /// `sys.unraisablehook` of the language, if it has one.
    pub(crate) fn report_unraisable(&self, error: &Local, object: Option<&Local>) {
        let language = self.language();
        match language {
            Some(language) => language.report_unraisable(self, error, object),
            None => self.print_unraisable(error),
        }
    }
}
