//! How instances come to be: `tp_new` and what lies under it.
//!
//! A type inherits `tp_new` unless its extension gives one. For a type over
//! `object` this means that `object.__new__(T)` allocates the native struct. In
//! CPython `tp_alloc` sees to that; RustPython's `object.__new__` and
//! `int.__new__` know only their own payloads. So there are two ways in:
//!
//! - The slot `new` of a type with a native struct is the function of its shape
//!   in [`Shaped`], which allocates it.
//! - The `__new__` in the dict of the builtin type, which `super().__new__(cls)`
//!   and `object.__new__(cls)` reach, is replaced when the first type of its shape
//!   is made. The replacement looks at the class: for those above it calls the
//!   same function, for all others it calls what was there before.

use super::info::{TypeInfo, type_name};
use super::layout::{ancestry, builtin_of};
use super::payload::native_of;
use super::shapes::{New, SHAPES, Shaped};
use crate::functions::{Definition, define, keyword_dict, slot_doc};
use crate::host::{RustPython, into_exception};
use hpy_loader::Loader;
use hpy_loader::abi::HPyFunc_newfunc;
use hpy_loader::call::Callee;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyType, PyTypeRef};
use rustpython_vm::function::{FuncArgs, PyMethodFlags};
use rustpython_vm::object::PyThreadingConstraint;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine, identifier};
use std::ffi::c_void;
use std::ptr::fn_addr_eq;
use std::sync::atomic::Ordering;

/// The slot `new` of a type that has or inherits the `tp_new` of an extension.
pub fn new_native(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let info = TypeInfo::nearest(&class);
    let function = info.and_then(|info| Some((info, info.effective.get().tp_new?)));
    let found = function.map(|(info, function)| (info.loader, function));
    let (loader, function) = found.ok_or_else(|| not_constructible(&class, vm))?;
    call_new(loader, function, class, args, vm)
}

fn call_new(
    loader: &'static Loader<RustPython>,
    function: HPyFunc_newfunc,
    class: PyTypeRef,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let keywords = keyword_dict(args.kwargs, vm)?;
    let args = (class.into(), args.args, keywords, Callee::Class);
    let made = loader.call_slot(function, args);
    made.map_err(|error| into_exception(error, vm))
}

/// A new instance of `class` without its `__new__` and `__init__`, and its native
/// struct.
pub fn new_instance(
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, *mut c_void)> {
    if let Some(shaped) = SHAPES.iter().find(|shaped| shaped.lays_out(class)) {
        let object = (shaped.alloc)(class.to_owned(), 0, vm)?;
        let data = native_of(&object).map_or(std::ptr::null_mut(), |native| native.data());
        return Ok((object, data));
    }
    // The instance is one of a builtin type's, apart from its class.
    let builtin = ancestry(class).find(|class| class.heaptype_ext().is_none());
    let builtin = builtin.unwrap_or(vm.ctx.types.object_type);
    let object = if builtin.is(vm.ctx.types.object_type) {
        let has_dict = class.slots().flags.has_feature(PyTypeFlags::HAS_DICT);
        let dict = has_dict.then(|| vm.ctx.new_dict());
        vm.ctx.new_base_object(class.to_owned(), dict)
    } else if builtin.is(vm.ctx.types.type_type) {
        return Err(vm.new_type_error("HPy_New can't make classes; call the metaclass"));
    } else {
        let new = builtin.slots().new.load();
        let new = new.ok_or_else(|| not_constructible(class, vm))?;
        new(class.to_owned(), FuncArgs::default(), vm)?
    };
    Ok((object, std::ptr::null_mut()))
}

fn not_constructible(class: &Py<PyType>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!("cannot create '{}' instances", type_name(class)))
}

fn is_slot(class: &Py<PyType>, function: New) -> bool {
    let slot = class.slots().new.load();
    slot.is_some_and(|slot| fn_addr_eq(slot, function))
}

/// Replaces `__new__` of the builtin type of a shape, once.
pub fn replace_builtin_new(shaped: &'static Shaped, vm: &VirtualMachine) {
    let Some(builtin) = builtin_of(shaped.shape, &vm.ctx) else {
        return;
    };
    if shaped.is_replaced.load(Ordering::Acquire) {
        return;
    }
    let name = identifier!(vm, __new__);
    let Some(original) = builtin.get_direct_attr(name) else {
        return;
    };
    let function = move |mut args: FuncArgs, vm: &VirtualMachine| {
        let class = args.args.first().and_then(|class| class.downcast_ref());
        match class.filter(|class| constructs(shaped, class)) {
            Some(class) => {
                let class = class.to_owned();
                args.args.remove(0);
                (shaped.new)(class, args, vm)
            }
            None => original.call(args, vm),
        }
    };
    builtin.set_attr(name, static_new(builtin, function, vm));
    // Two threads may come here at once; the one replacement calls the other.
    shaped.is_replaced.store(true, Ordering::Release);
}

/// Whether instances of `class` are made by the function of this shape. Python
/// classes with a `__new__` of their own do not count: it is the one that calls.
fn constructs(shaped: &Shaped, class: &Py<PyType>) -> bool {
    let is_maker = |class: &&Py<PyType>| is_slot(class, shaped.new) || is_slot(class, new_native);
    let maker = || ancestry(class).find(is_maker);
    shaped.lays_out(class) && maker().is_some_and(|class| is_slot(class, shaped.new))
}

/// A `__new__` for the dict of a builtin type. The function gets what it was called with.
fn static_new(
    class: &Py<PyType>,
    function: impl Fn(FuncArgs, &VirtualMachine) -> PyResult + PyThreadingConstraint + 'static,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let unbound = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        // The class, which RustPython binds the function to.
        args.args.remove(0);
        function(args, vm)
    };
    let doc = slot_doc("__new__");
    let definition = define("__new__", doc, PyMethodFlags::EMPTY, unbound);
    definition
        .build_bound_function(&vm.ctx, class.to_owned().into())
        .into()
}

/// The `__new__` in the dict of a type whose extension gives `tp_new`, as
/// CPython's `tp_new_wrapper`, and what it was made from.
pub fn new_attribute(
    info: &TypeInfo,
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> (PyObjectRef, Definition) {
    let (loader, of) = (info.loader, info.definition.clone());
    let checked = move |vm: &VirtualMachine, mut args: FuncArgs, _| {
        // The type, which RustPython binds the function to.
        let of_type = args.args.remove(0);
        let this = &of.full_name;
        if args.args.is_empty() {
            let message = format!("{this}.__new__(): not enough arguments");
            return Err(vm.new_type_error(message));
        }
        let class = args.args.remove(0).downcast::<PyType>().map_err(|other| {
            let other = type_name(other.class());
            vm.new_type_error(format!(
                "{this}.__new__(X): X is not a type object ({other})"
            ))
        })?;
        if !class.fast_issubclass(&of_type) {
            let class = type_name(&class);
            return Err(vm.new_type_error(format!(
                "{this}.__new__({class}): {class} is not a subtype of {this}"
            )));
        }
        match (constructor(&class), of.slots.tp_new) {
            (Some((_, other)), Some(function)) if other == function => {
                call_new(loader, function, class, args, vm)
            }
            (other, _) => {
                let class = type_name(&class);
                let other = other.map_or(&*class, |(info, _)| &info.definition.full_name);
                Err(vm.new_type_error(format!(
                    "{this}.__new__({class}) is not safe, use {other}.__new__()"
                )))
            }
        }
    };
    let doc = slot_doc("__new__");
    let definition = Definition::new("__new__", doc, PyMethodFlags::EMPTY, checked);
    // SAFETY: the function is bound to the class, which keeps the definition.
    let function = unsafe { definition.get() };
    let function = function.build_bound_function(&vm.ctx, class.to_owned().into());
    (function.into(), definition)
}

/// The `tp_new` of an extension that makes instances of `class`, a Python
/// `__new__` aside.
fn constructor(class: &Py<PyType>) -> Option<(&TypeInfo, HPyFunc_newfunc)> {
    let class = ancestry(class).find(|class| is_slot(class, new_native))?;
    let info = TypeInfo::nearest(class)?;
    Some((info, info.effective.get().tp_new?))
}
