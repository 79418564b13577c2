//! The object protocol: attributes, items, comparison, text forms.

use super::bytes::to_bytes;
use super::references::expect;
use super::type_names::type_name;
use crate::host::{Root, RustPython, attempt, attempt_object};
use crate::types::refused_item;
use hpy_loader::runtime::{CompareOp, Objects, VmResult};
use rustpython_vm::builtins::{PyList, PyStr, PyStrRef, PyTuple, PyType};
use rustpython_vm::protocol::{PyIter, PyIterReturn};
use rustpython_vm::types::PyComparisonOp;
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};
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
    value: Option<&Root>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match value {
        Some(value) => object.set_attr(name, value.clone(), vm),
        None => object.del_attr(name, vm),
    }
}

/// The place of item `index` of `length`, counted from the end if negative.
fn place(index: isize, length: usize) -> Option<usize> {
    let index = match index {
        ..0 => index.checked_add_unsigned(length)?,
        _ => index,
    };
    usize::try_from(index).ok().filter(|&index| index < length)
}

impl Objects for RustPython {
    #[inline]
    fn get_attr(&self, object: &Root, name: &Root) -> VmResult<Root, Self> {
        attempt(|vm| object.get_attr(attribute_name(name, vm)?, vm))
    }

    fn get_attr_str(&self, object: &Root, name: &str) -> VmResult<Root, Self> {
        attempt(|vm| object.get_attr(&c_attribute_name(name, vm), vm))
    }

    fn set_attr(&self, object: &Root, name: &Root, value: Option<&Root>) -> VmResult<(), Self> {
        attempt(|vm| set_attribute(object, attribute_name(name, vm)?, value, vm))
    }

    fn set_attr_str(&self, object: &Root, name: &str, value: Option<&Root>) -> VmResult<(), Self> {
        attempt(|vm| set_attribute(object, &c_attribute_name(name, vm), value, vm))
    }

    #[inline]
    fn get_item(&self, object: &Root, key: &Root) -> VmResult<Root, Self> {
        attempt(|vm| object.get_item(&**key, vm))
    }

    fn get_item_index(&self, object: &Root, index: isize) -> VmResult<Root, Self> {
        attempt(|vm| {
            if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
                let items = tuple.as_slice();
                let item = place(index, items.len()).map(|at| items[at].clone());
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

    fn set_item(&self, object: &Root, key: &Root, value: Option<&Root>) -> VmResult<(), Self> {
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
        object: &Root,
        index: isize,
        value: Option<&Root>,
    ) -> VmResult<(), Self> {
        let key = with_current_vm(|vm| vm.ctx.new_int(index).into());
        self.set_item(object, &key, value)
    }

    fn contains(&self, container: &Root, key: &Root) -> VmResult<bool, Self> {
        attempt(|vm| vm._contains(container, key))
    }

    fn length(&self, object: &Root) -> VmResult<usize, Self> {
        attempt(|vm| object.length(vm))
    }

    fn is_true(&self, object: &Root) -> VmResult<bool, Self> {
        attempt(|vm| object.try_to_bool(vm))
    }

    fn hash(&self, object: &Root) -> VmResult<isize, Self> {
        let hash = attempt(|vm| object.hash(vm))? as isize;
        // C takes -1 for a failure.
        Ok(if hash == -1 { -2 } else { hash })
    }

    fn repr(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| object.repr(vm))
    }

    fn str(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| object.str(vm))
    }

    fn ascii(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| object.ascii(vm))
    }

    fn bytes(&self, object: &Root) -> VmResult<Root, Self> {
        attempt(|vm| to_bytes(object, vm))
    }

    fn compare(&self, op: CompareOp, a: &Root, b: &Root) -> VmResult<Root, Self> {
        attempt(|vm| PyObject::rich_compare(a, b, comparison(op), vm))
    }

    fn compare_bool(&self, op: CompareOp, a: &Root, b: &Root) -> VmResult<bool, Self> {
        attempt(|vm| a.rich_compare_bool(b, comparison(op), vm))
    }

    fn get_iter(&self, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| object.get_iter(vm))
    }

    fn iter_next(&self, iterator: &Root) -> VmResult<Option<Root>, Self> {
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

    fn is_iterator(&self, object: &Root) -> bool {
        PyIter::check(object)
    }

    #[inline]
    fn type_of(&self, object: &Root) -> Root {
        object.class().to_owned().into()
    }

    #[inline]
    fn is_instance(&self, object: &Root, class: &Root) -> bool {
        // Most objects are of just this class, and the list of bases has a lock.
        class
            .downcast_ref::<PyType>()
            .is_some_and(|class| object.class().is(class) || object.fast_isinstance(class))
    }

    fn is_subtype(&self, class: &Root, base: &Root) -> bool {
        let (class, base) = (class.downcast_ref::<PyType>(), base.downcast_ref());
        class
            .zip(base)
            .is_some_and(|(class, base)| class.is_subtype(base))
    }

    fn type_name<'a>(&self, class: &'a Root) -> &'a CStr {
        class.downcast_ref::<PyType>().map_or(c"", type_name)
    }

    fn dump(&self, object: &Root) {
        let class = object.class();
        // The layout is that of CPython's `_PyObject_Dump`.
        eprintln!("object address  : {:p}", object.as_raw());
        eprintln!("object refcount : {}", object.strong_count());
        eprintln!("object type     : {:p}", class.as_object().as_raw());
        eprintln!("object type name: {}", &*class.name());
        let repr = with_current_vm(|vm| object.repr(vm).map(|repr| repr.to_string()));
        let repr = repr.as_deref().unwrap_or("<repr failed>");
        eprintln!("object repr     : {repr}");
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
