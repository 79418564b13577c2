//! The object protocol: attributes, items, comparison, text forms.

use super::{Roots, VmResult};
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
pub trait Objects: Roots {
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
    /// `len(object)` of a builtin container, if that is known without running
    /// Python code. [`length`](Self::length) knows it in any case.
    #[inline]
    fn fast_length(&self, object: &Self::Object) -> Option<usize> {
        let _ = object;
        None
    }
    /// `bool(object)` of a builtin constant, number, text or container, if that is
    /// known without running Python code.
    #[inline]
    fn fast_truth(&self, object: &Self::Object) -> Option<bool> {
        let _ = object;
        None
    }
    /// `a is b or a == b`, if that is known without running Python code: that they
    /// are the same object, or are both builtin text.
    #[inline]
    fn fast_equality(&self, a: &Self::Object, b: &Self::Object) -> Option<bool> {
        let (_, _) = (a, b);
        None
    }
    /// Lends `object[index]` of a builtin list or tuple to `look`, which runs no
    /// Python code, if there is such an item and it can be had without any.
    #[inline]
    fn with_item<T>(
        &self,
        object: &Self::Object,
        index: usize,
        look: impl FnOnce(&Self::Object) -> T,
    ) -> Option<T> {
        let _ = (object, index, look);
        None
    }
    /// Puts `value` in the place of item `index` of a builtin list and gives the
    /// old one, without running Python code.
    ///
    /// # Errors
    ///
    /// Gives `value` back if that is not possible.
    #[inline]
    fn fast_replace_item(
        &self,
        object: &Self::Object,
        index: usize,
        value: Self::Object,
    ) -> Result<Self::Object, Self::Object> {
        let _ = (object, index);
        Err(value)
    }
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
    fn get_iter(&self, object: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `next(iterator)`; none at the end. `TypeError` for what is no iterator.
    fn iter_next(&self, iterator: &Self::Object) -> VmResult<Option<Self::Object>, Self>;
    /// Whether the object's type has `__next__`.
    fn is_iterator(&self, object: &Self::Object) -> bool;
    /// `type(object)`.
    fn type_of(&self, object: &Self::Object) -> Self::Object;
    /// Lends `type(object)` to `look`, which runs no Python code. For a VM that can
    /// do so for less than a root.
    #[inline]
    fn with_type<T>(&self, object: &Self::Object, look: impl FnOnce(&Self::Object) -> T) -> T {
        look(&self.type_of(object))
    }
    /// Whether `class` is the object's type and nothing derived. `false` says
    /// nothing. Runs no Python code.
    #[inline]
    fn is_exact_instance(&self, object: &Self::Object, class: &Self::Object) -> bool {
        let (_, _) = (object, class);
        false
    }
    /// Whether the object's type is `class` or derives from it, by the MRO alone.
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
