//! The interpreter's state.

use super::running::Running;
use crate::syntax::{Body, Code, Unit};
use moving_gc::{Arguments, Vm};
use ruff_python_ast::{Expr, Stmt};
use std::cell::{Cell, OnceCell, RefCell};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The outcome of an operation; the error is an exception instance.
pub use moving_gc::Result as VmResult;
/// A rooted object.
pub use moving_gc::heap::Local as Value;

/// A file with the objects for its literals.
pub(crate) struct LoadedUnit {
    pub unit: Unit,
    /// Made when they are evaluated for the first time.
    pub literals: Vec<OnceCell<Value>>,
    /// The number of its first code among all codes.
    pub first_code: usize,
}

impl LoadedUnit {
    /// The docstring of a body.
    pub fn doc(&self, vm: &Vm, code: &Code) -> Option<Value> {
        let Body::Statements([Stmt::Expr(first), ..]) = code.body else {
            return None;
        };
        match &*first.value {
            Expr::StringLiteral(doc) => Some(self.literal(vm, &doc.node_index)),
            _ => None,
        }
    }
}

/// Finds a module of the library, and makes it.
pub type Library = fn(&Interpreter, &str) -> VmResult<Option<Value>>;

/// The binary for the next call of `make_module`, by the module's name and its
/// sources as the test gives them; or the reason why there is none.
pub type Supply = Box<dyn FnMut(&str, &[String]) -> Result<PathBuf, String>>;

/// The interpreter of a VM.
pub struct Interpreter {
    /// The VM.
    pub vm: &'static Vm,
    codes: RefCell<Vec<(&'static Code, &'static LoadedUnit)>>,
    pub(crate) running: Running,
    /// The exceptions that are being handled, innermost last.
    pub(crate) handled: RefCell<Vec<Value>>,
    /// Where `import` looks for files.
    pub(super) path: RefCell<Vec<PathBuf>>,
    pub(super) library: Library,
    pub(super) environment_class: Value,
    /// Whether a `del` is followed by a collection.
    pub collect_on_delete: Cell<bool>,
    /// Gives the binaries for `make_module`.
    supply: RefCell<Option<Supply>>,
    /// The dict `os.environ`, as far as it is HPy's.
    pub(crate) os_environ: Value,
}

thread_local! {
    /// Functions of the VM are plain `fn`s, and a thread has one VM.
    static CURRENT: OnceCell<&'static Interpreter> = const { OnceCell::new() };
}

impl Interpreter {
    /// An interpreter for `vm`. One a thread.
    pub(crate) fn new(vm: &'static Vm, library: Library) -> &'static Self {
        let environment_class = vm
            .class("environment", &[], &vm.dict())
            .unwrap_or_else(|error| panic!("{}", vm.describe_error(&error)));
        let interpreter: &'static Self = Box::leak(Box::new(Self {
            vm,
            codes: RefCell::default(),
            running: Running::default(),
            handled: RefCell::default(),
            path: RefCell::default(),
            library,
            environment_class,
            collect_on_delete: Cell::new(false),
            supply: RefCell::default(),
            os_environ: vm.dict(),
        }));
        CURRENT.with(|current| {
            let first = current.set(interpreter).is_ok();
            assert!(first, "a thread has one interpreter");
        });
        interpreter
    }

    /// The interpreter of this thread.
    pub fn current() -> &'static Self {
        CURRENT.with(|current| {
            *current
                .get()
                .expect("functions of scripts exist only where an interpreter was started")
        })
    }

    /// Puts a directory in front of those where `import` looks.
    pub fn add_path(&self, directory: &Path) {
        self.path.borrow_mut().insert(0, directory.to_owned());
    }

    /// Code lives as long as the process: functions refer to it by number.
    pub(super) fn load_unit(&self, unit: Unit) -> &'static LoadedUnit {
        let first_code = self.codes.borrow().len();
        let loaded: &'static LoadedUnit = Box::leak(Box::new(LoadedUnit {
            literals: unit.literals.iter().map(|_| OnceCell::new()).collect(),
            unit,
            first_code,
        }));
        let codes = loaded.unit.codes.iter().map(|code| (code, loaded));
        self.codes.borrow_mut().extend(codes);
        loaded
    }

    pub(crate) fn code(&self, number: usize) -> (&'static Code, &'static LoadedUnit) {
        self.codes.borrow()[number]
    }

    /// An exception of a builtin class.
    pub fn error(&self, class: &str, message: &str) -> Value {
        self.vm.error(class, message)
    }

    /// A builtin that scripts see, which the library may have replaced.
    pub(crate) fn builtin(&self, name: &str) -> VmResult<Value> {
        self.vm
            .dict_get_str(&self.vm.builtins(), name)
            .ok_or_else(|| self.error("NameError", &format!("name '{name}' is not defined")))
    }

    /// Calls a builtin that the library has.
    pub(super) fn call_builtin(&self, name: &str, arguments: Arguments) -> VmResult<Value> {
        self.vm.call(&self.builtin(name)?, arguments)
    }

    /// `repr`, cut to a line that can be read.
    pub(crate) fn shown(&self, value: &Value) -> String {
        let text = match self.vm.repr(value) {
            Ok(text) => text,
            Err(error) => format!("<repr failed: {}>", self.vm.describe_error(&error)),
        };
        match text.char_indices().nth(200) {
            Some((at, _)) => format!("{}...", &text[..at]),
            None => text,
        }
    }

    /// Writes what a script prints. That fails where nobody reads it any more.
    pub(crate) fn write(&self, text: &str, flush: bool) -> VmResult<()> {
        let mut written = io::stdout().write_all(text.as_bytes());
        if flush {
            written = written.and_then(|()| io::stdout().flush());
        }
        written.map_err(|error| self.error("OSError", &error.to_string()))
    }

    /// Where the binaries of a test come from.
    pub fn set_supply(&self, supply: Supply) {
        *self.supply.borrow_mut() = Some(supply);
    }

    /// The binary for a call of `make_module`.
    pub(crate) fn next_module(&self, name: &str, sources: &[String]) -> Result<PathBuf, String> {
        match &mut *self.supply.borrow_mut() {
            Some(supply) => supply(name, sources),
            None => Err("no modules have been built for this script".to_owned()),
        }
    }
}
