//! The interpreter: walks the tree over the VM's objects.
//!
//! Every object that it holds is a [`Local`](crate::Local), so it knows nothing
//! of addresses and never needs to. Variables that only one body sees are in a
//! [`Vec`] of them; those that functions share are in records in the heap, which
//! the collector traces like anything else, so that a function and the variable
//! that holds it can die together.

mod assignment;
mod call;
mod class;
mod expression;
mod format;
mod frame;
mod import;
mod running;
mod statement;
mod traceback;

use super::library;
use super::lower::{SyntaxError, lower, lower_expression};
use super::tree::{Code, Constant, Unit};
use frame::Frame;
use moving_gc::Vm;
use running::Running;
use statement::Flow;
use std::cell::{Cell, OnceCell, RefCell};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The outcome of an operation; the error is an exception instance.
pub use moving_gc::Result as Fallible;
/// A rooted object.
pub use moving_gc::heap::Local as Value;

/// A file with its constants made into objects.
pub(crate) struct LoadedUnit {
    pub unit: Unit,
    pub constants: Vec<Value>,
    pub file: String,
    /// The number of its first code among all codes.
    pub first_code: usize,
}

/// The binary for the next call of `make_module`, by the module's name and its
/// sources as the test gives them; or the reason why there is none.
pub type Supply = Box<dyn FnMut(&str, &[String]) -> Result<PathBuf, String>>;

/// The interpreter of a VM.
pub struct Interpreter {
    /// The VM.
    pub vm: &'static Vm,
    codes: RefCell<Vec<(&'static Code, &'static LoadedUnit)>>,
    pub(super) running: Running,
    /// The exceptions that are being handled, innermost last.
    pub(super) handled: RefCell<Vec<Value>>,
    /// Where `import` looks for files.
    path: RefCell<Vec<PathBuf>>,
    cell_class: Value,
    /// What `print` writes, unless it goes to the standard output.
    captured: RefCell<Option<String>>,
    /// Whether a `del` is followed by a collection.
    pub collect_on_delete: Cell<bool>,
    /// Gives the binaries for `make_module`.
    supply: RefCell<Option<Supply>>,
    /// The dict `os.environ`, as far as it is HPy's.
    pub(super) environment: Value,
}

thread_local! {
    /// Functions of the VM are plain `fn`s, and a thread has one VM.
    static CURRENT: OnceCell<&'static Interpreter> = const { OnceCell::new() };
}

impl Interpreter {
    /// Gives `vm` this language. Once a thread.
    pub fn start(vm: &'static Vm) -> &'static Self {
        let cell_class = vm
            .class("cell", &[], &vm.dict())
            .unwrap_or_else(|error| panic!("{}", vm.describe_error(&error)));
        let interpreter: &'static Self = Box::leak(Box::new(Self {
            vm,
            codes: RefCell::default(),
            running: Running::default(),
            handled: RefCell::default(),
            path: RefCell::default(),
            cell_class,
            captured: RefCell::default(),
            collect_on_delete: Cell::new(false),
            supply: RefCell::default(),
            environment: vm.dict(),
        }));
        CURRENT.with(|current| {
            let first = current.set(interpreter).is_ok();
            assert!(first, "a thread has one interpreter");
        });
        vm.set_language(Box::new(super::language::Script(interpreter)));
        library::install(interpreter);
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

    /// Runs a file as the module `name`: the module, or the exception.
    pub fn run_file(&self, path: &Path, name: &str) -> Fallible<Value> {
        let file = path.display().to_string();
        let source = std::fs::read_to_string(path)
            .map_err(|error| self.error("OSError", &format!("{file}: {error}")))?;
        let module = self.vm.module(name);
        let is_package = path.file_name().is_some_and(|name| name == "__init__.py");
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        let package = self.vm.str(if is_package { name } else { parent });
        self.vm.set_attr(&module, "__package__", Some(&package))?;
        let path = self.vm.str(&file);
        self.vm.set_attr(&module, "__file__", Some(&path))?;
        self.vm.dict_set_str(&self.vm.modules(), name, &module);
        self.run_source(&source, &file, &module)?;
        Ok(module)
    }

    /// Runs source text in a module's namespace.
    pub(super) fn run_source(&self, source: &str, file: &str, module: &Value) -> Fallible<()> {
        let unit = self.parse(lower(source, file), file)?;
        let globals = self.vm.get_attr(module, "__dict__")?;
        self.run_unit(unit, &globals, &globals).map(|_| ())
    }

    /// A parsed file, ready to run.
    pub(super) fn parse(
        &self,
        parsed: Result<Unit, SyntaxError>,
        file: &str,
    ) -> Fallible<&'static LoadedUnit> {
        match parsed {
            Ok(unit) => self.load_unit(unit),
            Err(SyntaxError { message, line }) => {
                let message = format!("{message} ({file}, line {line})");
                Err(self.error("SyntaxError", &message))
            }
        }
    }

    /// An expression, ready to run.
    pub(super) fn parse_expression(
        &self,
        source: &str,
        file: &str,
    ) -> Fallible<&'static LoadedUnit> {
        self.parse(lower_expression(source, file), file)
    }

    /// Runs a file's own body and gives what it returns, which only an
    /// expression does.
    pub(super) fn run_unit(
        &self,
        unit: &'static LoadedUnit,
        globals: &Value,
        locals: &Value,
    ) -> Fallible<Value> {
        self.run_code(unit.first_code, globals, locals)
    }

    /// The same by the number of the code.
    pub(super) fn run_code(
        &self,
        number: usize,
        globals: &Value,
        locals: &Value,
    ) -> Fallible<Value> {
        let namespace = Some(locals.clone());
        let mut frame = self.frame(number, globals.clone(), namespace, Vec::new())?;
        self.run_body(&mut frame)
    }

    /// Runs a frame to its end.
    fn run_body(&self, frame: &mut Frame) -> Fallible<Value> {
        let _running = self.running.enter(frame);
        match self.body(frame, &frame.code.body) {
            Ok(Flow::Return(value)) => Ok(value),
            Ok(_) => Ok(self.vm.none()),
            Err(error) => {
                self.note_traceback(&error, frame)?;
                Err(error)
            }
        }
    }

    /// Code lives as long as the process: functions refer to it by number.
    fn load_unit(&self, unit: Unit) -> Fallible<&'static LoadedUnit> {
        let mut constants = Vec::with_capacity(unit.constants.len());
        for constant in &unit.constants {
            constants.push(self.constant(constant)?);
        }
        let first_code = self.codes.borrow().len();
        let loaded: &'static LoadedUnit = Box::leak(Box::new(LoadedUnit {
            file: unit.file.clone(),
            unit,
            constants,
            first_code,
        }));
        let codes = loaded.unit.codes.iter().map(|code| (code, loaded));
        self.codes.borrow_mut().extend(codes);
        Ok(loaded)
    }

    fn constant(&self, constant: &Constant) -> Fallible<Value> {
        let vm = self.vm;
        Ok(match constant {
            Constant::None => vm.none(),
            Constant::Ellipsis => vm.builtin("Ellipsis"),
            Constant::Bool(value) => vm.bool(*value),
            Constant::Int(value) => vm.int(*value),
            Constant::BigInt(digits) => match super::tree::big_int(digits) {
                Some(value) => vm.big_int(&value),
                None => return Err(self.error("ValueError", "invalid integer literal")),
            },
            Constant::Float(value) => vm.float(*value),
            Constant::Str(text) => vm.str(text),
            Constant::CodePoints(points) => vm.str_of_code_points(points),
            Constant::Bytes(bytes) => vm.bytes(bytes),
        })
    }

    fn code(&self, number: usize) -> (&'static Code, &'static LoadedUnit) {
        self.codes.borrow()[number]
    }

    /// A variable that functions share.
    fn new_cell(&self, value: Option<&Value>) -> Value {
        let cell = self.vm.record(&self.cell_class, 1, 0);
        self.vm.record_set(&cell, 0, value);
        cell
    }

    /// An exception of a builtin class.
    pub fn error(&self, class: &str, message: &str) -> Value {
        self.vm.error(class, message)
    }

    /// A builtin that scripts see, which the library may have replaced.
    pub(super) fn builtin(&self, name: &str) -> Fallible<Value> {
        self.vm
            .dict_get_str(&self.vm.builtins(), name)
            .ok_or_else(|| self.error("NameError", &format!("name '{name}' is not defined")))
    }

    /// `repr`, cut to a line that can be read.
    pub(super) fn shown(&self, value: &Value) -> String {
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
    pub(super) fn write(&self, text: &str) -> Fallible<()> {
        if let Some(captured) = &mut *self.captured.borrow_mut() {
            captured.push_str(text);
            return Ok(());
        }
        let written = io::stdout().write_all(text.as_bytes());
        written.map_err(|error| self.error("OSError", &error.to_string()))
    }

    /// Keeps what scripts print from now on.
    pub fn capture(&self) {
        *self.captured.borrow_mut() = Some(String::new());
    }

    /// What scripts have printed since [`capture`](Self::capture).
    pub fn take_captured(&self) -> String {
        self.captured.borrow_mut().take().unwrap_or_default()
    }

    /// Where the binaries of a test come from.
    pub fn set_supply(&self, supply: Supply) {
        *self.supply.borrow_mut() = Some(supply);
    }

    /// The binary for a call of `make_module`.
    pub(super) fn next_module(&self, name: &str, sources: &[String]) -> Result<PathBuf, String> {
        match &mut *self.supply.borrow_mut() {
            Some(supply) => supply(name, sources),
            None => Err("no modules have been built for this script".to_owned()),
        }
    }
}
