//! Calling Python.

use super::frames;
use super::objects::attribute_name;
use crate::host::{Root, RustPython, attempt, signatures};
use hpy_loader::runtime::{Calls, VmResult};
use hpy_loader::sites::{Position, PythonFrame};
use rustpython_vm::builtins::{PyDict, PyDictRef, PyFunction, PyStr, PyTuple};
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};
use std::cell::Cell;
use std::ops::ControlFlow;

/// The names of the keywords in a vectorcall.
fn keyword_names<'a>(names: Option<&'a Root>, vm: &VirtualMachine) -> PyResult<Option<&'a [Root]>> {
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
fn python_method(receiver: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> Option<Root> {
    let class = receiver.class();
    let getattro = class.slots().getattro.load()?;
    let default = vm.ctx.types.object_type.slots().getattro.load()?;
    if !std::ptr::fn_addr_eq(getattro, default) {
        return None;
    }
    let function = class.get_attr(vm.ctx.interned_str(name)?)?;
    function.downcast_ref_if_exact::<PyFunction>(vm)?;
    // What fails here fails again in the general way, and is reported there.
    let has_name = |dict: PyDictRef| !matches!(dict.get_item_opt(name, vm), Ok(None));
    (!receiver.dict().is_some_and(has_name)).then_some(function)
}

fn vectorcall(
    callable: &PyObject,
    args: &[&Root],
    names: Option<&Root>,
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

/// A dict as the keywords of a call.
fn keywords(dict: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<KwArgs> {
    let items = dict.items_vec().into_iter();
    let named = items.map(|(name, value)| match name.downcast_ref::<PyStr>() {
        Some(name) => Ok((name.as_wtf8().to_owned(), value)),
        None => Err(vm.new_type_error("keywords must be strings")),
    });
    named.collect()
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

    fn is_callable(&self, object: &Root) -> bool {
        object.is_callable()
    }

    #[inline]
    fn call(&self, callable: &Root, args: &[&Root], names: Option<&Root>) -> VmResult<Root, Self> {
        attempt(|vm| vectorcall(callable, args, names, vm))
    }

    fn call_method(
        &self,
        name: &Root,
        all: &[&Root],
        names: Option<&Root>,
    ) -> VmResult<Root, Self> {
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
        callable: &Root,
        args: Option<&Root>,
        kwargs: Option<&Root>,
    ) -> VmResult<Root, Self> {
        attempt(|vm| {
            let args = match args.map(|args| args.downcast_ref::<PyTuple>()) {
                None => Vec::new(),
                Some(Some(args)) => args.as_slice().to_vec(),
                Some(None) => return Err(vm.new_type_error("the arguments are not a tuple")),
            };
            let kwargs = match kwargs.map(|kwargs| kwargs.downcast_ref::<PyDict>()) {
                None => KwArgs::default(),
                Some(Some(kwargs)) => keywords(kwargs, vm)?,
                Some(None) => {
                    return Err(vm.new_type_error("the keyword arguments are not a dict"));
                }
            };
            match callable.downcast_ref::<PyFunction>() {
                Some(function)
                    if kwargs.is_empty() && signatures::fits(function, args.len(), vm) =>
                {
                    function.invoke_exact_args(args, vm)
                }
                _ => callable.call_with_args(FuncArgs { args, kwargs }, vm),
            }
        })
    }

    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        frames::walk(visit);
    }

    fn describe_position(&self, position: Position) -> PythonFrame {
        frames::describe(self, position)
    }
}
