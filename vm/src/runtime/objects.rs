//! The object protocol: attributes, items, comparison, text forms.

use super::bytes::to_bytes;
use super::references::expect;
use super::type_names::type_name;
use crate::host::{RustPython, attempt, attempt_object};
use crate::types::refused_item;
use hpy_loader::runtime::{CompareOp, Objects, VmResult};
use rustpython_vm::builtins::{PyList, PyStr, PyStrRef, PyTuple, PyType};
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::ffi::CStr;

fn comparison(op: CompareOp) -> PyComparisonOp {
    match op {
        CompareOp::Lt => PyComparisonOp::Lt,
        CompareOp::Le => PyComparisonOp::Le,
        CompareOp::Eq => PyComparisonOp::Eq,
        CompareOp::Ne => PyComparisonOp::Ne,
        CompareOp::Gt => PyComparisonOp::Gt,
        CompareOp::Ge => PyComparisonOp::Ge,
    }
}

/// An attribute's name as Python passes it.
pub fn attribute_name<'a>(name: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyStr>> {
    let complaint = |class: &str| format!("attribute name must be string, not '{class}'");
    expect(name, complaint, vm)
}

/// An attribute's name as C passes it. Nearly every name of an attribute is
/// interned; the others are not added to the pool, which never shrinks.
fn c_attribute_name(name: &str, vm: &VirtualMachine) -> PyStrRef {
    match vm.ctx.interned_str(name) {
        Some(interned) => interned.to_owned(),
        None => vm.ctx.new_str(name),
    }
}

fn set_attribute(
    object: &PyObject,
    name: &Py<PyStr>,
    value: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match value {
        Some(value) => object.set_attr(name, value.clone(), vm),
        None => object.del_attr(name, vm),
    }
}

/// The place of item `index` of `length`, counted from the end if negative.
fn place(index: isize, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add_unsigned(length)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|&index| index < length)
}

impl Objects for RustPython {
    #[inline]
    fn get_attr(&self, object: &PyObjectRef, name: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| object.get_attr(attribute_name(name, vm)?, vm))
    }

    fn get_attr_str(&self, object: &PyObjectRef, name: &str) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| object.get_attr(&c_attribute_name(name, vm), vm))
    }

    fn set_attr(
        &self,
        object: &PyObjectRef,
        name: &PyObjectRef,
        value: Option<&PyObjectRef>,
    ) -> VmResult<(), Self> {
        attempt(|vm| set_attribute(object, attribute_name(name, vm)?, value, vm))
    }

    fn set_attr_str(
        &self,
        object: &PyObjectRef,
        name: &str,
        value: Option<&PyObjectRef>,
    ) -> VmResult<(), Self> {
        attempt(|vm| set_attribute(object, &c_attribute_name(name, vm), value, vm))
    }

    #[inline]
    fn get_item(&self, object: &PyObjectRef, key: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| object.get_item(&**key, vm))
    }

    fn get_item_index(&self, object: &PyObjectRef, index: isize) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| {
            if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
                let item =
                    place(index, tuple.as_slice().len()).map(|at| tuple.as_slice()[at].clone());
                return item.ok_or_else(|| vm.new_index_error("tuple index out of range"));
            }
            if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
                let items = list.borrow_vec();
                let item = place(index, items.len()).map(|at| items[at].clone());
                return item.ok_or_else(|| vm.new_index_error("list index out of range"));
            }
            object.get_item(vm.ctx.new_int(index).as_object(), vm)
        })
    }

    fn set_item(
        &self,
        object: &PyObjectRef,
        key: &PyObjectRef,
        value: Option<&PyObjectRef>,
    ) -> VmResult<(), Self> {
        attempt(|vm| {
            let slots = object.class().slots();
            let takes_items = slots.as_mapping.ass_subscript.load().is_some()
                || slots.as_sequence.ass_item.load().is_some();
            match value {
                // RustPython's words differ.
                _ if !takes_items => Err(refused_item(object, key, value.is_some(), vm)),
                Some(value) => object.set_item(&**key, value.clone(), vm),
                None => object.del_item(&**key, vm),
            }
        })
    }

    fn set_item_index(
        &self,
        object: &PyObjectRef,
        index: isize,
        value: Option<&PyObjectRef>,
    ) -> VmResult<(), Self> {
        let key = with_current_vm(|vm| vm.ctx.new_int(index).into());
        self.set_item(object, &key, value)
    }

    fn contains(&self, container: &PyObjectRef, key: &PyObjectRef) -> VmResult<bool, Self> {
        attempt(|vm| vm._contains(container, key))
    }

    fn length(&self, object: &PyObjectRef) -> VmResult<usize, Self> {
        attempt(|vm| object.length(vm))
    }

    fn is_true(&self, object: &PyObjectRef) -> VmResult<bool, Self> {
        attempt(|vm| object.try_to_bool(vm))
    }

    fn hash(&self, object: &PyObjectRef) -> VmResult<isize, Self> {
        let hash = attempt(|vm| object.hash(vm))? as isize;
        // C takes -1 for a failure.
        Ok(if hash == -1 { -2 } else { hash })
    }

    fn repr(&self, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt_object(|vm| object.repr(vm))
    }

    fn str(&self, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt_object(|vm| object.str(vm))
    }

    fn ascii(&self, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt_object(|vm| object.ascii(vm))
    }

    fn bytes(&self, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| to_bytes(object, vm))
    }

    fn compare(
        &self,
        op: CompareOp,
        a: &PyObjectRef,
        b: &PyObjectRef,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| PyObject::rich_compare(a, b, comparison(op), vm))
    }

    fn compare_bool(
        &self,
        op: CompareOp,
        a: &PyObjectRef,
        b: &PyObjectRef,
    ) -> VmResult<bool, Self> {
        attempt(|vm| a.rich_compare_bool(b, comparison(op), vm))
    }

    fn get_iter(&self, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt_object(|vm| object.get_iter(vm))
    }

    fn iter_next(&self, iterator: &PyObjectRef) -> VmResult<Option<PyObjectRef>, Self> {
        attempt(|vm| {
            if !PyIter::check(iterator) {
                let class = iterator.class().name().to_owned();
                return Err(vm.new_type_error(format!("'{class}' object is not an iterator")));
            }
            match PyIter::new(&**iterator).next(vm)? {
                PyIterReturn::Return(item) => Ok(Some(item)),
                PyIterReturn::StopIteration(_) => Ok(None),
            }
        })
    }

    fn is_iterator(&self, object: &PyObjectRef) -> bool {
        PyIter::check(object)
    }

    #[inline]
    fn type_of(&self, object: &PyObjectRef) -> PyObjectRef {
        object.class().to_owned().into()
    }

    #[inline]
    fn is_instance(&self, object: &PyObjectRef, class: &PyObjectRef) -> bool {
        // Most objects are of just this class, and the list of bases has a lock.
        class
            .downcast_ref::<PyType>()
            .is_some_and(|class| object.class().is(class) || object.fast_isinstance(class))
    }

    fn is_subtype(&self, class: &PyObjectRef, base: &PyObjectRef) -> bool {
        match (
            class.downcast_ref::<PyType>(),
            base.downcast_ref::<PyType>(),
        ) {
            (Some(class), Some(base)) => class.is_subtype(base),
            _ => false,
        }
    }

    fn type_name<'a>(&self, class: &'a PyObjectRef) -> &'a CStr {
        class.downcast_ref::<PyType>().map_or(c"", type_name)
    }

    fn dump(&self, object: &PyObjectRef) {
        let class = object.class();
        // The layout is that of CPython's `_PyObject_Dump`.
        eprintln!("object address  : {:p}", object.as_raw());
        eprintln!("object refcount : {}", object.strong_count());
        eprintln!("object type     : {:p}", class.as_object().as_raw());
        eprintln!("object type name: {}", &*class.name());
        let repr = with_current_vm(|vm| object.repr(vm).ok().map(|repr| repr.to_string()));
        eprintln!(
            "object repr     : {}",
            repr.as_deref().unwrap_or("<repr failed>")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn an_index_counts_from_either_end() {
        assert_eq!(place(0, 3), Some(0));
        assert_eq!(place(2, 3), Some(2));
        assert_eq!(place(3, 3), None);
        assert_eq!(place(-1, 3), Some(2));
        assert_eq!(place(-3, 3), Some(0));
        assert_eq!(place(-4, 3), None);
        assert_eq!(place(0, 0), None);
        assert_eq!(place(isize::MIN, 3), None);
        assert_eq!(
            place(isize::MAX, usize::MAX),
            Some(isize::MAX.cast_unsigned())
        );
    }
}
