//! The functions of an extension's module.
//!
//! They are RustPython's builtin functions. Their payload is RustPython's with what it takes
//! to call C behind it, and has the same id, so that RustPython takes them for its own.

use super::arguments::call_args;
use super::cells::{self, Cell};
use super::definition::define_function;
use super::names::NameTuples;
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::call::{CallArgs, Callee, Kept, Receiver};
use hpy_loader::spec::{MethodDef, MethodFunction};
use rustpython_vm::builtins::{PyStrInterned, PyType};
use rustpython_vm::function::{FuncArgs, PyMethodDef, PyMethodFlags};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::{
    Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
};
use std::any::TypeId;
use std::fmt::Debug;
use std::mem::{ManuallyDrop, offset_of};
use std::ptr::NonNull;
use std::sync::OnceLock;

/// The payload of a function of an extension's module: RustPython's, whose type has no
/// public name, and what that refers to.
#[repr(C)]
struct ExtensionFunction<B> {
    base: B,
    parts: Parts,
}

/// What belongs to one function. The definition refers to the closure in the cell, and that
/// to the function.
struct Parts {
    definition: NonNull<PyMethodDef>,
    cell: ManuallyDrop<Cell>,
    function: NonNull<Function>,
}

// SAFETY: all three are for any thread, and nobody changes them.
unsafe impl Send for Parts {}
// SAFETY: as above.
unsafe impl Sync for Parts {}

impl Parts {
    fn new(function: Function) -> Self {
        let function = NonNull::from(Box::leak(Box::new(function)));
        // SAFETY: it goes after the cell.
        let cell = unsafe { Cell::new(function) };
        // SAFETY: the method is kept for ever.
        let method = unsafe { function.as_ref() }.method;
        let (name, doc) = (&*method.name, method.doc.as_deref());
        // SAFETY: the cell goes after the definition.
        let closure = unsafe { cell.closure() };
        let definition = define_function(name, doc, flags(method.function), closure);
        Self {
            definition: NonNull::from(Box::leak(definition)),
            cell: ManuallyDrop::new(cell),
            function,
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // SAFETY: `new` has leaked both from boxes. Only the function object referred to them,
        // which somebody keeps who calls it.
        unsafe {
            drop(Box::from_raw(self.definition.as_ptr()));
            ManuallyDrop::drop(&mut self.cell);
            drop(Box::from_raw(self.function.as_ptr()));
        }
    }
}

impl<B> Debug for ExtensionFunction<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: the function is there as long as this is.
        let function = unsafe { self.parts.function.as_ref() };
        write!(f, "function {} of an extension", function.method.name)
    }
}

impl<B: PyPayload> PyPayload for ExtensionFunction<B> {
    const PAYLOAD_TYPE_ID: TypeId = B::PAYLOAD_TYPE_ID;

    /// Nobody asks for it: what RustPython sees of it will do.
    unsafe fn validate_downcastable_from(_: &PyObject) -> bool {
        false
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        B::class(ctx)
    }
}

impl<B: PyPayload> MaybeTraverse for ExtensionFunction<B> {
    const HAS_TRAVERSE: bool = true;
    const HAS_CLEAR: bool = B::HAS_CLEAR;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.try_traverse(visit);
    }

    fn try_clear(&mut self, references: &mut Vec<PyObjectRef>) {
        self.base.try_clear(references);
    }
}

impl<B: PyPayload + Debug> ExtensionFunction<B> {
    // RustPython finds its own payload by these two distances.
    const STARTS_WITH_BASE: () = {
        assert!(offset_of!(Self, base) == 0);
        assert!(payload_offset::<Self>() == payload_offset::<B>());
    };

    fn make(base: B, parts: Parts, ctx: &Context) -> PyObjectRef {
        const { Self::STARTS_WITH_BASE };
        PyRef::new_ref(Self { base, parts }, B::class(ctx).to_owned(), None).into()
    }
}

/// A function of a module. The module is what the function gets as `self`, by the handle
/// that is kept of it, and what Python sees as its `__self__`.
pub fn module_function(
    loader: &'static Loader<RustPython>,
    method: &'static MethodDef,
    (module, receiver): (&PyObject, Kept),
    module_name: &'static PyStrInterned,
    vm: &VirtualMachine,
) -> PyObjectRef {
    install_vectorcall(vm);
    let parts = Parts::new(Function {
        loader,
        method,
        receiver,
        module: module_name,
        names: NameTuples::default(),
    });
    // SAFETY: the parts go with the object, after what is made of the definition here.
    let definition: &'static PyMethodDef = unsafe { parts.definition.as_ref() };
    let base = definition.to_function();
    let base = base
        .with_module_object(module.to_owned())
        .with_module(module_name);
    ExtensionFunction::make(base, parts, &vm.ctx)
}

/// The signature as RustPython has it, by which its interpreter chooses how to
/// call.
fn flags(function: MethodFunction) -> PyMethodFlags {
    match function {
        MethodFunction::NoArgs(_) => PyMethodFlags::NOARGS,
        MethodFunction::O(_) => PyMethodFlags::O,
        MethodFunction::VarArgs(_) => PyMethodFlags::FASTCALL,
        MethodFunction::Keywords(_) => PyMethodFlags::FASTCALL | PyMethodFlags::KEYWORDS,
    }
}

/// RustPython's type of the slot `vectorcall`.
type VectorCall =
    fn(&PyObject, Vec<PyObjectRef>, usize, Option<&[PyObjectRef]>, &VirtualMachine) -> PyResult;

/// RustPython's `vectorcall` of builtin functions, once ours stands in front.
static THEIRS: OnceLock<VectorCall> = OnceLock::new();

fn install_vectorcall(vm: &VirtualMachine) {
    THEIRS.get_or_init(|| {
        let types = &vm.ctx.types;
        let slot = &types.builtin_function_or_method_type.slots.vectorcall;
        let theirs = slot.load().expect("builtin functions have a vectorcall");
        slot.store(Some(vectorcall));
        theirs
    });
}

/// The payload of a builtin function. RustPython has no public name for its type,
/// which is the one that `maker` makes.
#[inline]
fn native<T: PyPayload>(
    callable: &PyObject,
    _maker: impl Fn(&'static PyMethodDef) -> T,
) -> Option<&Py<T>> {
    callable.downcast_ref()
}

/// `vectorcall` of builtin functions: ours without a detour, others as ever.
fn vectorcall(
    callable: &PyObject,
    mut args: Vec<PyObjectRef>,
    count: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(native) = native(callable, PyMethodDef::to_function)
        && let Some(function) = cells::find(native.as_func())
    {
        return match names {
            Some(names) if !names.is_empty() => function.call_with_names(args, count, names, vm),
            _ => {
                args.truncate(count);
                function.invoke(CallArgs::positional(args), vm)
            }
        };
    }
    let theirs = THEIRS.get().expect("set before this function was");
    theirs(callable, args, count, names, vm)
}

/// A function of a module, with what it takes to call it.
pub struct Function {
    pub loader: &'static Loader<RustPython>,
    pub method: &'static MethodDef,
    /// A handle of the module.
    pub receiver: Kept,
    /// The module's name, for messages.
    pub module: &'static PyStrInterned,
    pub names: NameTuples,
}

impl Function {
    /// A call with arguments as RustPython collects them.
    pub fn call(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        self.invoke(call_args(args, vm), vm)
    }

    /// A call with `count` positional arguments, and then one for each name.
    #[inline(never)]
    fn call_with_names(
        &self,
        mut values: Vec<PyObjectRef>,
        count: usize,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult {
        values.truncate(count + names.len());
        let (names, count) = (self.names.tuple(names, vm), names.len());
        self.invoke(CallArgs::with_keywords(values, names.into(), count), vm)
    }

    #[inline(always)]
    fn invoke(&self, args: CallArgs<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let name = &self.method.name;
        // As `_PyObject_FunctionStr` and `meth_repr` have it.
        let qualified = || match self.module.as_bytes() {
            b"builtins" => name.clone(),
            _ => format!("{}.{name}", self.module),
        };
        let repr = || format!("<built-in function {name}>");
        let (receiver, callee) = (Receiver::Kept(self.receiver), Callee::Callable(&repr));
        let (loader, method) = (self.loader, self.method);
        let result = loader.call_method(method, &qualified, receiver, args, callee);
        result.map_err(|error| into_exception(error, vm))
    }
}
