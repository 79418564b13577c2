//! Tuples that the collector need not know.
//!
//! RustPython keeps every tuple in the lists of its collector from its first moment,
//! which takes two locks and some more atomic operations: half of what a small tuple
//! costs from its making to its end. But extensions make many tuples of numbers and
//! text, and no cycle ever goes through one of these. CPython finds that out when it
//! collects, and then forgets about the tuple; here it is seen to when the tuple is
//! made. To Python both are tuples like any other.
//!
//! So there is a second payload for the class `tuple`, which shares its id with the
//! builtin's and differs from it in what the VM does with the object: it is neither
//! tracked nor emptied before it dies nor kept for the next tuple.

use rustpython_vm::builtins::{PyTuple, PyType};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::{AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef};
use std::any::TypeId;
use std::mem::offset_of;

/// More items than this are not looked at.
const FEW: usize = 16;

#[derive(Debug)]
#[repr(C)]
struct LeafTuple {
    base: PyTuple,
}

// RustPython finds the builtin's payload by these two distances.
const _: () = assert!(offset_of!(LeafTuple, base) == 0);
const _: () = assert!(payload_offset::<LeafTuple>() == payload_offset::<PyTuple>());

impl PyPayload for LeafTuple {
    const PAYLOAD_TYPE_ID: TypeId = <PyTuple as PyPayload>::PAYLOAD_TYPE_ID;
    const NEW_REF_UNTRACKED: bool = true;

    /// The id does not tell the two apart, and nobody needs to.
    unsafe fn validate_downcastable_from(_: &PyObject) -> bool {
        false
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.tuple_type
    }
}

impl MaybeTraverse for LeafTuple {
    const HAS_TRAVERSE: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.try_traverse(visit);
    }
}

/// Whether nothing can be reached through the object: no cycle goes through it, and
/// nothing else happens when it dies.
#[inline(always)]
fn is_leaf(object: &PyObject, ctx: &Context) -> bool {
    let (class, types) = (object.class(), &ctx.types);
    class.is(types.int_type)
        || class.is(types.float_type)
        || class.is(types.str_type)
        || class.is(types.bytes_type)
        || class.is(types.bool_type)
        || class.is(types.none_type)
        || class.is(types.object_type)
}

/// A new tuple.
#[inline(always)]
pub fn new_tuple(items: Box<[PyObjectRef]>, ctx: &Context) -> PyObjectRef {
    if items.is_empty() {
        return ctx.empty_tuple.clone().into();
    }
    // What `Context::new_tuple` does with a `Vec`, which goes there by memory.
    let class = ctx.types.tuple_type.to_owned();
    let are_leaves = items.len() <= FEW && items.iter().all(|item| is_leaf(item, ctx));
    let base = PyTuple::new_unchecked(items);
    match are_leaves {
        true => PyRef::new_ref(LeafTuple { base }, class, None).into(),
        false => PyRef::new_ref(base, class, None).into(),
    }
}

/// Whether a tuple is one of leaves only. RustPython's own are tracked, all of them.
#[inline]
pub fn is_of_leaves(tuple: &Py<PyTuple>) -> bool {
    !tuple.as_object().is_gc_tracked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
    use rustpython_vm::VirtualMachine;

    fn tuple(items: &[PyObjectRef], vm: &VirtualMachine) -> PyObjectRef {
        new_tuple(items.into(), &vm.ctx)
    }

    #[test]
    fn a_tuple_of_leaves_is_a_tuple_that_is_not_tracked() {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            let (number, text) = (vm.ctx.new_int(1_i64 << 40), vm.ctx.new_str("text"));
            let items = [number.into(), text.into(), vm.ctx.none()];
            let leaves = tuple(&items, vm);
            assert!(leaves.class().is(vm.ctx.types.tuple_type));
            let inner = leaves
                .downcast_ref_if_exact::<PyTuple>(vm)
                .expect("a tuple");
            assert!(is_of_leaves(inner) && inner.as_slice().len() == 3);
            assert!(leaves.downcast_ref::<LeafTuple>().is_none());
            let other = vm.ctx.new_tuple(items.to_vec());
            let equal = vm.bool_eq(&leaves, other.as_object());
            assert!(equal.is_ok_and(|equal| equal));
            assert_eq!(items[0].strong_count(), 3);
            drop((leaves, other));
            assert_eq!(items[0].strong_count(), 1);
        });
    }

    #[test]
    fn a_tuple_of_anything_else_is_tracked() {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            let list: PyObjectRef = vm.ctx.new_list(Vec::new()).into();
            for items in [vec![list], vec![vm.ctx.none(); FEW + 1]] {
                let tracked = tuple(&items, vm);
                let tracked = tracked.downcast_ref::<PyTuple>().expect("a tuple");
                assert!(!is_of_leaves(tracked));
            }
            assert!(tuple(&[], vm).is(&vm.ctx.empty_tuple));
        });
    }
}
