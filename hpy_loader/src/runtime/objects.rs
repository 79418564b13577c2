//! The object protocol: attributes, items, comparison, text forms.

use super::{Errors, VmResult};
use std::ffi::CStr;

/// The operators of a rich comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CompareOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

/// What Python can do with any object.
pub trait Objects: Errors {
    /// `object.name`.
    fn get_attr(&self, object: &Self::Object, name: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `object.name` for a name known to C.
    fn get_attr_str(&self, object: &Self::Object, name: &str) -> VmResult<Self::Object, Self>;
    /// `object.name = value`, or `del object.name` for no value.
    fn set_attr(
        &self,
        object: &Self::Object,
        name: &Self::Object,
        value: Option<&Self::Object>,
    ) -> VmResult<(), Self>;
    /// As [`set_attr`](Self::set_attr) for a name known to C.
    fn set_attr_str(
        &self,
        object: &Self::Object,
        name: &str,
        value: Option<&Self::Object>,
    ) -> VmResult<(), Self>;
    /// `object[key]`.
    fn get_item(&self, object: &Self::Object, key: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `object[index]`.
    fn get_item_index(&self, object: &Self::Object, index: isize) -> VmResult<Self::Object, Self>;
    /// `object[key] = value`, or `del object[key]` for no value.
    fn set_item(
        &self,
        object: &Self::Object,
        key: &Self::Object,
        value: Option<&Self::Object>,
    ) -> VmResult<(), Self>;
    /// As [`set_item`](Self::set_item) for an index.
    fn set_item_index(
        &self,
        object: &Self::Object,
        index: isize,
        value: Option<&Self::Object>,
    ) -> VmResult<(), Self>;
    /// `key in container`.
    fn contains(&self, container: &Self::Object, key: &Self::Object) -> VmResult<bool, Self>;
    /// `len(object)`.
    fn length(&self, object: &Self::Object) -> VmResult<usize, Self>;
    /// `bool(object)`.
    fn is_true(&self, object: &Self::Object) -> VmResult<bool, Self>;
    /// `hash(object)`; never -1.
    fn hash(&self, object: &Self::Object) -> VmResult<isize, Self>;
    /// `repr(object)`.
    fn repr(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `str(object)`.
    fn str(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `ascii(object)`.
    fn ascii(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `PyObject_Bytes`: like `bytes(object)`, but a `TypeError` for an `int`.
    fn bytes(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `a op b`.
    fn compare(
        &self,
        op: CompareOp,
        a: &Self::Object,
        b: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `PyObject_RichCompareBool`: identity implies equality.
    fn compare_bool(
        &self,
        op: CompareOp,
        a: &Self::Object,
        b: &Self::Object,
    ) -> VmResult<bool, Self>;
    /// `iter(object)`.
    fn get_iter(&self, object: &Self::Object) -> VmResult<Self::Object, Self> {
        let _ = object;
        Err(self.not_implemented("iter"))
    }
    /// `next(iterator)`; none at the end. `TypeError` for what is no iterator.
    fn iter_next(&self, iterator: &Self::Object) -> VmResult<Option<Self::Object>, Self> {
        let _ = iterator;
        Err(self.not_implemented("next"))
    }
    /// Whether the object's type has `__next__`.
    fn is_iterator(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }
    /// `type(object)`.
    fn type_of(&self, object: &Self::Object) -> Self::Object;
    /// Whether the object's type is `class` or derives from it, by the bases alone (the
    /// method resolution order), whatever `__instancecheck__` says.
    /// `class` is a type. Runs no Python code.
    fn is_instance(&self, object: &Self::Object, class: &Self::Object) -> bool;
    /// Whether `class` derives from `base` or is it, by the MRO alone. Both are
    /// types.
    fn is_subtype(&self, class: &Self::Object, base: &Self::Object) -> bool;
    /// The type's `__name__`, valid as long as the type lives. `class` is a type.
    fn type_name<'a>(&self, class: &'a Self::Object) -> &'a CStr;
    /// Prints what a person debugging the VM wants to know, to stderr.
    fn dump(&self, object: &Self::Object);
}
