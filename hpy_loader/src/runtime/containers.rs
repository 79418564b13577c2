//! Lists, tuples, dicts, slices, capsules, and what kind an object is.

use super::{Errors, VmResult};
use crate::capsule::Capsule;

/// Builtin types that C asks for by name. Instances of subclasses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum BuiltinKind {
    Bytes,
    Dict,
    List,
    Module,
    Slice,
    Str,
    Tuple,
    Type,
}

/// The builtin containers.
pub trait Containers: Errors {
    /// Whether the object is an instance of the builtin type or a subclass.
    fn is_builtin_instance(&self, object: &Self::Object, kind: BuiltinKind) -> bool;
    /// A `list`. The iterator gives roots without allocating objects, so a
    /// moving runtime makes room first and fills it then.
    fn new_list(
        &self,
        items: impl ExactSizeIterator<Item = Self::Object>,
    ) -> VmResult<Self::Object, Self>;
    /// A `tuple`, in the same way.
    fn new_tuple(
        &self,
        items: impl ExactSizeIterator<Item = Self::Object>,
    ) -> VmResult<Self::Object, Self>;
    /// `list.append`; `list` is a list.
    fn list_append(&self, list: &Self::Object, item: &Self::Object) -> VmResult<(), Self>;
    /// `list.insert`, which cuts the index to the list; `list` is a list.
    fn list_insert(
        &self,
        list: &Self::Object,
        index: isize,
        item: &Self::Object,
    ) -> VmResult<(), Self> {
        let _ = (list, index, item);
        Err(self.not_implemented("list.insert"))
    }
    /// An empty `dict`.
    fn new_dict(&self) -> VmResult<Self::Object, Self>;
    /// `list(dict.keys())`; `dict` is a dict.
    fn dict_keys(&self, dict: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `dict.copy()`; `dict` is a dict.
    fn dict_copy(&self, dict: &Self::Object) -> VmResult<Self::Object, Self>;
    /// `slice(start, stop, step)`.
    fn new_slice(
        &self,
        start: &Self::Object,
        stop: &Self::Object,
        step: &Self::Object,
    ) -> VmResult<Self::Object, Self>;
    /// `PySlice_Unpack`: start, stop and step with the defaults for `None`, cut
    /// to what fits; `slice` is a slice.
    fn unpack_slice(&self, slice: &Self::Object) -> VmResult<(isize, isize, isize), Self>;
    /// An object of the type `PyCapsule` that owns `capsule`.
    fn new_capsule(&self, capsule: Capsule) -> VmResult<Self::Object, Self>;
    /// The content of a capsule that [`new_capsule`](Self::new_capsule) made.
    fn capsule<'a>(&self, object: &'a Self::Object) -> Option<&'a Capsule>;
}
