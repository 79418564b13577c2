//! The functions of the extension that is played: one of each signature, which goes on
//! with the calls that come next.

use std::ffi::{c_int, c_void};
use std::ptr::{null_mut, slice_from_raw_parts};

use hpy_loader::abi::*;

use super::player::Player;
use super::stage::{FIELDS, MARK, Struct};
use crate::extension::{C, c};

/// A signature of which there is a function.
pub trait Nested {
    /// The function.
    const FUNCTION: HPyCFunction;
}

/// What a function answers.
pub trait Reply: Sized {
    /// If no calls are played.
    fn idle(c: C) -> Self;

    /// As the input says.
    fn choose(player: &Player<'_>, c: C) -> Self;
}

impl Reply for HPy {
    fn idle(c: C) -> Self {
        // An item for every index would be a sequence without an end.
        let message = c"there is no more".as_ptr();
        c!(c.ctx_Err_SetString(c.known().h_IndexError, message));
        HPy::NULL
    }

    fn choose(player: &Player<'_>, c: C) -> Self {
        player.reply_handle(c)
    }
}

impl Reply for c_int {
    fn idle(_: C) -> Self {
        0
    }

    fn choose(player: &Player<'_>, c: C) -> Self {
        player.reply_number(c, &[c_int::MIN, -2, 2, c_int::MAX])
    }
}

impl Reply for isize {
    fn idle(_: C) -> Self {
        0
    }

    fn choose(player: &Player<'_>, c: C) -> Self {
        player.reply_number(c, &[isize::MIN, -2, 2, 3, 1 << 62, isize::MAX])
    }
}

impl Reply for () {
    fn idle(_: C) {}

    fn choose(player: &Player<'_>, c: C) {
        player.reply_nothing(c);
    }
}

/// The handles in an array that the VM gives.
unsafe fn array(first: *const HPy, count: usize) -> Vec<HPy> {
    if first.is_null() {
        return Vec::new();
    }
    // SAFETY: the VM says that there are as many.
    unsafe { (*slice_from_raw_parts(first, count)).to_vec() }
}

macro_rules! nested {
    ($($type:ident: |$($arg:ident: $arg_type:ty),*| -> $ret:ty { $args:expr })*) => {
        $(impl Nested for $type {
            const FUNCTION: HPyCFunction = {
                unsafe extern "C" fn function(context: *mut HPyContext, $($arg: $arg_type),*) -> $ret {
                    Player::nested(C::new(context), &$args)
                }
                // The type is that of the signature.
                let function: unsafe extern "C" fn(*mut HPyContext, $($arg_type),*) -> $ret = function;
                function as HPyCFunction
            };
        })*
    };
}

nested! {
    HPyFunc_noargs: |this: HPy| -> HPy { [this] }
    HPyFunc_o: |this: HPy, arg: HPy| -> HPy { [this, arg] }
    HPyFunc_varargs: |this: HPy, args: *const HPy, count: usize| -> HPy {
        // SAFETY: the VM calls it.
        [vec![this], unsafe { array(args, count) }].concat()
    }
    HPyFunc_keywords: |this: HPy, args: *const HPy, count: usize, names: HPy| -> HPy {
        // SAFETY: the VM calls it.
        [vec![this, names], unsafe { array(args, count) }].concat()
    }
    HPyFunc_unaryfunc: |a: HPy| -> HPy { [a] }
    HPyFunc_binaryfunc: |a: HPy, b: HPy| -> HPy { [a, b] }
    HPyFunc_ternaryfunc: |a: HPy, b: HPy, d: HPy| -> HPy { [a, b, d] }
    HPyFunc_inquiry: |a: HPy| -> c_int { [a] }
    HPyFunc_lenfunc: |a: HPy| -> isize { [a] }
    HPyFunc_ssizeargfunc: |a: HPy, _index: isize| -> HPy { [a] }
    HPyFunc_ssizeobjargproc: |a: HPy, _index: isize, value: HPy| -> c_int { [a, value] }
    HPyFunc_objobjargproc: |a: HPy, key: HPy, value: HPy| -> c_int { [a, key, value] }
    HPyFunc_objobjproc: |a: HPy, key: HPy| -> c_int { [a, key] }
    HPyFunc_hashfunc: |a: HPy| -> isize { [a] }
    HPyFunc_richcmpfunc: |a: HPy, b: HPy, _op: HPy_RichCmpOp| -> HPy { [a, b] }
    HPyFunc_initproc: |this: HPy, args: *const HPy, count: isize, keywords: HPy| -> c_int {
        // SAFETY: the VM calls it.
        [vec![this, keywords], unsafe { array(args, count.cast_unsigned()) }].concat()
    }
    HPyFunc_newfunc: |class: HPy, args: *const HPy, count: isize, keywords: HPy| -> HPy {
        // SAFETY: the VM calls it.
        [vec![class, keywords], unsafe { array(args, count.cast_unsigned()) }].concat()
    }
    HPyFunc_descrgetfunc: |this: HPy, instance: HPy, owner: HPy| -> HPy { [this, instance, owner] }
    HPyFunc_getter: |this: HPy, _closure: *mut c_void| -> HPy { [this] }
    HPyFunc_setter: |this: HPy, value: HPy, _closure: *mut c_void| -> c_int { [this, value] }
    HPyFunc_destructor: |this: HPy| -> () { [this] }
    HPyFunc_mod_create: |spec: HPy| -> HPy { [spec] }
    HPyFunc_mod_exec: |module: HPy| -> c_int { [module] }
}

impl Nested for HPyFunc_getbufferproc {
    const FUNCTION: HPyCFunction = getbuffer as HPyCFunction;
}

impl Nested for HPyFunc_releasebufferproc {
    const FUNCTION: HPyCFunction = releasebuffer as HPyCFunction;
}

impl Nested for HPyFunc_traverseproc {
    const FUNCTION: HPyCFunction = traverse as HPyCFunction;
}

impl Nested for HPyFunc_destroyfunc {
    const FUNCTION: HPyCFunction = destroy as HPyCFunction;
}

/// What a buffer may have: it is never written to.
static MEMORY: [u64; 8] = [0; 8];
static LENGTH: isize = 8;
static STRIDE: isize = 8;

unsafe extern "C" fn getbuffer(
    context: *mut HPyContext,
    this: HPy,
    buffer: *mut HPy_buffer,
    _flags: c_int,
) -> c_int {
    let c = C::new(context);
    let result = Player::nested(c, &[this]);
    let Some(choices) = Player::choices() else {
        return -1;
    };
    let mut choices = choices;
    let obj = c.dup(this);
    // SAFETY: the VM gives room for a view.
    unsafe {
        buffer.write(HPy_buffer {
            buf: choices.one_of(&[(&raw const MEMORY).cast_mut().cast(), null_mut()]),
            obj,
            len: choices.one_of(&[64, 0, 8, -1, 1 << 62, isize::MAX, isize::MIN]),
            itemsize: choices.one_of(&[8, 1, 0, -1, 1 << 62, isize::MAX]),
            readonly: 1,
            ndim: choices.one_of(&[1, 0, -1, 65, c_int::MAX]),
            format: choices.one_of(&[
                null_mut(),
                c"B".as_ptr().cast_mut(),
                c"\xff(".as_ptr().cast_mut(),
            ]),
            shape: choices.one_of(&[null_mut(), (&raw const LENGTH).cast_mut()]),
            strides: choices.one_of(&[null_mut(), (&raw const STRIDE).cast_mut()]),
            suboffsets: null_mut(),
            internal: null_mut(),
        });
    }
    if result != 0 {
        // SAFETY: as above. A failure fills nothing in.
        unsafe {
            c.close((*buffer).obj);
            (*buffer).obj = HPy::NULL;
        }
    }
    result
}

unsafe extern "C" fn releasebuffer(context: *mut HPyContext, this: HPy, _: *mut HPy_buffer) {
    Player::nested(C::new(context), &[this])
}

/// Visits the fields.
pub unsafe extern "C" fn traverse(
    this: *mut c_void,
    visit: HPyFunc_visitproc,
    argument: *mut c_void,
) -> c_int {
    let this: *mut Struct = this.cast();
    for field in 0..FIELDS {
        // SAFETY: the struct has so many, and the function is the loader's.
        let result = unsafe { visit(&raw mut (*this).fields[field], argument) };
        if result != 0 {
            return result;
        }
    }
    0
}

/// Sees that nobody has written to the struct.
pub unsafe extern "C" fn destroy(this: *mut c_void) {
    // SAFETY: the struct is the type's.
    let mark = unsafe { (*this.cast::<Struct>()).mark };
    // An instance that Python has made has none.
    if mark != MARK && mark != 0 {
        Player::note(&format!("a native struct begins with {mark:x}"));
    }
}
