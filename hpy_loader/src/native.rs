//! Native structs: the fields in them, and freeing them.

use crate::abi::{CFunction, HPyField, HPyFunc_destroyfunc, HPyFunc_traverseproc};
use crate::handles::RawHandle;
use crate::runtime::Roots;
use std::ffi::{c_int, c_void};

/// An `HPyField` in a native struct, as a collector visits it.
///
/// A field holds nothing, an immediate (see [`crate::handles`]) or the word that
/// [`Roots::store_field`] made. A collector only cares about the last.
pub struct FieldRef {
    field: *mut HPyField,
}

impl FieldRef {
    /// Wraps a field.
    ///
    /// # Safety
    ///
    /// `field` points to a field that stays where it is while this lives.
    #[inline]
    pub unsafe fn new(field: *mut HPyField) -> Self {
        Self { field }
    }

    #[inline]
    fn word(&self) -> RawHandle {
        // SAFETY: the field is valid by the promise of `new`.
        RawHandle::from_bits(unsafe { *self.field }.0)
    }

    /// The runtime's word for the object that the field refers to, if any.
    #[inline]
    pub fn get(&self) -> Option<isize> {
        let word = self.word();
        (word.is_slot() && !word.is_null()).then(|| word.bits())
    }

    /// The immediate in the field, if there is one.
    #[inline]
    pub(crate) fn immediate(&self) -> Option<RawHandle> {
        Some(self.word()).filter(|word| word.is_immediate())
    }

    /// Replaces the word, after the collector has moved the object.
    #[inline]
    pub fn set(&self, word: isize) {
        // SAFETY: the field is valid by the promise of `new`.
        unsafe { *self.field = HPyField(word) };
    }

    /// Empties the field and hands out the reference that it held.
    #[inline]
    pub fn take<R: Roots>(&self, runtime: &R) -> Option<R::Object> {
        let word = self.get();
        self.set(0);
        // SAFETY: the word came from the runtime, and the field has given it up.
        word.map(|word| unsafe { runtime.take_field(word) })
    }
}

/// Calls an extension's `tp_traverse` and hands each field that it visits to
/// `visit`.
///
/// # Safety
///
/// `function` is the `tp_traverse` of a type, and `object` a native struct of
/// that type. Nobody else changes its fields meanwhile.
pub unsafe fn traverse(
    function: HPyFunc_traverseproc,
    object: *mut c_void,
    visit: &mut dyn FnMut(FieldRef),
) {
    unsafe extern "C" fn trampoline(field: *mut HPyField, visit: *mut c_void) -> c_int {
        // SAFETY: `tp_traverse` hands on the pointer that it was called with.
        let visit = unsafe { &mut *visit.cast::<&mut dyn FnMut(FieldRef)>() };
        // SAFETY: it visits fields of the struct.
        visit(unsafe { FieldRef::new(field) });
        0
    }
    let mut visit = visit;
    // SAFETY: the caller vouches for function and struct; the trampoline gets
    // back the reference that lives here.
    unsafe {
        let visit = std::ptr::from_mut(&mut visit).cast();
        (function.framed())(object, trampoline, visit, function.address())
    };
}

/// Calls an extension's `tp_destroy`.
///
/// # Safety
///
/// `function` is the `tp_destroy` of a type, and `object` a native struct of
/// that type which nobody uses afterwards.
pub unsafe fn destroy(function: HPyFunc_destroyfunc, object: *mut c_void) {
    // SAFETY: the caller vouches for both.
    unsafe { (function.framed())(object, function.address()) };
}
