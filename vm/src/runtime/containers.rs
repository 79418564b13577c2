//! Lists, tuples, dicts, slices, capsules, and what kind an object is.

use super::references::{expect_a, new_plain};
use crate::capsule::PyCapsule;
use crate::host::{Root, RustPython, attempt, attempt_object};
use hpy_loader::capsule::Capsule;
use hpy_loader::memory::is_available;
use hpy_loader::runtime::{BuiltinKind, Containers, FastPaths, VmResult};
use num_traits::{Signed, ToPrimitive};
use rustpython_vm::builtins::{PyDict, PyList, PySlice, PyType};
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, PyPayload, PyResult, VirtualMachine};

/// `_PyEval_SliceIndex`: one number of a slice, cut to what fits. None if it is
/// Python's `None`.
fn slice_index(number: Option<&Root>, vm: &VirtualMachine) -> PyResult<Option<isize>> {
    let Some(number) = number.filter(|number| !vm.is_none(number)) else {
        return Ok(None);
    };
    let refused =
        || vm.new_type_error("slice indices must be integers or None or have an __index__ method");
    let index = number.try_index_opt(vm).ok_or_else(refused)??;
    let value = index.as_bigint();
    let limit = if value.is_negative() {
        isize::MIN
    } else {
        isize::MAX
    };
    Ok(Some(value.to_isize().unwrap_or(limit)))
}

/// The items, whose number C chooses.
#[inline(always)]
fn gather(items: impl ExactSizeIterator<Item = Root>) -> Result<Vec<Root>, Root> {
    match is_available(items.len().saturating_mul(size_of::<Root>())) {
        true => Ok(items.collect()),
        false => attempt(|vm| Err(vm.no_memory_error())),
    }
}

impl Containers for RustPython {
    #[inline]
    fn is_builtin_instance(&self, object: &Root, kind: BuiltinKind) -> bool {
        if kind == BuiltinKind::Type {
            return object.downcastable::<PyType>();
        }
        let types = &self.ctx.types;
        let class = match kind {
            BuiltinKind::Bytes => types.bytes_type,
            BuiltinKind::Dict => types.dict_type,
            BuiltinKind::List => types.list_type,
            BuiltinKind::Module => types.module_type,
            BuiltinKind::Slice => types.slice_type,
            BuiltinKind::Str => types.str_type,
            BuiltinKind::Tuple => types.tuple_type,
            BuiltinKind::Type => types.type_type,
            // A builtin type that a later loader asks for has no instances here.
            _ => return false,
        };
        object.class().is(class) || object.fast_isinstance(class)
    }

    #[inline(always)]
    fn new_list(&self, items: impl ExactSizeIterator<Item = Root>) -> VmResult<Root, Self> {
        self.new_list_from_roots(gather(items)?.into_boxed_slice())
    }

    #[inline(always)]
    fn new_tuple(&self, items: impl ExactSizeIterator<Item = Root>) -> VmResult<Root, Self> {
        self.new_tuple_from_roots(gather(items)?.into_boxed_slice())
    }

    fn list_append(&self, object: &Root, item: &Root) -> VmResult<(), Self> {
        attempt(|vm| {
            expect_a::<PyList>(object, "a list", vm)?
                .borrow_vec_mut()
                .push(item.clone());
            Ok(())
        })
    }

    fn list_insert(&self, object: &Root, index: isize, item: &Root) -> VmResult<(), Self> {
        attempt(|vm| {
            let mut items = expect_a::<PyList>(object, "a list", vm)?.borrow_vec_mut();
            let length = items.len();
            let place = match usize::try_from(index) {
                Ok(index) => index.min(length),
                Err(_) => length.saturating_sub(index.unsigned_abs()),
            };
            items.insert(place, item.clone());
            Ok(())
        })
    }

    fn new_dict(&self) -> VmResult<Root, Self> {
        Ok(new_plain(PyDict::default(), self.ctx))
    }

    fn dict_keys(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let dict = expect_a::<PyDict>(object, "a dict", vm)?;
            Ok(vm.ctx.new_list(dict.keys_vec()))
        })
    }

    fn dict_copy(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            Ok(expect_a::<PyDict>(object, "a dict", vm)?
                .copy()
                .into_ref(&vm.ctx))
        })
    }

    fn new_slice(&self, start: &Root, stop: &Root, step: &Root) -> VmResult<Root, Self> {
        let slice = PySlice {
            start: Some(start.clone()),
            stop: stop.clone(),
            step: Some(step.clone()),
        };
        Ok(with_current_vm(|vm| slice.into_pyobject(vm)))
    }

    fn unpack_slice(&self, object: &Root) -> VmResult<(isize, isize, isize), Self> {
        attempt(|vm| {
            let slice = expect_a::<PySlice>(object, "a slice", vm)?;
            // -isize::MIN does not fit, and no sequence is longer than that.
            let step = slice_index(slice.step.as_ref(), vm)?;
            let step = step.unwrap_or(1).max(-isize::MAX);
            let (first, last) = match step {
                0 => return Err(vm.new_value_error("slice step cannot be zero")),
                1.. => (0, isize::MAX),
                _ => (isize::MAX, isize::MIN),
            };
            let start = slice_index(slice.start.as_ref(), vm)?.unwrap_or(first);
            let stop = slice_index(Some(&slice.stop), vm)?.unwrap_or(last);
            Ok((start, stop, step))
        })
    }

    fn new_capsule(&self, capsule: Capsule) -> VmResult<Root, Self> {
        attempt_object(|vm| Ok(PyCapsule::from(capsule).into_ref(&vm.ctx)))
    }

    fn capsule<'a>(&self, object: &'a Root) -> Option<&'a Capsule> {
        object.downcast_ref::<PyCapsule>()?.content()
    }
}
