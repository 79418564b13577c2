//! What a VM may add to be faster.

use super::{Calls, Containers, Errors, Numbers, Objects, Roots, Text, Types, VmResult};
use std::ffi::c_void;

/// Ways by which the loader does frequent things for less. A VM can ignore them all: an
/// empty `impl` is complete, and the loader then takes the general operations of the
/// other chapters.
///
/// The loader tries such a method first, with a borrow of the root in the slot and with no
/// pin. So each method here runs no foreign code (rule 3 of the
/// [contract](super::Runtime#contract)). `None`, `false` and what else a default gives
/// mean "not known".
pub trait FastPaths:
    Roots + Errors + Numbers + Objects + Calls + Text + Containers + Types
{
    /// Whether a root may lie anywhere in memory: the VM counts references, say, and
    /// need not find them. Where it does need to, the loader keeps roots in the handle
    /// table only, where the VM finds them.
    const UNTRACKED_ROOTS: bool = false;

    /// Whether the object can die anywhere: it refers to no other object that may
    /// die with it and has no finalizer, as a plain number or text, or an instance
    /// whose fields are empty. A VM that can't tell says no. Runs no Python code, but
    /// may ask a `tp_traverse`, since the root is no borrow from a slot.
    #[inline]
    fn is_inert(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }

    /// The value of an exact `int` of 64 bits. `None` for anything else, or if it
    /// takes time to find out. Runs no Python code.
    #[inline]
    fn exact_int(&self, object: &Self::Object) -> Option<i64> {
        let _ = object;
        None
    }

    /// `len(object)` of a builtin container, if that is known without running
    /// Python code. [`length`](Objects::length) knows it in any case.
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

    /// Whether to call it is to run Python code: it is a function made in Python, or a
    /// method with one. Other threads run C code meanwhile, as they would under a GIL;
    /// during other calls they do after a while. A VM that can't tell says no.
    #[inline]
    fn is_python_function(&self, callable: &Self::Object) -> bool {
        let _ = callable;
        false
    }

    /// [`call`](Calls::call) with positional arguments only, which change hands: they
    /// may become the variables of a function without being duplicated. Only asked
    /// where roots may lie anywhere ([`UNTRACKED_ROOTS`](Self::UNTRACKED_ROOTS)).
    #[inline]
    #[allow(clippy::boxed_local)]
    fn call_positional(
        &self,
        callable: &Self::Object,
        args: Box<[Self::Object]>,
    ) -> VmResult<Self::Object, Self> {
        let args: Vec<&Self::Object> = args.iter().collect();
        self.call(callable, &args, None)
    }

    /// Whether the loader may keep a `str` of a few constants in the extensions'
    /// sources, for good, instead of asking for a new one each time. Only where roots
    /// may lie anywhere ([`UNTRACKED_ROOTS`](Self::UNTRACKED_ROOTS)).
    const KEEP_CONSTANT_TEXT: bool = false;

    /// What [`utf8`](Text::utf8) gives, if that is at hand without running Python
    /// code or waiting.
    #[inline]
    fn fast_utf8(&self, object: &Self::Object) -> Option<*const [u8]> {
        let _ = object;
        None
    }

    /// What [`bytes_data`](Text::bytes_data) gives, if that is at hand without
    /// running Python code or waiting.
    #[inline]
    fn fast_bytes(&self, object: &Self::Object) -> Option<*const [u8]> {
        let _ = object;
        None
    }

    /// [`new_list`](Containers::new_list) of roots in memory that may become the list's.
    /// Only asked where roots may lie anywhere ([`UNTRACKED_ROOTS`](Self::UNTRACKED_ROOTS)).
    #[inline(always)]
    fn new_list_from_roots(&self, items: Box<[Self::Object]>) -> VmResult<Self::Object, Self> {
        self.new_list(items.into_vec().into_iter())
    }

    /// [`new_tuple`](Containers::new_tuple), in the same way.
    #[inline(always)]
    fn new_tuple_from_roots(&self, items: Box<[Self::Object]>) -> VmResult<Self::Object, Self> {
        self.new_tuple(items.into_vec().into_iter())
    }

    /// Whether `class` is an exception class, so that an error of it can wait until
    /// somebody looks at it. `false` says nothing. Runs no Python code.
    #[inline]
    fn fast_is_error_class(&self, class: &Self::Object) -> bool {
        let _ = class;
        false
    }

    /// [`new_instance`](Types::new_instance) for a VM that can make instances of some
    /// classes without running Python code. `class` may be no type.
    ///
    /// # Errors
    ///
    /// Gives `class` back if it is none of those, or something is in the way.
    #[inline]
    fn fast_new_instance(
        &self,
        class: Self::Object,
    ) -> Result<(Self::Object, *mut c_void), Self::Object> {
        Err(class)
    }
}
