//! The names that C and Python code find everywhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hpy_loader::abi::context::{ROWS, RowKind};

use crate::object::Heap;
use crate::{Class, Data, Object};

const SINGLETONS: &[&str] = &["None", "NotImplemented", "Ellipsis"];

/// Bases with the classes below them. What the context asks for and is missing here
/// is an exception class right below `Exception`.
const CLASSES: &[(&str, &str)] = &[
    (
        "object",
        "type int float complex str bytes tuple list dict slice memoryview function module \
         iterator ContextVar PyCapsule NoneType BaseException",
    ),
    ("int", "bool"),
    (
        "BaseException",
        "Exception GeneratorExit KeyboardInterrupt SystemExit",
    ),
    (
        "Exception",
        "ArithmeticError ImportError LookupError OSError RuntimeError ValueError Warning",
    ),
    (
        "ArithmeticError",
        "FloatingPointError OverflowError ZeroDivisionError",
    ),
    ("ImportError", "ModuleNotFoundError"),
    ("LookupError", "IndexError KeyError"),
    ("OSError", "FileNotFoundError"),
    ("RuntimeError", "NotImplementedError RecursionError"),
    ("ValueError", "UnicodeError"),
    ("UnicodeError", "UnicodeDecodeError UnicodeEncodeError"),
    ("Warning", "RuntimeWarning UserWarning"),
];

/// Everything that the constants of the context name, and the toy's own classes.
pub fn make(heap: &Arc<Heap>) -> HashMap<&'static str, Object> {
    let object = |data| Object::new(heap, data);
    let class = |name, bases| object(Data::Class(Class::new(name, bases, None)));
    let mut builtins = HashMap::new();
    for &name in SINGLETONS {
        builtins.insert(name, object(Data::Singleton(name)));
    }
    builtins.insert("False", object(Data::Bool(false)));
    builtins.insert("True", object(Data::Bool(true)));
    builtins.insert("__builtins__", object(Data::Dict(Mutex::default())));
    builtins.insert("object", class("object", Vec::new()));
    for &(base, names) in CLASSES {
        for name in names.split_whitespace() {
            builtins.insert(name, class(name, vec![builtins[base].clone()]));
        }
    }
    for row in ROWS {
        if let RowKind::Handle { python_name } = row.kind
            && !builtins.contains_key(python_name)
        {
            let bases = vec![builtins["Exception"].clone()];
            builtins.insert(python_name, class(python_name, bases));
        }
    }
    builtins
}
