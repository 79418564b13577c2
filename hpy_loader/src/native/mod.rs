//! Native structs: the fields in them, and freeing them.
//!
//! An `HPyField` holds `HPy_NULL`, an immediate (see [`crate::handles`]) or the word that a
//! [`FieldTable`] has given. The table has the reference; a collector reaches it through
//! the `tp_traverse` of the object whose field it is.

mod field_table;
mod ownership;

pub use field_table::FieldTable;
pub use ownership::NativeStruct;

use crate::abi::{
    CFunction, HPyField, HPyFunc_destroyfunc, HPyFunc_traverseproc, cpy_PyObject, cpy_destructor,
};
use crate::contextless;
use crate::handles::RawHandle;
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;

/// An `HPyField`, as a `tp_traverse` shows it.
#[derive(Clone, Copy)]
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

    #[inline(always)]
    pub(crate) fn word(self) -> RawHandle {
        // SAFETY: the field is valid by the promise of `new`. C may have packed it.
        RawHandle::from_bits(unsafe { self.field.read_unaligned() }.0)
    }

    #[inline(always)]
    fn set(self, word: RawHandle) {
        // SAFETY: as in `word`.
        unsafe { self.field.write_unaligned(HPyField(word.bits())) };
    }

    #[inline(always)]
    pub(super) fn address(self) -> usize {
        self.field.addr()
    }

    /// Where the field is, and what it has.
    pub(crate) fn place_and_content(self) -> (usize, HPyField) {
        (self.address(), HPyField(self.word().bits()))
    }

    /// Whether the field holds neither nothing nor a number: a reference, unless C has
    /// put something else there.
    #[inline]
    pub fn has_reference(self) -> bool {
        self.word().is_slot()
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
        if !field.is_null() {
            // SAFETY: it visits fields of the struct.
            visit(unsafe { FieldRef::new(field) });
        }
        0
    }
    let mut visit = visit;
    contextless::traverse(function.address(), || {
        // SAFETY: the caller vouches for function and struct; the trampoline gets
        // back the reference that lives here.
        unsafe {
            let visit = std::ptr::from_mut(&mut visit).cast();
            (function.framed())(object, trampoline, visit, function.address())
        };
    });
}

/// [`traverse`], with what the fields hold.
///
/// # Safety
///
/// As there.
pub(crate) unsafe fn visit_fields(
    function: HPyFunc_traverseproc,
    object: *mut c_void,
    visit: &mut dyn FnMut(HPyField),
) {
    let mut visit = |field: FieldRef| visit(HPyField(field.word().bits()));
    // SAFETY: passed on to the caller.
    unsafe { traverse(function, object, &mut visit) };
}

/// Calls the `tp_dealloc` of a legacy type.
///
/// # Safety
///
/// `function` is that of a type, and `object` the struct of an instance, which nobody uses
/// afterwards. Its class is alive.
pub unsafe fn dealloc(function: cpy_destructor, object: NonNull<cpy_PyObject>) {
    // SAFETY: the caller vouches for both.
    unsafe { (function.framed())(object.as_ptr(), function.address()) };
}

/// Calls an extension's `tp_destroy`.
///
/// # Safety
///
/// `function` is the `tp_destroy` of a type, and `object` a native struct of
/// that type which nobody uses afterwards.
pub unsafe fn destroy(function: HPyFunc_destroyfunc, object: *mut c_void) {
    // SAFETY: the caller vouches for both.
    contextless::destroy(function.address(), || unsafe {
        (function.framed())(object, function.address())
    });
}
