//! The context that a mode wraps, for the mode's own calls of it.

use crate::abi::{HPy, HPyContext, HPyListBuilder, HPyThreadState, HPyTracker, HPyTupleBuilder};
use crate::abi::{HPy_ssize_t, HPyType_BuiltinShape};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ops::Deref;

/// A universal context, which is never freed. Its functions are called under the HPy
/// lock, as C calls them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrappedContext(*mut HPyContext);

impl WrappedContext {
    /// # Safety
    ///
    /// `context` points to a whole universal context that is never freed or written.
    pub unsafe fn new(context: *mut HPyContext) -> Self {
        Self(context)
    }

    /// The pointer for functions that have no method here, since their arguments must
    /// be more than words: `(context.ctx_Name)(context.as_ptr(), ...)`.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut HPyContext {
        self.0
    }

    /// Makes a `SystemError` the pending one, unless there is one.
    pub fn system_error(self, message: &CStr) {
        if self.ctx_Err_Occurred() != 0 {
            return;
        }
        // SAFETY: `new` demands a whole context, and this is a C string.
        unsafe { (self.ctx_Err_SetString)(self.0, self.h_SystemError, message.as_ptr()) };
    }

    /// Ends the process.
    pub fn fatal_error(self, message: &CStr) {
        // SAFETY: `new` demands a whole context, and this is a C string.
        unsafe { (self.ctx_FatalError)(self.0, message.as_ptr()) };
    }

    /// The `repr` of a text or number; of anything else, whose `repr` may run code of
    /// Python's, what its type is. None if the object is gone.
    pub fn plain_text(self, handle: HPy) -> Option<String> {
        let class = self.ctx_Type(handle);
        if class.is_null() {
            return None;
        }
        let plain = [
            self.h_UnicodeType,
            self.h_BytesType,
            self.h_LongType,
            self.h_FloatType,
            self.h_BoolType,
        ];
        let is_plain = plain
            .into_iter()
            .any(|plain| self.ctx_Is(class, plain) == 1);
        let text = match is_plain {
            true => {
                let repr = self.ctx_Repr(handle);
                // SAFETY: `new` demands a whole context; without a place for the length
                // none is stored.
                let text =
                    unsafe { (self.ctx_Unicode_AsUTF8AndSize)(self.0, repr, std::ptr::null_mut()) };
                // SAFETY: null, or a C string that lives as long as the text.
                let text = unsafe { owned_text(text) };
                self.ctx_Close(repr);
                text.map(|text| shortened(&text))
            }
            false => {
                // SAFETY: null, or a C string that lives as long as the type.
                let name = unsafe { owned_text(self.ctx_Type_GetName(class)) };
                name.map(|name| format!("<{name} object>"))
            }
        };
        self.ctx_Close(class);
        text
    }
}

/// # Safety
///
/// The pointer is null or that of a C string.
unsafe fn owned_text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for it.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_string_lossy().into_owned())
}

/// A text of a hundred characters at most.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some(_) => text.chars().take(97).collect::<String>() + "...",
        None => text.to_owned(),
    }
}

impl Deref for WrappedContext {
    type Target = HPyContext;

    #[inline(always)]
    fn deref(&self) -> &HPyContext {
        // SAFETY: `new` demands a context that is never freed or written.
        unsafe { &*self.0 }
    }
}

/// Methods for functions whose arguments are words. The universal context takes any
/// word: what is no open handle, builder or tracker is refused or ignored.
macro_rules! functions_of_words {
    ($(fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?;)*) => {
        #[allow(non_snake_case)]
        impl WrappedContext {
            $(
                #[inline(always)]
                pub fn $function(self $(, $arg: $type)*) $(-> $ret)? {
                    // SAFETY: `new` demands a whole context, which takes any words.
                    unsafe { (self.deref().$function)(self.0 $(, $arg)*) }
                }
            )*
        }
    };
}

functions_of_words! {
    fn ctx_Dup(h: HPy) -> HPy;
    fn ctx_Close(h: HPy);
    fn ctx_Is(obj: HPy, other: HPy) -> c_int;
    fn ctx_Length(h: HPy) -> HPy_ssize_t;
    fn ctx_Type(obj: HPy) -> HPy;
    fn ctx_Repr(obj: HPy) -> HPy;
    fn ctx_TypeCheck(obj: HPy, class: HPy) -> c_int;
    fn ctx_Type_GetBuiltinShape(class: HPy) -> HPyType_BuiltinShape;
    fn ctx_Type_GetName(class: HPy) -> *const c_char;
    fn ctx_Type_IsSubtype(sub: HPy, class: HPy) -> c_int;
    fn ctx_Tuple_Check(h: HPy) -> c_int;
    fn ctx_Bytes_AsString(h: HPy) -> *const c_char;
    fn ctx_Bytes_AS_STRING(h: HPy) -> *const c_char;
    fn ctx_Bytes_Size(h: HPy) -> HPy_ssize_t;
    fn ctx_Unicode_Substring(text: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy;
    fn ctx_CallTupleDict(callable: HPy, args: HPy, kw: HPy) -> HPy;
    fn ctx_Err_Occurred() -> c_int;
    fn ctx_Err_WriteUnraisable(obj: HPy);
    fn ctx_ListBuilder_New(size: HPy_ssize_t) -> HPyListBuilder;
    fn ctx_ListBuilder_Set(builder: HPyListBuilder, index: HPy_ssize_t, item: HPy);
    fn ctx_ListBuilder_Build(builder: HPyListBuilder) -> HPy;
    fn ctx_ListBuilder_Cancel(builder: HPyListBuilder);
    fn ctx_TupleBuilder_New(size: HPy_ssize_t) -> HPyTupleBuilder;
    fn ctx_TupleBuilder_Set(builder: HPyTupleBuilder, index: HPy_ssize_t, item: HPy);
    fn ctx_TupleBuilder_Build(builder: HPyTupleBuilder) -> HPy;
    fn ctx_TupleBuilder_Cancel(builder: HPyTupleBuilder);
    fn ctx_Tracker_New(size: HPy_ssize_t) -> HPyTracker;
    fn ctx_Tracker_Close(tracker: HPyTracker);
    fn ctx_LeavePythonExecution() -> HPyThreadState;
    fn ctx_AsStruct_Object(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Legacy(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Type(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Long(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Float(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Unicode(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Tuple(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_List(h: HPy) -> *mut c_void;
    fn ctx_AsStruct_Dict(h: HPy) -> *mut c_void;
}
