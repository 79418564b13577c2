//! Lists, tuples, dicts, slices, capsules.

use super::{VmResult, out, out_value};
use crate::heap::{Kind as HeapKind, Object};
use crate::vm::Vm;
use hpy_loader::capsule::Capsule;
use hpy_loader::runtime::{BuiltinKind, Containers};

impl Containers for Vm {
    fn is_builtin_instance(&self, object: &Object, kind: BuiltinKind) -> bool {
        let wanted = match kind {
            BuiltinKind::Bytes => HeapKind::Bytes,
            BuiltinKind::Dict => HeapKind::Dict,
            BuiltinKind::List => HeapKind::List,
            BuiltinKind::Module => HeapKind::Module,
            BuiltinKind::Slice => HeapKind::Slice,
            BuiltinKind::Str => HeapKind::Str,
            BuiltinKind::Tuple => HeapKind::Tuple,
            BuiltinKind::Type => HeapKind::Type,
            // A builtin type that a later loader asks for has no instances here.
            _ => return false,
        };
        self.heap.kind(object) == wanted
    }

    fn new_list(&self, items: impl ExactSizeIterator<Item = Object>) -> VmResult<Object> {
        out(self.new_sequence(HeapKind::List, items.len(), items))
    }

    fn new_tuple(&self, items: impl ExactSizeIterator<Item = Object>) -> VmResult<Object> {
        out(self.new_sequence(HeapKind::Tuple, items.len(), items))
    }

    fn list_append(&self, list: &Object, item: &Object) -> VmResult<()> {
        out_value(self.list_append(&self.root(list), &self.root(item)))
    }

    fn list_insert(&self, list: &Object, index: isize, item: &Object) -> VmResult<()> {
        out_value(self.list_insert_cut(&self.root(list), index, &self.root(item)))
    }

    fn new_dict(&self) -> VmResult<Object> {
        out(self.new_dict(&self.builtin("dict")))
    }

    fn dict_keys(&self, dict: &Object) -> VmResult<Object> {
        let entries = self.entries(&self.root(dict));
        out(self.new_sequence(
            HeapKind::List,
            entries.len(),
            entries.iter().map(|(key, _)| key),
        ))
    }

    fn dict_copy(&self, dict: &Object) -> VmResult<Object> {
        let dict = self.root(dict);
        let copy = || {
            let copy = self.new_dict(&self.builtin("dict"))?;
            self.dict_update(&copy, &dict)?;
            Ok(copy)
        };
        out(copy())
    }

    fn new_slice(&self, start: &Object, stop: &Object, step: &Object) -> VmResult<Object> {
        let (start, stop, step) = (self.root(start), self.root(stop), self.root(step));
        Ok(self.slice(&start, &stop, &step).into_object())
    }

    fn unpack_slice(&self, slice: &Object) -> VmResult<(isize, isize, isize)> {
        out_value(self.unpack_slice(&self.root(slice)))
    }

    fn new_capsule(&self, capsule: Capsule) -> VmResult<Object> {
        let class = self.builtin("PyCapsule");
        let object = self.heap.allocate_small(HeapKind::Capsule, &class, 0, 0);
        self.heap.make_companion(&object).set_capsule(capsule);
        Ok(object.into_object())
    }

    fn capsule<'a>(&self, object: &'a Object) -> Option<&'a Capsule> {
        self.heap.companion(object)?.capsule()
    }
}
