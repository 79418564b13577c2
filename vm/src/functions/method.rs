//! Methods of types, as they lie in the type's dict.
//!
//! RustPython's method descriptors take it that types live for ever. Ours keep their
//! class, and show it to the collector, which else could not free it: each class has its
//! methods in its dict. Their payload is RustPython's with the class behind it, and has the
//! same id, so that RustPython takes them for its own.

use super::arguments::call_args;
use super::definition::{Definition, outlive};
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::{Callee, Receiver};
use hpy_loader::spec::TypeDef;
use rustpython_vm::builtins::descriptor::PyMethodDescriptor;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine,
};
use std::any::TypeId;
use std::mem::offset_of;
use std::sync::Arc;

/// The payload of a method descriptor of ours.
#[derive(Debug)]
#[repr(C)]
pub struct MethodDescriptor {
    base: PyMethodDescriptor,
    class: PyTypeRef,
}

impl MethodDescriptor {
    // RustPython finds its own payload by these two distances.
    const STARTS_WITH_BASE: () = {
        assert!(offset_of!(Self, base) == 0);
        assert!(payload_offset::<Self>() == payload_offset::<PyMethodDescriptor>());
    };

    /// The descriptor for a method of `class`, which keeps the definition.
    pub fn make(definition: &Definition, class: &Py<PyType>, vm: &VirtualMachine) -> PyObjectRef {
        const { Self::STARTS_WITH_BASE };
        // SAFETY: the descriptor has a reference to the class, and the class keeps the
        // definition. A method that is bound keeps an object whose class keeps this one.
        let (of, class_of) = unsafe { (definition.get(), outlive(class)) };
        let base = PyMethodDescriptor::new(of, class_of, &vm.ctx);
        let class = class.to_owned();
        let type_of = vm.ctx.types.method_descriptor_type.to_owned();
        PyRef::new_ref(Self { base, class }, type_of, None).into()
    }
}

impl PyPayload for MethodDescriptor {
    const PAYLOAD_TYPE_ID: TypeId = PyMethodDescriptor::PAYLOAD_TYPE_ID;

    /// Nobody asks for it: what RustPython sees of it will do.
    unsafe fn validate_downcastable_from(_: &PyObject) -> bool {
        false
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.method_descriptor_type
    }
}

impl MaybeTraverse for MethodDescriptor {
    const HAS_TRAVERSE: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        visit(self.class.as_object());
    }
}

/// The method with this number of a type, as it lies in the dict of its class, and what it
/// was made from.
pub fn method_descriptor(
    loader: &'static Loader<RustPython>,
    of: &Arc<TypeDef>,
    index: usize,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Definition) {
    let method = &of.methods[index];
    // SAFETY: the function below keeps them, and goes with the definition.
    let (name, doc) = unsafe {
        (
            outlive(&*method.name),
            method.doc.as_deref().map(|doc| outlive(doc)),
        )
    };
    let of = of.clone();
    let function = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        let method = &of.methods[index];
        let (type_name, name) = (&of.full_name, &method.name);
        let qualified = || format!("{}.{name}", of.name());
        let repr = || format!("<method '{name}' of '{type_name}' objects>");
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
    let definition = Definition::new(name, doc, PyMethodFlags::METHOD, function);
    (MethodDescriptor::make(&definition, class, vm), definition)
}
