//! The arguments of a context function, as its body gets them.
//!
//! The C function of a row takes raw words and pointers. Before the body runs, each
//! argument is turned into the Rust type that the body declares. So the promise of
//! the extension, "this points to what the documentation demands", is taken over
//! once, by [`CArgument::receive`], and bodies need no unsafe code to use it.

use crate::abi::*;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;

/// A Rust type that a body declares for an argument.
pub(crate) trait CArgument {
    /// The C type in the row.
    type C;

    /// Takes the argument over.
    ///
    /// # Safety
    ///
    /// `argument` is what the documentation of the context function demands of the
    /// extension, for as long as the call lasts.
    unsafe fn receive(argument: Self::C) -> Self;
}

macro_rules! plain_arguments {
    ($($type:ty),* $(,)?) => {
        $(impl CArgument for $type {
            type C = Self;

            #[inline(always)]
            unsafe fn receive(argument: Self) -> Self {
                argument
            }
        })*
    };
}

plain_arguments!(
    HPy,
    HPyField,
    HPyGlobal,
    HPyListBuilder,
    HPyTupleBuilder,
    HPyTracker,
    HPyThreadState,
    HPyFunc_Signature,
    HPy_SourceKind,
    _HPyCapsule_key,
    bool,
    c_int,
    i64,
    u32,
    u64,
    isize,
    usize,
    f64,
    HPyCFunction,
    *mut c_void,
    *mut cpy_PyObject,
);

/// A C string, or null.
pub(crate) struct CStrArg(*const c_char);

impl CStrArg {
    /// The string, unless the extension has given null.
    #[inline(always)]
    pub fn get(&self) -> Option<&CStr> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: not null, hence a C string that lasts as long as the call, by the
        // promise of `receive`.
        Some(unsafe { CStr::from_ptr(self.0) })
    }

    /// The address, for C memory that keeps it.
    pub fn as_ptr(&self) -> *const c_char {
        self.0
    }
}

impl CArgument for CStrArg {
    type C = *const c_char;

    #[inline(always)]
    unsafe fn receive(argument: *const c_char) -> Self {
        Self(argument)
    }
}

/// The first of several values, or null. How many there are is another argument.
pub(crate) struct ArrayArg<T, P = *const T>(*const T, PhantomData<P>);

impl<T: Copy, P> ArrayArg<T, P> {
    /// Whether the extension has given null.
    #[inline(always)]
    pub fn is_null(&self) -> bool {
        self.0.is_null()
    }

    /// The value at an index below the number of values. The memory may change while a
    /// call lasts, so each value is read when it is needed.
    #[inline(always)]
    pub fn read(&self, index: usize) -> T {
        // SAFETY: the extension gives an array with that many values, by the promise of
        // `receive`.
        unsafe { self.0.add(index).read() }
    }
}

impl ArrayArg<c_char> {
    /// All `count` bytes, for a VM that copies them; `count` is 0 for null.
    #[inline(always)]
    pub fn bytes(&self, count: usize) -> &[u8] {
        if count == 0 {
            return &[];
        }
        // SAFETY: as in `read`; any byte is a `u8`.
        unsafe { std::slice::from_raw_parts(self.0.cast(), count) }
    }
}

impl<T> CArgument for ArrayArg<T> {
    type C = *const T;

    #[inline(always)]
    unsafe fn receive(argument: *const T) -> Self {
        Self(argument, PhantomData)
    }
}

impl<T> CArgument for ArrayArg<T, *mut T> {
    type C = *mut T;

    #[inline(always)]
    unsafe fn receive(argument: *mut T) -> Self {
        Self(argument, PhantomData)
    }
}

/// Room for a value that a function returns beside its result, or null.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Writes the value, unless the extension has given null.
    #[inline(always)]
    pub fn set(&self, value: T) {
        if !self.0.is_null() {
            // SAFETY: not null, hence room for a value, by the promise of `receive`.
            unsafe { self.0.write(value) };
        }
    }
}

impl<T> CArgument for Out<T> {
    type C = *mut T;

    #[inline(always)]
    unsafe fn receive(argument: *mut T) -> Self {
        Self(argument)
    }
}

/// A variable or a struct of the extension's that a function reads or changes, or
/// null. The memory may have other users in C, so nobody here keeps a reference.
pub(crate) struct InOut<T>(*mut T);

impl<T: Copy> InOut<T> {
    /// The value, unless the extension has given null.
    #[inline(always)]
    pub fn get(&self) -> Option<T> {
        // SAFETY: null, or a value by the promise of `receive`.
        (!self.0.is_null()).then(|| unsafe { self.0.read() })
    }

    /// Writes the value, unless the extension has given null.
    #[inline(always)]
    pub fn set(&self, value: T) {
        Out(self.0).set(value);
    }

    /// The address.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut T {
        self.0
    }
}

impl<T> CArgument for InOut<T> {
    type C = *mut T;

    #[inline(always)]
    unsafe fn receive(argument: *mut T) -> Self {
        Self(argument)
    }
}

/// A definition of the extension's, which nobody changes while the call lasts, or null.
pub(crate) struct DefinitionArg<T>(*mut T);

impl<T> DefinitionArg<T> {
    /// The definition, unless the extension has given null.
    pub fn get(&self) -> Option<&T> {
        // SAFETY: null, or a valid definition by the promise of `receive`.
        unsafe { self.0.as_ref() }
    }
}

impl<T> CArgument for DefinitionArg<T> {
    type C = *mut T;

    #[inline(always)]
    unsafe fn receive(argument: *mut T) -> Self {
        Self(argument)
    }
}
