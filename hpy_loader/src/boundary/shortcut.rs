//! The short way through the boundary.
//!
//! Many calls of C need nothing but the handle table: duplicating, closing, a
//! number in the word, the struct of an object. For them the general way, with
//! a frame to catch panics in, errors to raise and a body that may leave the
//! lock, costs several times what the work does. The functions here do the
//! frequent case and nothing else. Whatever they can't do, an error above all,
//! they hand to the general function of the same row, from the start: they must
//! not have changed anything by then.
//!
//! Only methods of the runtime that run no Python code are called here, in the
//! sense of the rules in [`crate::runtime`]. So the borrow of a root needs no
//! pin: nothing else uses the table meanwhile. Those that make objects, and may
//! start a collector, are called only where nothing is borrowed. A panic is caught
//! here too; where the compiler sees that there can be none, that costs nothing.

mod burial;
mod items;
mod numbers;
mod opening;
mod text;

use super::{CResult, Entry, Gate, shims};
use crate::abi::*;
use crate::c_string;
use crate::context as bodies;
use crate::core::Core;
use crate::handles::{RawHandle, Released};
use crate::native::FieldRef;
use crate::runtime::{BinaryOp, BuiltinKind, Runtime, UnaryOp};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use burial::{bury, close_last};
use items::{put, set_number};
use numbers::{binary, compare, integer, unary};
use opening::{immediate, open, open_lent, revive};
use text::{SHORT, new_text};

/// What an open handle refers to. None for any other word.
#[inline(always)]
fn look<R: Runtime>(gate: &Gate<R>, handle: HPy) -> Option<&R::Object> {
    // SAFETY: see the module: until the reference is gone, only methods run that
    // run nothing else, and only this thread has the lock. The gate has slots, or
    // there were no shortcuts.
    unsafe { gate.slots().peek(RawHandle::from_bits(handle.0)) }
}

/// Whether the object's type derives from `class`. Apart, since most objects are of
/// just this class.
#[inline(never)]
#[allow(improper_ctypes_definitions)]
extern "C" fn is_derived<R: Runtime>(
    core: &'static Core<R>,
    object: &R::Object,
    class: &R::Object,
) -> c_int {
    let vm = core.runtime();
    let look = || vm.is_builtin_instance(class, BuiltinKind::Type) && vm.is_instance(object, class);
    match catch_unwind(AssertUnwindSafe(look)) {
        Ok(is_derived) => c_int::from(is_derived),
        Err(panic) => {
            Entry::new(core, "ctx_TypeCheck").panicked(&*panic);
            CResult::FAILURE
        }
    }
}

#[inline(always)]
fn native_struct<R: Runtime>(
    gate: &Gate<R>,
    handle: HPy,
    shape: HPyType_BuiltinShape,
) -> Option<*mut c_void> {
    let native = gate.runtime().native_struct(look(gate, handle)?, shape);
    (!native.is_null()).then_some(native)
}

/// A root of what a handle refers to, for memory that keeps one.
#[inline(always)]
fn root<R: Runtime>(gate: &Gate<R>, handle: HPy) -> Option<R::Object> {
    look(gate, handle).map(|object| gate.runtime().duplicate(object))
}

/// What a field has, if it is an object, in a handle that `open` finds.
#[inline(always)]
fn load<R: Runtime>(
    gate: &Gate<R>,
    mut field: HPyField,
    open: impl FnOnce(&R::Object) -> Option<HPy>,
) -> Option<HPy> {
    // SAFETY: the copy lives as long as the reference to it.
    let field = unsafe { FieldRef::new(&raw mut field) };
    if let Some(immediate) = field.immediate() {
        return Some(HPy(immediate.bits()));
    }
    // SAFETY: the extension loads what it has stored.
    unsafe { gate.runtime().with_field(field.get()?, open) }
}

/// A short way, and the module with the function that is next if it leads nowhere.
macro_rules! way {
    (
        [$next:ident $($_:ident)?]
        $(#[$attribute:meta])?
        fn $function:ident($gate:ident $(, $arg:ident: $type:ty)*) $(-> $ret:ty)? $body:block
    ) => {
        $(#[$attribute])?
        #[allow(non_snake_case)]
        pub(super) unsafe extern "C" fn $function<R: Runtime>(
            context: *mut HPyContext,
            $($arg: $type,)*
        ) $(-> $ret)? {
            // SAFETY: the shortcuts are only in contexts that a loader for
            // `R` made.
            let $gate = unsafe { Gate::<R>::of(context) };
            match catch_unwind(AssertUnwindSafe(|| $body)) {
                Ok(Some(result)) => result,
                // SAFETY: as for the caller of this function.
                Ok(None) => unsafe { $next::$function::<R>(context, $($arg),*) },
                Err(panic) => {
                    Entry::new($gate.core(), stringify!($function)).panicked(&*panic);
                    CResult::FAILURE
                }
            }
        }
    };
}

macro_rules! shortcuts {
    ($(
        fn $function:ident($gate:ident $(, $arg:ident: $type:ty)*) $(-> $ret:ty)?
        $(, next in $next:ident)?
        $body:block
    )*) => {
        $(way! {
            [$($next)? shims]
            fn $function($gate $(, $arg: $type)*) $(-> $ret)? $body
        })*

        /// Puts the shortcuts where the general functions are. The context must be
        /// in a gate that [is whole](Gate::is_whole).
        pub(crate) fn install<R: Runtime>(context: &mut HPyContext) {
            $(context.$function = $function::<R>;)*
        }
    };
}

/// What follows an attempt to find a handle that lingers. Being functions of their
/// own, they leave that attempt without a call and so without a frame.
mod second {
    use super::*;

    way! {
        [shims]
        #[inline(never)]
        fn ctx_Type(gate, obj: HPy) -> HPy {
            let object = look(gate, obj)?;
            gate.runtime().with_type(object, |class| open_lent(gate, class))
        }
    }

    way! {
        [shims]
        #[inline(never)]
        fn ctx_Field_Load(gate, _source: HPy, source_field: HPyField) -> HPy {
            load(gate, source_field, |object| open_lent(gate, object))
        }
    }
}

shortcuts! {
    fn ctx_Dup(gate, h: HPy) -> HPy {
        // SAFETY: without slots there are no shortcuts.
        immediate(unsafe { gate.slots() }.try_dup(RawHandle::from_bits(h.0)))
    }

    fn ctx_Close(gate, h: HPy) {
        // SAFETY: without slots there are no shortcuts.
        match unsafe { gate.slots() }.try_close(RawHandle::from_bits(h.0)) {
            Ok(()) => {}
            Err(last) => {
                let (last, vm) = (last?, gate.runtime());
                if !gate.handles().defer_again(&last, |object| vm.is_shared(object)) {
                    close_last(gate.core(), last);
                }
            }
        }
        Some(())
    }

    fn ctx_Is(gate, obj: HPy, other: HPy) -> c_int {
        if obj.0 == other.0 {
            return Some(1);
        }
        let (a, b) = (look(gate, obj)?, look(gate, other)?);
        Some(c_int::from(gate.runtime().is_same(a, b)))
    }

    fn ctx_TypeCheck(gate, obj: HPy, r#type: HPy) -> c_int {
        let (object, class) = (look(gate, obj)?, look(gate, r#type)?);
        Some(match gate.runtime().is_exact_instance(object, class) {
            true => 1,
            false => is_derived(gate.core(), object, class),
        })
    }

    fn ctx_Type(gate, obj: HPy) -> HPy, next in second {
        let object = look(gate, obj)?;
        gate.runtime().with_type(object, |class| revive(gate, class))
    }

    fn ctx_Long_FromInt32_t(_gate, value: i32) -> HPy {
        immediate(RawHandle::from_i64(value.into()))
    }

    fn ctx_Long_FromUInt32_t(_gate, value: u32) -> HPy {
        immediate(RawHandle::from_i64(value.into()))
    }

    fn ctx_Long_FromInt64_t(_gate, v: i64) -> HPy {
        immediate(RawHandle::from_i64(v))
    }

    fn ctx_Long_FromUInt64_t(_gate, v: u64) -> HPy {
        immediate(RawHandle::from_i64(i64::try_from(v).ok()?))
    }

    fn ctx_Long_FromSize_t(_gate, value: usize) -> HPy {
        immediate(RawHandle::from_i64(i64::try_from(value).ok()?))
    }

    fn ctx_Long_FromSsize_t(_gate, value: HPy_ssize_t) -> HPy {
        immediate(RawHandle::from_i64(value as i64))
    }

    fn ctx_Long_AsInt32_t(gate, h: HPy) -> i32 {
        integer(gate, h)?.try_into().ok()
    }

    fn ctx_Long_AsUInt32_t(gate, h: HPy) -> u32 {
        integer(gate, h)?.try_into().ok()
    }

    fn ctx_Long_AsInt64_t(gate, h: HPy) -> i64 {
        integer(gate, h)
    }

    fn ctx_Long_AsUInt64_t(gate, h: HPy) -> u64 {
        integer(gate, h)?.try_into().ok()
    }

    fn ctx_Long_AsSize_t(gate, h: HPy) -> usize {
        integer(gate, h)?.try_into().ok()
    }

    fn ctx_Long_AsSsize_t(gate, h: HPy) -> HPy_ssize_t {
        integer(gate, h)?.try_into().ok()
    }

    fn ctx_Long_AsDouble(gate, h: HPy) -> f64 {
        integer(gate, h).map(|value| value as f64)
    }

    fn ctx_Float_FromDouble(_gate, v: f64) -> HPy {
        immediate(RawHandle::from_f64(v))
    }

    fn ctx_Float_AsDouble(gate, h: HPy) -> f64 {
        if let Some(value) = RawHandle::from_bits(h.0).as_f64() {
            return Some(value);
        }
        gate.runtime().exact_float(look(gate, h)?)
    }

    fn ctx_Add(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Add, h1, h2) }
    fn ctx_Subtract(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Subtract, h1, h2) }
    fn ctx_Multiply(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Multiply, h1, h2) }
    fn ctx_TrueDivide(gate, h1: HPy, h2: HPy) -> HPy {
        binary(gate, BinaryOp::TrueDivide, h1, h2)
    }
    fn ctx_And(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::And, h1, h2) }
    fn ctx_Or(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Or, h1, h2) }
    fn ctx_Xor(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Xor, h1, h2) }
    fn ctx_InPlaceAdd(gate, h1: HPy, h2: HPy) -> HPy { binary(gate, BinaryOp::Add, h1, h2) }
    fn ctx_InPlaceSubtract(gate, h1: HPy, h2: HPy) -> HPy {
        binary(gate, BinaryOp::Subtract, h1, h2)
    }
    fn ctx_InPlaceMultiply(gate, h1: HPy, h2: HPy) -> HPy {
        binary(gate, BinaryOp::Multiply, h1, h2)
    }
    fn ctx_Negative(gate, h: HPy) -> HPy { unary(gate, UnaryOp::Negative, h) }
    fn ctx_Absolute(gate, h: HPy) -> HPy { unary(gate, UnaryOp::Absolute, h) }
    fn ctx_Invert(gate, h: HPy) -> HPy { unary(gate, UnaryOp::Invert, h) }

    fn ctx_RichCompare(gate, v: HPy, w: HPy, op: c_int) -> HPy {
        let constants = gate.constants();
        compare(gate, v, w, op).map(|holds| if holds { constants.h_True } else { constants.h_False })
    }

    fn ctx_RichCompareBool(gate, v: HPy, w: HPy, op: c_int) -> c_int {
        let is_equality = matches!(HPy_RichCmpOp(op), HPy_RichCmpOp::HPy_EQ | HPy_RichCmpOp::HPy_NE);
        // Before all else: text is compared more often than numbers that Python has.
        if is_equality
            && let (Some(a), Some(b)) = (look(gate, v), look(gate, w))
            && let Some(equal) = gate.runtime().fast_equality(a, b)
        {
            return Some(c_int::from(equal == (HPy_RichCmpOp(op) == HPy_RichCmpOp::HPy_EQ)));
        }
        compare(gate, v, w, op).map(c_int::from)
    }

    fn ctx_IsTrue(gate, h: HPy) -> c_int {
        gate.runtime().fast_truth(look(gate, h)?).map(c_int::from)
    }

    fn ctx_Length(gate, h: HPy) -> HPy_ssize_t {
        gate.runtime().fast_length(look(gate, h)?).map(usize::cast_signed)
    }

    fn ctx_GetItem_i(gate, obj: HPy, idx: HPy_ssize_t) -> HPy {
        let index = usize::try_from(idx).ok()?;
        let object = look(gate, obj)?;
        gate.runtime().with_item(object, index, |item| open_lent(gate, item))?
    }

    fn ctx_SetItem_i(gate, obj: HPy, idx: HPy_ssize_t, value: HPy) -> c_int {
        let index = usize::try_from(idx).ok()?;
        let value = root(gate, value)?;
        match gate.runtime().fast_replace_item(look(gate, obj)?, index, value) {
            Ok(old) => {
                bury(gate.core(), old);
                Some(0)
            }
            Err(value) => {
                // The handle keeps the object as well.
                drop(value);
                None
            }
        }
    }

    fn ctx_Unicode_AsUTF8AndSize(gate, h: HPy, size: *mut HPy_ssize_t) -> *const c_char {
        let text = gate.runtime().fast_utf8(look(gate, h)?)?;
        if !size.is_null() {
            // SAFETY: the extension gives null or a place for the size.
            unsafe { *size = text.len().cast_signed() };
        }
        Some(text.cast())
    }

    fn ctx_Bytes_AsString(gate, h: HPy) -> *const c_char {
        gate.runtime().fast_bytes(look(gate, h)?).map(<*const [u8]>::cast)
    }

    fn ctx_Bytes_AS_STRING(gate, h: HPy) -> *const c_char {
        gate.runtime().fast_bytes(look(gate, h)?).map(<*const [u8]>::cast)
    }

    fn ctx_New(gate, h_type: HPy, data: *mut *mut c_void) -> HPy {
        let (object, native) = gate.runtime().fast_new_instance(root(gate, h_type)?).ok()?;
        let handle = open::<R>(gate.handles(), object)?;
        if !data.is_null() {
            // SAFETY: the extension gives room for the pointer.
            unsafe { *data = native };
        }
        Some(handle)
    }

    fn ctx_Type_GenericNew(
        gate,
        r#type: HPy,
        _args: *const HPy,
        _nargs: HPy_ssize_t,
        _kw: HPy
    ) -> HPy {
        let (object, _) = gate.runtime().fast_new_instance(root(gate, r#type)?).ok()?;
        open::<R>(gate.handles(), object)
    }

    fn ctx_AsStruct_Object(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Object)
    }

    fn ctx_AsStruct_Type(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Type)
    }

    fn ctx_AsStruct_Long(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Long)
    }

    fn ctx_AsStruct_Float(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Float)
    }

    fn ctx_AsStruct_Unicode(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Unicode)
    }

    fn ctx_AsStruct_Tuple(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_Tuple)
    }

    fn ctx_AsStruct_List(gate, h: HPy) -> *mut c_void {
        native_struct(gate, h, HPyType_BuiltinShape::HPyType_BuiltinShape_List)
    }

    fn ctx_Field_Load(gate, _source: HPy, source_field: HPyField) -> HPy, next in second {
        load(gate, source_field, |object| revive(gate, object))
    }

    fn ctx_Field_Store(gate, _target: HPy, target_field: *mut HPyField, h: HPy) {
        let stored = gate.runtime().store_field(root(gate, h)?);
        // SAFETY: the extension gives a field of the object.
        let field = unsafe { FieldRef::new(target_field) };
        let old = field.take(gate.runtime());
        field.set(stored);
        if let Some(old) = old {
            bury(gate.core(), old);
        }
        Some(())
    }

    fn ctx_Global_Load(gate, global: HPyGlobal) -> HPy {
        // SAFETY: without slots there are no shortcuts.
        let word = unsafe { gate.slots() }.try_dup(RawHandle::from_bits(global.0));
        immediate(word.filter(|word| !word.is_null()))
    }

    fn ctx_Global_Store(gate, global: *mut HPyGlobal, h: HPy) {
        // SAFETY: the extension gives one of its globals.
        let old = RawHandle::from_bits(unsafe { *global }.0);
        let released = match gate.handles().replace_borrowed(old, root(gate, h)?) {
            Ok((stored, object)) => {
                // SAFETY: as above.
                unsafe { *global = HPyGlobal(stored.bits()) };
                Released::Freed(object)
            }
            Err(object) => {
                // What a full table gives back is a second root of an object with
                // a handle.
                let stored = gate.handles().open_borrowed(object).ok()?;
                // SAFETY: as above.
                unsafe { *global = HPyGlobal(stored.bits()) };
                gate.handles().end_borrow(old)
            }
        };
        if let Released::Freed(object) = released {
            bury(gate.core(), object);
        }
        Some(())
    }

    fn ctx_Unicode_FromString(gate, utf8: *const c_char) -> HPy {
        if utf8.is_null() {
            return None;
        }
        // SAFETY: the extension gives a C string, and it is not null.
        let text = unsafe { CStr::from_ptr(utf8) }.to_bytes();
        let open = |object: &R::Object| open_lent(gate, object);
        let made = match gate.literals().find(text, open) {
            Some(handle) => handle,
            None => new_text(gate.core(), text),
        };
        Some(made).filter(|handle| !handle.is_null())
    }

    fn ctx_Bytes_FromStringAndSize(gate, bytes: *const c_char, len: HPy_ssize_t) -> HPy {
        let len = usize::try_from(len).ok().filter(|&len| len <= SHORT)?;
        if bytes.is_null() {
            return None;
        }
        // SAFETY: the extension gives that many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast(), len) };
        open::<R>(gate.handles(), gate.runtime().new_bytes(bytes).ok()?)
    }

    fn ctx_Dict_New(gate) -> HPy {
        open::<R>(gate.handles(), gate.runtime().new_dict().ok()?)
    }

    fn ctx_ListBuilder_New(gate, size: HPy_ssize_t) -> HPyListBuilder {
        bodies::new_small(gate, size).map(HPyListBuilder)
    }

    fn ctx_ListBuilder_Set(gate, builder: HPyListBuilder, index: HPy_ssize_t, h_item: HPy) {
        match bodies::place(gate, builder.0, index, h_item) {
            Some((place, object)) => {
                put(gate.core(), place, object);
                Some(())
            }
            None => set_number(gate, builder.0, index, h_item).then_some(()),
        }
    }

    fn ctx_ListBuilder_Build(gate, builder: HPyListBuilder) -> HPy {
        let row = "ctx_ListBuilder_Build";
        bodies::build_roots(gate, row, builder.0, bodies::Sequence::List)
    }

    fn ctx_TupleBuilder_Build(gate, builder: HPyTupleBuilder) -> HPy {
        let row = "ctx_TupleBuilder_Build";
        bodies::build_roots(gate, row, builder.0, bodies::Sequence::Tuple)
    }

    fn ctx_Tuple_FromArray(gate, items: *mut HPy, n: HPy_ssize_t) -> HPy {
        // SAFETY: the extension gives the array.
        unsafe { bodies::small_tuple(gate, "ctx_Tuple_FromArray", items, n) }
    }

    fn ctx_TupleBuilder_New(gate, size: HPy_ssize_t) -> HPyTupleBuilder {
        bodies::new_small(gate, size).map(HPyTupleBuilder)
    }

    fn ctx_TupleBuilder_Set(gate, builder: HPyTupleBuilder, index: HPy_ssize_t, h_item: HPy) {
        match bodies::place(gate, builder.0, index, h_item) {
            Some((place, object)) => {
                put(gate.core(), place, object);
                Some(())
            }
            None => set_number(gate, builder.0, index, h_item).then_some(()),
        }
    }

    fn ctx_Tracker_New(gate, size: HPy_ssize_t) -> HPyTracker {
        bodies::new_small_tracker(gate.core(), size)
    }

    fn ctx_Tracker_Add(gate, ht: HPyTracker, h: HPy) -> c_int {
        bodies::track(gate.core(), ht, h)
    }

    fn ctx_Err_Occurred(gate) -> c_int {
        Some(c_int::from(gate.is_error_pending()))
    }

    fn ctx_Err_SetString(gate, h_type: HPy, utf8_message: *const c_char) {
        if utf8_message.is_null() || !gate.runtime().fast_is_error_class(look(gate, h_type)?) {
            return None;
        }
        // SAFETY: the extension gives a C string, and it is not null.
        let message = c_string::text(unsafe { CStr::from_ptr(utf8_message) })?;
        if let Some(class) = gate.set_lazy_error(RawHandle::from_bits(h_type.0), message)? {
            bury(gate.core(), class);
        }
        Some(())
    }

    fn ctx_Err_Clear(gate) {
        if let Some(class) = gate.clear_lazy_error()? {
            bury(gate.core(), class);
        }
        Some(())
    }
}
