//! The first objects: the builtin classes and singletons.

use super::class::{ClassInfo, REFS, c_name};
use super::methods;
use crate::heap::{Kind, Local};
use crate::vm::Vm;

/// Name, base and kind of instances of the builtin classes that are no exceptions. A
/// class stands behind its base. What is not subclassable is in [`FINAL`].
const CLASSES: &[(&str, &str, Kind)] = &[
    ("int", "object", Kind::Int),
    ("bool", "int", Kind::Bool),
    ("float", "object", Kind::Float),
    ("complex", "object", Kind::Instance),
    ("str", "object", Kind::Str),
    ("bytes", "object", Kind::Bytes),
    ("tuple", "object", Kind::Tuple),
    ("list", "object", Kind::List),
    ("dict", "object", Kind::Dict),
    ("slice", "object", Kind::Slice),
    ("range", "object", Kind::Range),
    ("iterator", "object", Kind::Iterator),
    ("memoryview", "object", Kind::MemoryView),
    ("module", "object", Kind::Module),
    ("PyCapsule", "object", Kind::Capsule),
    ("NoneType", "object", Kind::Singleton),
    ("NotImplementedType", "object", Kind::Singleton),
    ("ellipsis", "object", Kind::Singleton),
    ("function", "object", Kind::Function),
    ("builtin_function_or_method", "object", Kind::Function),
    ("method_descriptor", "object", Kind::Function),
    ("wrapper_descriptor", "object", Kind::Function),
    ("getset_descriptor", "object", Kind::Function),
    ("member_descriptor", "object", Kind::Function),
    ("method", "object", Kind::BoundMethod),
    ("classmethod", "object", Kind::Record),
    ("staticmethod", "object", Kind::Record),
];

/// The exceptions below each class. A class stands behind its base.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("object", "BaseException"),
    (
        "BaseException",
        "Exception GeneratorExit KeyboardInterrupt SystemExit",
    ),
    (
        "Exception",
        "ArithmeticError AssertionError AttributeError BufferError EOFError ImportError \
         LookupError MemoryError NameError OSError ReferenceError RuntimeError \
         StopAsyncIteration StopIteration SyntaxError SystemError TypeError ValueError \
         Warning",
    ),
    (
        "ArithmeticError",
        "FloatingPointError OverflowError ZeroDivisionError",
    ),
    ("ImportError", "ModuleNotFoundError"),
    ("LookupError", "IndexError KeyError"),
    ("NameError", "UnboundLocalError"),
    (
        "OSError",
        "BlockingIOError ChildProcessError ConnectionError FileExistsError \
         FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError \
         PermissionError ProcessLookupError TimeoutError",
    ),
    (
        "ConnectionError",
        "BrokenPipeError ConnectionAbortedError ConnectionRefusedError \
         ConnectionResetError",
    ),
    ("RuntimeError", "NotImplementedError RecursionError"),
    ("SyntaxError", "IndentationError"),
    ("IndentationError", "TabError"),
    ("ValueError", "UnicodeError"),
    (
        "UnicodeError",
        "UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError",
    ),
    (
        "Warning",
        "BytesWarning DeprecationWarning FutureWarning ImportWarning \
         PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning \
         UnicodeWarning UserWarning",
    ),
];

/// All builtin classes but `object` and `type`: name, base and kind of instances.
fn classes() -> impl Iterator<Item = (&'static str, &'static str, Kind)> + Clone {
    let exceptions = EXCEPTIONS.iter().flat_map(|&(base, names)| {
        let names = names.split_whitespace();
        names.map(move |name| (name, base, Kind::Exception))
    });
    CLASSES.iter().copied().chain(exceptions)
}

/// Builtin classes that have no subclasses, and are names of `builtins` or made by
/// name.
const FINAL: &[&str] = &["bool", "slice", "range", "memoryview"];

/// Builtin classes that have no subclasses and no names in `builtins`.
const INTERNAL: &[&str] = &[
    "iterator",
    "PyCapsule",
    "NoneType",
    "NotImplementedType",
    "ellipsis",
    "function",
    "builtin_function_or_method",
    "method_descriptor",
    "wrapper_descriptor",
    "getset_descriptor",
    "member_descriptor",
    "method",
];

/// Whether a builtin class is no name of `builtins`.
fn is_hidden(name: &str) -> bool {
    name == "module" || INTERNAL.contains(&name)
}

fn info(name: &str, kind: Kind) -> ClassInfo {
    ClassInfo {
        name: c_name(name),
        full_name: name.to_owned(),
        kind,
        native: None,
        definition: None,
        is_base: !FINAL.contains(&name) && !INTERNAL.contains(&name),
        is_instantiable: !is_hidden(name) || name == "module",
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
    let bare = |name: &'static str, kind: Kind| -> Local {
        let class = match name {
            "type" => type_type.clone(),
            _ => vm.heap.allocate_small(Kind::Type, &type_type, REFS, 0),
        };
        vm.heap
            .make_companion(&class)
            .set_payload(Box::new(info(name, kind)));
        vm.set_known(name, class.clone());
        class
    };
    bare("type", Kind::Type);
    bare("object", Kind::Instance);
    for (name, _, kind) in classes() {
        bare(name, kind);
    }
    let all = [("object", ""), ("type", "object")];
    let all = all
        .into_iter()
        .chain(classes().map(|(name, base, _)| (name, base)));
    for (name, base) in all.clone() {
        let bases: Vec<Local> = vm.find_known(base).into_iter().collect();
        if vm
            .link_class(&vm.builtin(name), &bases, &vm.dict())
            .is_err()
        {
            unreachable!("builtin classes have one base");
        }
    }

    let singletons = [
        ("None", "NoneType"),
        ("NotImplemented", "NotImplementedType"),
        ("Ellipsis", "ellipsis"),
    ];
    for (name, class) in singletons {
        let singleton = vm
            .heap
            .allocate_small(Kind::Singleton, &vm.builtin(class), 0, 0);
        vm.set_known(name, singleton);
    }
    for (name, value) in [("False", 0), ("True", 1)] {
        let singleton = vm
            .heap
            .allocate_small(Kind::Bool, &vm.builtin("bool"), 0, 8);
        vm.heap.set_word(&singleton, 0, value);
        vm.set_known(name, singleton);
    }

    let builtins = vm.dict();
    let singletons = ["None", "NotImplemented", "Ellipsis", "False", "True"];
    let classes = all.map(|(name, _)| name).filter(|name| !is_hidden(name));
    for name in singletons.into_iter().chain(classes) {
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
