//! The names that Python code finds everywhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::class::Class;
use crate::object::{Data, Heap, Object};

const SINGLETONS: &[&str] = &["None", "NotImplemented", "Ellipsis"];

/// Classes with their bases. What is missing here is an exception class right
/// below `Exception`.
const CLASSES: &[(&str, &str)] = &[
    ("object", ""),
    ("type", "object"),
    ("int", "object"),
    ("bool", "int"),
    ("float", "object"),
    ("complex", "object"),
    ("str", "object"),
    ("bytes", "object"),
    ("tuple", "object"),
    ("list", "object"),
    ("dict", "object"),
    ("slice", "object"),
    ("memoryview", "object"),
    ("function", "object"),
    ("module", "object"),
    ("iterator", "object"),
    ("ContextVar", "object"),
    ("PyCapsule", "object"),
    ("NoneType", "object"),
    ("BaseException", "object"),
    ("Exception", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("SystemExit", "BaseException"),
    ("ArithmeticError", "Exception"),
    ("LookupError", "Exception"),
    ("OSError", "Exception"),
    ("RuntimeError", "Exception"),
    ("ValueError", "Exception"),
    ("Warning", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("FileNotFoundError", "OSError"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("RuntimeWarning", "Warning"),
    ("UserWarning", "Warning"),
];

/// Everything that the context's constants name, and the toy's own classes.
pub fn make(heap: &Arc<Heap>) -> HashMap<&'static str, Object> {
    use hpy_loader::abi::context::{ROWS, RowKind};

    let mut builtins = HashMap::new();
    for &name in SINGLETONS {
        builtins.insert(name, Object::new(heap, Data::Singleton(name)));
    }
    for (name, value) in [("False", false), ("True", true)] {
        builtins.insert(name, Object::new(heap, Data::Bool(value)));
    }
    let namespace = Data::Dict(Mutex::default());
    builtins.insert("__builtins__", Object::new(heap, namespace));
    for &(name, base) in CLASSES {
        let bases = builtins.get(base).cloned().into_iter().collect();
        let class = Data::Class(Class::new(name, bases, None));
        builtins.insert(name, Object::new(heap, class));
    }
    for row in ROWS {
        if let RowKind::Handle { python_name } = row.kind
            && !builtins.contains_key(python_name)
        {
            let bases = vec![builtins["Exception"].clone()];
            let class = Data::Class(Class::new(python_name, bases, None));
            builtins.insert(python_name, Object::new(heap, class));
        }
    }
    builtins
}
