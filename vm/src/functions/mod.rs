//! Functions of extensions as Python callables.
//!
//! An extension's function becomes what a C function is in CPython: a
//! `builtin_function_or_method` in a module, a `method_descriptor` in a type.
//! Both are RustPython's own types, so that `types.BuiltinFunctionType`,
//! `inspect` and the interpreter's fast paths know them. RustPython makes them
//! from a definition whose function may be a closure once it is leaked; the
//! closure here is the extension's function with what it needs to be called.
//!
//! Nothing of it is ever freed: the definitions that extensions give live as
//! long as the process (see [`hpy_loader::spec`]), and so do these.

mod arguments;
mod cells;
mod definition;
mod function;
mod initializer;
mod names;

pub use arguments::{call_args, keyword_dict};
pub use definition::{define, slot_doc};
pub use function::module_function;
pub use initializer::Initializer;

use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::{Callee, Receiver};
use hpy_loader::spec::MethodDef;
use rustpython_vm::builtins::PyType;
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::{Py, PyObjectRef, VirtualMachine};

/// A method of a type, as it lies in the type's dict. `type_name` is CPython's
/// `tp_name` of the type, for messages.
pub fn method_descriptor(
    loader: &'static Loader<RustPython>,
    method: &'static MethodDef,
    class: &'static Py<PyType>,
    type_name: &'static str,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let name = &method.name;
    let qualified = move || format!("{}.{name}", class.name());
    let repr = move || format!("<method '{name}' of '{type_name}' objects>");
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        if args.args.is_empty() {
            let qualified = qualified();
            let message = format!("unbound method {qualified}() needs an argument");
            return Err(vm.new_type_error(message));
        }
        let receiver = match args.args.len() {
            // The one or two that most calls have need no moving up.
            1 | 2 => args.args.swap_remove(0),
            _ => args.args.remove(0),
        };
        let (receiver, callee) = (Receiver::Object(receiver), Callee::Callable(&repr));
        let args = call_args(args, vm);
        let result = loader.call_method(method, &qualified, receiver, args, callee);
        result.map_err(|error| into_exception(error, vm))
    };
    define(name, method.doc.as_deref(), PyMethodFlags::METHOD, function)
        .build_method(&vm.ctx, class)
        .into()
}
