//! The first objects: the builtin classes and singletons.

use super::class::{ClassInfo, REFS, c_name};
use super::methods;
use crate::heap::{Kind, Local};
use crate::vm::Vm;

/// What scripts may do with a builtin class.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    /// Everything.
    Open,
    /// Name it and make instances.
    Final,
    /// Derive from it and make instances, but `builtins` does not name it.
    Nameless,
    /// Meet instances.
    Hidden,
}

type Row = (&'static str, &'static str, Kind, Access);

/// Name, base and kind of instances of the builtin classes that are no exceptions. A
/// class stands behind its base.
const CLASSES: &[Row] = &[
    ("object", "", Kind::Instance, Access::Open),
    ("type", "object", Kind::Type, Access::Open),
    ("int", "object", Kind::Int, Access::Open),
    ("bool", "int", Kind::Bool, Access::Final),
    ("float", "object", Kind::Float, Access::Open),
    ("complex", "object", Kind::Instance, Access::Open),
    ("str", "object", Kind::Str, Access::Open),
    ("bytes", "object", Kind::Bytes, Access::Open),
    ("tuple", "object", Kind::Tuple, Access::Open),
    ("list", "object", Kind::List, Access::Open),
    ("dict", "object", Kind::Dict, Access::Open),
    ("slice", "object", Kind::Slice, Access::Final),
    ("range", "object", Kind::Range, Access::Final),
    ("iterator", "object", Kind::Iterator, Access::Hidden),
    ("memoryview", "object", Kind::MemoryView, Access::Final),
    ("module", "object", Kind::Module, Access::Nameless),
    ("PyCapsule", "object", Kind::Capsule, Access::Hidden),
    ("NoneType", "object", Kind::Singleton, Access::Hidden),
    (
        "NotImplementedType",
        "object",
        Kind::Singleton,
        Access::Hidden,
    ),
    ("ellipsis", "object", Kind::Singleton, Access::Hidden),
    ("function", "object", Kind::Function, Access::Hidden),
    (
        "builtin_function_or_method",
        "object",
        Kind::Function,
        Access::Hidden,
    ),
    (
        "method_descriptor",
        "object",
        Kind::Function,
        Access::Hidden,
    ),
    (
        "wrapper_descriptor",
        "object",
        Kind::Function,
        Access::Hidden,
    ),
    (
        "getset_descriptor",
        "object",
        Kind::Function,
        Access::Hidden,
    ),
    (
        "member_descriptor",
        "object",
        Kind::Function,
        Access::Hidden,
    ),
    ("method", "object", Kind::BoundMethod, Access::Hidden),
    ("classmethod", "object", Kind::Record, Access::Open),
    ("staticmethod", "object", Kind::Record, Access::Open),
];

/// The exceptions below each class. A class stands behind its base.
const EXCEPTIONS: &str = "\
object: BaseException
BaseException: Exception GeneratorExit KeyboardInterrupt SystemExit
Exception: ArithmeticError AssertionError AttributeError BufferError EOFError ImportError
Exception: LookupError MemoryError NameError OSError ReferenceError RuntimeError
Exception: StopAsyncIteration StopIteration SyntaxError SystemError TypeError ValueError Warning
ArithmeticError: FloatingPointError OverflowError ZeroDivisionError
ImportError: ModuleNotFoundError
LookupError: IndexError KeyError
NameError: UnboundLocalError
OSError: BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError
OSError: InterruptedError IsADirectoryError NotADirectoryError PermissionError
OSError: ProcessLookupError TimeoutError
ConnectionError: BrokenPipeError ConnectionAbortedError ConnectionRefusedError
ConnectionError: ConnectionResetError
RuntimeError: NotImplementedError RecursionError
SyntaxError: IndentationError
IndentationError: TabError
ValueError: UnicodeError
UnicodeError: UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
Warning: BytesWarning DeprecationWarning FutureWarning ImportWarning PendingDeprecationWarning
Warning: ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning";

/// All builtin classes.
fn classes() -> impl Iterator<Item = Row> {
    let lines = EXCEPTIONS.lines().filter_map(|line| line.split_once(": "));
    let exceptions = lines.flat_map(|(base, names)| {
        let names = names.split_whitespace();
        names.map(move |name| (name, base, Kind::Exception, Access::Open))
    });
    CLASSES.iter().copied().chain(exceptions)
}

fn info(name: &str, kind: Kind, access: Access) -> ClassInfo {
    ClassInfo {
        name: c_name(name),
        full_name: name.to_owned(),
        kind,
        native: None,
        definition: None,
        is_base: matches!(access, Access::Open | Access::Nameless),
        is_instantiable: access != Access::Hidden,
        is_builtin: true,
        has_dict: false,
        slots: Vec::new(),
    }
}

/// Makes everything that a VM starts with. The collector must not run.
pub(crate) fn bootstrap(vm: &Vm) {
    // Making a class takes a dict and tuples, whose classes have to be there.
    let type_type = vm.heap.allocate_first(Kind::Type, REFS, 0);
    vm.heap.set_class(&type_type, &type_type);
    for (name, _, kind, access) in classes() {
        let class = match name {
            "type" => type_type.clone(),
            _ => vm.heap.allocate_small(Kind::Type, &type_type, REFS, 0),
        };
        let info = info(name, kind, access);
        vm.heap.make_companion(&class).set_payload(Box::new(info));
        vm.set_known(name, class);
    }
    for (name, base, ..) in classes() {
        let bases: Vec<Local> = vm.find_known(base).into_iter().collect();
        let linked = vm.link_class(&vm.builtin(name), &bases, &vm.dict());
        assert!(linked.is_ok(), "builtin classes have one base");
    }

    for (name, class) in [
        ("None", "NoneType"),
        ("NotImplemented", "NotImplementedType"),
        ("Ellipsis", "ellipsis"),
    ] {
        let class = vm.builtin(class);
        vm.set_known(name, vm.heap.allocate_small(Kind::Singleton, &class, 0, 0));
    }
    for (name, value) in [("False", 0), ("True", 1)] {
        let class = vm.builtin("bool");
        let singleton = vm.heap.allocate_small(Kind::Bool, &class, 0, 8);
        vm.heap.set_word(&singleton, 0, value);
        vm.set_known(name, singleton);
    }

    let builtins = vm.dict();
    let singletons = ["None", "NotImplemented", "Ellipsis", "False", "True"];
    let named = |access| matches!(access, Access::Open | Access::Final);
    let classes = classes().filter(|&(.., access)| named(access));
    let names = singletons.into_iter().chain(classes.map(|(name, ..)| name));
    for name in names {
        vm.dict_set_str(&builtins, name, &vm.builtin(name));
    }
    for (alias, name) in [("IOError", "OSError"), ("EnvironmentError", "OSError")] {
        vm.dict_set_str(&builtins, alias, &vm.builtin(name));
    }
    vm.set_known("__builtins__", builtins);
    methods::install(vm);

    // What an import spec is: an object with attributes.
    let spec = vm.class("ModuleSpec", &[], &vm.dict());
    match spec {
        Ok(spec) => vm.set_known("ModuleSpec", spec),
        Err(error) => panic!("{}", vm.describe_error(&error)),
    }
}
