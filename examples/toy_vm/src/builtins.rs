//! The names that C and Python code find everywhere.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::object::Heap;
use crate::{Class, Data, Object};

const SINGLETONS: &[&str] = &["None", "NotImplemented", "Ellipsis"];

/// In each line a base and classes below it.
const CLASSES: &str = "\
    object: type int float complex str bytes tuple list dict slice memoryview function module
    object: iterator ContextVar PyCapsule NoneType BaseException
    int: bool
    BaseException: Exception GeneratorExit KeyboardInterrupt SystemExit
    Exception: ArithmeticError AssertionError AttributeError BufferError EOFError ImportError
    Exception: LookupError MemoryError NameError OSError ReferenceError RuntimeError StopIteration
    Exception: StopAsyncIteration SyntaxError SystemError TypeError ValueError Warning
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

/// Everything that the constants of the context name, and the toy's own classes.
pub fn make(heap: &Heap) -> HashMap<&'static str, Object> {
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
    for line in CLASSES.lines() {
        let (base, names) = line.trim().split_once(": ").expect("a base");
        for name in names.split_whitespace() {
            builtins.insert(name, class(name, vec![builtins[base].clone()]));
        }
    }
    builtins
}
