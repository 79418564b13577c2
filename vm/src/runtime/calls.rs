//! Calling Python.

use super::objects::attribute_name;
use crate::host::{RustPython, attempt, signatures};
use hpy_loader::runtime::{Calls, VmResult};
use hpy_loader::sites::{Position, PythonFrame};
use rustpython_vm::builtins::{PyDict, PyFunction, PyStr, PyTuple};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cell::Cell;
use std::ops::ControlFlow;

/// The names of the keywords in a vectorcall.
fn keyword_names<'a>(
    names: Option<&'a PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Option<&'a [PyObjectRef]>> {
    let Some(names) = names else { return Ok(None) };
    let Some(tuple) = names.downcast_ref::<PyTuple>() else {
        return Err(vm.new_system_error("the names of keywords are not a tuple"));
    };
    let names = tuple.as_slice();
    // RustPython takes it for granted from here on.
    if names.iter().any(|name| !name.downcastable::<PyStr>()) {
        return Err(vm.new_type_error("keywords must be strings"));
    }
    Ok(Some(names).filter(|names| !names.is_empty()))
}

/// The function of Python behind `receiver.name`, if that is what attribute
/// look-up would find and bind: then it can be called without being bound.
fn python_method(
    receiver: &PyObject,
    name: &Py<PyStr>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let class = receiver.class();
    let getattro = class.slots().getattro.load()?;
    let default = vm.ctx.types.object_type.slots().getattro.load()?;
    if !std::ptr::fn_addr_eq(getattro, default) {
        return None;
    }
    let function = class.get_attr(vm.ctx.interned_str(name)?)?;
    function.downcast_ref_if_exact::<PyFunction>(vm)?;
    let Some(dict) = receiver.dict() else {
        return Some(function);
    };
    // What fails here fails again in the general way, and is reported there.
    match dict.get_item_opt(name, vm) {
        Ok(None) => Some(function),
        _ => None,
    }
}

fn vectorcall(
    callable: &PyObject,
    args: &[&PyObjectRef],
    names: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let owned = || args.iter().map(|&arg| arg.clone()).collect();
    let function = callable.downcast_ref::<PyFunction>();
    let Some(names) = keyword_names(names, vm)? else {
        return match function.filter(|function| signatures::fits(function, args.len(), vm)) {
            Some(function) => function.invoke_exact_args(owned(), vm),
            None => callable.vectorcall(owned(), args.len(), None, vm),
        };
    };
    if let Some(function) = function
        && let Some(args) = signatures::arrange(function, args, names, vm)
    {
        return function.invoke_exact_args(args, vm);
    }
    let Some(positional) = args.len().checked_sub(names.len()) else {
        return Err(vm.new_system_error("more names of keywords than arguments"));
    };
    callable.vectorcall(owned(), positional, Some(names), vm)
}

thread_local! {
    /// The lowest address on this thread's stack at which RustPython has found
    /// room left. Above it there is more.
    static DEEPEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[inline(never)]
fn measure_stack(here: usize) -> VmResult<(), RustPython> {
    // It measures the stack; there is nothing to be done under it.
    attempt(|vm| vm.with_recursion("while calling a Python object", || Ok(())))?;
    DEEPEST.set(here);
    Ok(())
}

impl Calls for RustPython {
    #[inline(always)]
    fn check_stack(&self) -> VmResult<(), Self> {
        let here = 0_u8;
        let here = std::ptr::from_ref(&here).addr();
        if here >= DEEPEST.get() {
            return Ok(());
        }
        measure_stack(here)
    }

    fn is_callable(&self, object: &PyObjectRef) -> bool {
        object.is_callable()
    }

    #[inline]
    fn call(
        &self,
        callable: &PyObjectRef,
        args: &[&PyObjectRef],
        names: Option<&PyObjectRef>,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| vectorcall(callable, args, names, vm))
    }

    fn call_method(
        &self,
        name: &PyObjectRef,
        all: &[&PyObjectRef],
        names: Option<&PyObjectRef>,
    ) -> VmResult<PyObjectRef, Self> {
        let Some((receiver, args)) = all.split_first() else {
            return attempt(|vm| Err(vm.new_system_error("a method call without a receiver")));
        };
        attempt(|vm| {
            let name = attribute_name(name, vm)?;
            if names.is_none()
                && let Some(function) = python_method(receiver, name, vm)
            {
                return vectorcall(&function, all, None, vm);
            }
            let method = receiver.get_attr(name, vm)?;
            vectorcall(&method, args, names, vm)
        })
    }

    fn call_tuple_dict(
        &self,
        callable: &PyObjectRef,
        args: Option<&PyObjectRef>,
        kwargs: Option<&PyObjectRef>,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| {
            let args = match args {
                None => Vec::new(),
                Some(args) => match args.downcast_ref::<PyTuple>() {
                    Some(args) => args.as_slice().to_vec(),
                    None => return Err(vm.new_type_error("the arguments are not a tuple")),
                },
            };
            let keywords = kwargs.and_then(|kwargs| kwargs.downcast_ref::<PyDict>());
            if keywords.is_none_or(|keywords| keywords.is_empty())
                && let Some(function) = callable.downcast_ref::<PyFunction>()
                && signatures::fits(function, args.len(), vm)
            {
                return function.invoke_exact_args(args, vm);
            }
            let mut keywords = Vec::new();
            if let Some(kwargs) = kwargs {
                let Some(kwargs) = kwargs.downcast_ref::<PyDict>() else {
                    return Err(vm.new_type_error("the keyword arguments are not a dict"));
                };
                for (name, value) in kwargs.items_vec() {
                    match name.downcast_ref::<PyStr>() {
                        Some(name) => keywords.push((name.as_wtf8().to_owned(), value)),
                        None => return Err(vm.new_type_error("keywords must be strings")),
                    }
                }
            }
            let keywords: KwArgs = keywords.into_iter().collect();
            callable.call_with_args(
                FuncArgs {
                    args,
                    kwargs: keywords,
                },
                vm,
            )
        })
    }

    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        self.walk_frames(visit);
    }

    fn describe_position(&self, position: Position) -> PythonFrame {
        self.describe_frame(position)
    }
}
