//! The context table: every member of `HPyContext`, declared once.
//!
//! [`context_table!`](crate::context_table) hands the whole table to another
//! macro. The C struct and the list of rows in this file are made by such macros,
//! and so are the functions that C calls in each mode. The rows stand in the ABI's
//! order. A row shows the C types of its function without the leading
//! `HPyContext *`, which every function has, and what is true of the function.
//!
//! Constants name the Python object that they stand for, which is all that a
//! runtime needs to know to fill them in.

pub use super::row::*;

use super::*;
use std::ffi::{c_char, c_int, c_void};

/// Calls the macro `$consumer` with the rows of the context, where an item may stand.
/// [`ROWS`](crate::abi::context::ROWS) has the same rows at run time.
///
/// The rows come in blocks, because the ABI was extended by appending:
/// `"since" constants { name = "python name", ... }
/// functions { fn name(argument: type, ...) -> type [Effect, Fact(argument, ...), ...]; ... }`.
///
/// - `since` is the version of HPy whose headers first had the rows. `"head"` means
///   upstream's development head, which no release has yet.
/// - The brackets hold the row's [`Effect`](crate::abi::context::Effect), which no row
///   can go without, and its further [facts](crate::abi::context::Fact). A consumer
///   that needs neither matches `[$($facts:tt)*]`.
#[macro_export]
macro_rules! context_table {
    ($consumer:path) => {
        $consumer! {
            "0.9.0" constants {
                h_None = "None",
                h_True = "True",
                h_False = "False",
                h_NotImplemented = "NotImplemented",
                h_Ellipsis = "Ellipsis",
                h_BaseException = "BaseException",
                h_Exception = "Exception",
                h_StopAsyncIteration = "StopAsyncIteration",
                h_StopIteration = "StopIteration",
                h_GeneratorExit = "GeneratorExit",
                h_ArithmeticError = "ArithmeticError",
                h_LookupError = "LookupError",
                h_AssertionError = "AssertionError",
                h_AttributeError = "AttributeError",
                h_BufferError = "BufferError",
                h_EOFError = "EOFError",
                h_FloatingPointError = "FloatingPointError",
                h_OSError = "OSError",
                h_ImportError = "ImportError",
                h_ModuleNotFoundError = "ModuleNotFoundError",
                h_IndexError = "IndexError",
                h_KeyError = "KeyError",
                h_KeyboardInterrupt = "KeyboardInterrupt",
                h_MemoryError = "MemoryError",
                h_NameError = "NameError",
                h_OverflowError = "OverflowError",
                h_RuntimeError = "RuntimeError",
                h_RecursionError = "RecursionError",
                h_NotImplementedError = "NotImplementedError",
                h_SyntaxError = "SyntaxError",
                h_IndentationError = "IndentationError",
                h_TabError = "TabError",
                h_ReferenceError = "ReferenceError",
                h_SystemError = "SystemError",
                h_SystemExit = "SystemExit",
                h_TypeError = "TypeError",
                h_UnboundLocalError = "UnboundLocalError",
                h_UnicodeError = "UnicodeError",
                h_UnicodeEncodeError = "UnicodeEncodeError",
                h_UnicodeDecodeError = "UnicodeDecodeError",
                h_UnicodeTranslateError = "UnicodeTranslateError",
                h_ValueError = "ValueError",
                h_ZeroDivisionError = "ZeroDivisionError",
                h_BlockingIOError = "BlockingIOError",
                h_BrokenPipeError = "BrokenPipeError",
                h_ChildProcessError = "ChildProcessError",
                h_ConnectionError = "ConnectionError",
                h_ConnectionAbortedError = "ConnectionAbortedError",
                h_ConnectionRefusedError = "ConnectionRefusedError",
                h_ConnectionResetError = "ConnectionResetError",
                h_FileExistsError = "FileExistsError",
                h_FileNotFoundError = "FileNotFoundError",
                h_InterruptedError = "InterruptedError",
                h_IsADirectoryError = "IsADirectoryError",
                h_NotADirectoryError = "NotADirectoryError",
                h_PermissionError = "PermissionError",
                h_ProcessLookupError = "ProcessLookupError",
                h_TimeoutError = "TimeoutError",
                h_Warning = "Warning",
                h_UserWarning = "UserWarning",
                h_DeprecationWarning = "DeprecationWarning",
                h_PendingDeprecationWarning = "PendingDeprecationWarning",
                h_SyntaxWarning = "SyntaxWarning",
                h_RuntimeWarning = "RuntimeWarning",
                h_FutureWarning = "FutureWarning",
                h_ImportWarning = "ImportWarning",
                h_UnicodeWarning = "UnicodeWarning",
                h_BytesWarning = "BytesWarning",
                h_ResourceWarning = "ResourceWarning",
                h_BaseObjectType = "object",
                h_TypeType = "type",
                h_BoolType = "bool",
                h_LongType = "int",
                h_FloatType = "float",
                h_UnicodeType = "str",
                h_TupleType = "tuple",
                h_ListType = "list",
            }
            functions {
                fn ctx_Dup(h: HPy) -> HPy [Leaf, Nullable(h), NullResult];
                fn ctx_Close(h: HPy) [Reenters, Consumed(h)];
                fn ctx_Long_FromInt32_t(value: int32_t) -> HPy [Leaf];
                fn ctx_Long_FromUInt32_t(value: uint32_t) -> HPy [Leaf];
                fn ctx_Long_FromInt64_t(v: int64_t) -> HPy [Leaf];
                fn ctx_Long_FromUInt64_t(v: uint64_t) -> HPy [Leaf];
                fn ctx_Long_FromSize_t(value: size_t) -> HPy [Leaf];
                fn ctx_Long_FromSsize_t(value: HPy_ssize_t) -> HPy [Leaf];
                fn ctx_Long_AsInt32_t(h: HPy) -> int32_t [Reenters];
                fn ctx_Long_AsUInt32_t(h: HPy) -> uint32_t [Reenters];
                fn ctx_Long_AsUInt32_tMask(h: HPy) -> uint32_t [Reenters];
                fn ctx_Long_AsInt64_t(h: HPy) -> int64_t [Reenters];
                fn ctx_Long_AsUInt64_t(h: HPy) -> uint64_t [Reenters];
                fn ctx_Long_AsUInt64_tMask(h: HPy) -> uint64_t [Reenters];
                fn ctx_Long_AsSize_t(h: HPy) -> size_t [Reenters];
                fn ctx_Long_AsSsize_t(h: HPy) -> HPy_ssize_t [Reenters];
                fn ctx_Long_AsVoidPtr(h: HPy) -> *mut c_void [Reenters];
                fn ctx_Long_AsDouble(h: HPy) -> f64 [Reenters];
                fn ctx_Float_FromDouble(v: f64) -> HPy [Leaf];
                fn ctx_Float_AsDouble(h: HPy) -> f64 [Reenters];
                fn ctx_Bool_FromBool(v: bool) -> HPy [Leaf];
                fn ctx_Length(h: HPy) -> HPy_ssize_t [Reenters];
                fn ctx_Number_Check(h: HPy) -> c_int [Leaf];
                fn ctx_Add(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Subtract(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Multiply(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_MatrixMultiply(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_FloorDivide(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_TrueDivide(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Remainder(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Divmod(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Power(h1: HPy, h2: HPy, h3: HPy) -> HPy [RunsPython];
                fn ctx_Negative(h1: HPy) -> HPy [RunsPython];
                fn ctx_Positive(h1: HPy) -> HPy [RunsPython];
                fn ctx_Absolute(h1: HPy) -> HPy [RunsPython];
                fn ctx_Invert(h1: HPy) -> HPy [RunsPython];
                fn ctx_Lshift(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Rshift(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_And(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Xor(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Or(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Index(h1: HPy) -> HPy [Reenters];
                fn ctx_Long(h1: HPy) -> HPy [Reenters];
                fn ctx_Float(h1: HPy) -> HPy [Reenters];
                fn ctx_InPlaceAdd(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceSubtract(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceMultiply(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceMatrixMultiply(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceFloorDivide(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceTrueDivide(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceRemainder(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlacePower(h1: HPy, h2: HPy, h3: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceLshift(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceRshift(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceAnd(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceXor(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_InPlaceOr(h1: HPy, h2: HPy) -> HPy [RunsPython];
                fn ctx_Callable_Check(h: HPy) -> c_int [Leaf];
                fn ctx_CallTupleDict(callable: HPy, args: HPy, kw: HPy) -> HPy [RunsPython, Nullable(args, kw)];
                fn ctx_FatalError(message: *const c_char) [Aborts];
                fn ctx_Err_SetString(h_type: HPy, utf8_message: *const c_char) [Reenters, SetsError];
                fn ctx_Err_SetObject(h_type: HPy, h_value: HPy) [Reenters, SetsError, Nullable(h_value)];
                fn ctx_Err_SetFromErrnoWithFilename(h_type: HPy, filename_fsencoded: *const c_char) -> HPy [Reenters, SetsError];
                fn ctx_Err_SetFromErrnoWithFilenameObjects(h_type: HPy, filename1: HPy, filename2: HPy) [Reenters, SetsError, Nullable(filename1, filename2)];
                fn ctx_Err_Occurred() -> c_int [Leaf];
                fn ctx_Err_ExceptionMatches(exc: HPy) -> c_int [Reenters, Nullable(exc)];
                fn ctx_Err_NoMemory() [Reenters, SetsError];
                fn ctx_Err_Clear() [Reenters];
                fn ctx_Err_NewException(utf8_name: *const c_char, base: HPy, dict: HPy) -> HPy [Reenters, Nullable(base, dict)];
                fn ctx_Err_NewExceptionWithDoc(utf8_name: *const c_char, utf8_doc: *const c_char, base: HPy, dict: HPy) -> HPy [Reenters, Nullable(base, dict)];
                fn ctx_Err_WarnEx(category: HPy, utf8_message: *const c_char, stack_level: HPy_ssize_t) -> c_int [Reenters, Nullable(category)];
                fn ctx_Err_WriteUnraisable(obj: HPy) [Reenters, Nullable(obj)];
                fn ctx_IsTrue(h: HPy) -> c_int [RunsPython];
                fn ctx_Type_FromSpec(spec: *mut HPyType_Spec, params: *mut HPyType_SpecParam) -> HPy [RunsPython];
                fn ctx_Type_GenericNew(r#type: HPy, args: *const HPy, nargs: HPy_ssize_t, kw: HPy) -> HPy [Reenters, Unchecked(args, kw)];
                fn ctx_GetAttr(obj: HPy, name: HPy) -> HPy [RunsPython];
                fn ctx_GetAttr_s(obj: HPy, utf8_name: *const c_char) -> HPy [RunsPython];
                fn ctx_HasAttr(obj: HPy, name: HPy) -> c_int [Reenters];
                fn ctx_HasAttr_s(obj: HPy, utf8_name: *const c_char) -> c_int [Reenters];
                fn ctx_SetAttr(obj: HPy, name: HPy, value: HPy) -> c_int [RunsPython, Nullable(value)];
                fn ctx_SetAttr_s(obj: HPy, utf8_name: *const c_char, value: HPy) -> c_int [RunsPython, Nullable(value)];
                fn ctx_GetItem(obj: HPy, key: HPy) -> HPy [RunsPython];
                fn ctx_GetItem_i(obj: HPy, idx: HPy_ssize_t) -> HPy [RunsPython];
                fn ctx_GetItem_s(obj: HPy, utf8_key: *const c_char) -> HPy [RunsPython];
                fn ctx_Contains(container: HPy, key: HPy) -> c_int [RunsPython];
                fn ctx_SetItem(obj: HPy, key: HPy, value: HPy) -> c_int [RunsPython];
                fn ctx_SetItem_i(obj: HPy, idx: HPy_ssize_t, value: HPy) -> c_int [RunsPython];
                fn ctx_SetItem_s(obj: HPy, utf8_key: *const c_char, value: HPy) -> c_int [RunsPython];
                fn ctx_Type(obj: HPy) -> HPy [Leaf];
                fn ctx_TypeCheck(obj: HPy, r#type: HPy) -> c_int [Leaf];
                fn ctx_Is(obj: HPy, other: HPy) -> c_int [Leaf, Nullable(obj, other)];
                fn ctx_AsStruct_Object(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_Legacy(h: HPy) -> *mut c_void [Leaf];
                fn ctx_New(h_type: HPy, data: *mut *mut c_void) -> HPy [RunsPython];
                fn ctx_Repr(obj: HPy) -> HPy [RunsPython];
                fn ctx_Str(obj: HPy) -> HPy [RunsPython];
                fn ctx_ASCII(obj: HPy) -> HPy [RunsPython];
                fn ctx_Bytes(obj: HPy) -> HPy [RunsPython];
                fn ctx_RichCompare(v: HPy, w: HPy, op: c_int) -> HPy [RunsPython];
                fn ctx_RichCompareBool(v: HPy, w: HPy, op: c_int) -> c_int [RunsPython];
                fn ctx_Hash(obj: HPy) -> HPy_hash_t [RunsPython];
                fn ctx_Bytes_Check(h: HPy) -> c_int [Leaf];
                fn ctx_Bytes_Size(h: HPy) -> HPy_ssize_t [Leaf];
                fn ctx_Bytes_GET_SIZE(h: HPy) -> HPy_ssize_t [Leaf];
                fn ctx_Bytes_AsString(h: HPy) -> *const c_char [Leaf];
                fn ctx_Bytes_AS_STRING(h: HPy) -> *const c_char [Leaf];
                fn ctx_Bytes_FromString(bytes: *const c_char) -> HPy [Reenters];
                fn ctx_Bytes_FromStringAndSize(bytes: *const c_char, len: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_Unicode_FromString(utf8: *const c_char) -> HPy [Reenters];
                fn ctx_Unicode_Check(h: HPy) -> c_int [Leaf];
                fn ctx_Unicode_AsASCIIString(h: HPy) -> HPy [Reenters];
                fn ctx_Unicode_AsLatin1String(h: HPy) -> HPy [Reenters];
                fn ctx_Unicode_AsUTF8String(h: HPy) -> HPy [Reenters];
                fn ctx_Unicode_AsUTF8AndSize(h: HPy, size: *mut HPy_ssize_t) -> *const c_char [Leaf];
                fn ctx_Unicode_FromWideChar(w: *const wchar_t, size: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_Unicode_DecodeFSDefault(v: *const c_char) -> HPy [Reenters];
                fn ctx_Unicode_DecodeFSDefaultAndSize(v: *const c_char, size: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_Unicode_EncodeFSDefault(h: HPy) -> HPy [Reenters];
                fn ctx_Unicode_ReadChar(h: HPy, index: HPy_ssize_t) -> HPy_UCS4 [Reenters];
                fn ctx_Unicode_DecodeASCII(ascii: *const c_char, size: HPy_ssize_t, errors: *const c_char) -> HPy [Reenters];
                fn ctx_Unicode_DecodeLatin1(latin1: *const c_char, size: HPy_ssize_t, errors: *const c_char) -> HPy [Reenters];
                fn ctx_List_Check(h: HPy) -> c_int [Leaf];
                fn ctx_List_New(len: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_List_Append(h_list: HPy, h_item: HPy) -> c_int [Reenters];
                fn ctx_Dict_Check(h: HPy) -> c_int [Leaf];
                fn ctx_Dict_New() -> HPy [Reenters];
                fn ctx_Tuple_Check(h: HPy) -> c_int [Leaf];
                fn ctx_Tuple_FromArray(items: *mut HPy, n: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_Import_ImportModule(utf8_name: *const c_char) -> HPy [RunsPython];
                fn ctx_FromPyObject(obj: *mut cpy_PyObject) -> HPy [Reenters];
                fn ctx_AsPyObject(h: HPy) -> *mut cpy_PyObject [Reenters];
                fn ctx_CallRealFunctionFromTrampoline(sig: HPyFunc_Signature, func: HPyCFunction, args: *mut c_void) [Reenters];
                fn ctx_ListBuilder_New(size: HPy_ssize_t) -> HPyListBuilder [Reenters];
                fn ctx_ListBuilder_Set(builder: HPyListBuilder, index: HPy_ssize_t, h_item: HPy) [Reenters];
                fn ctx_ListBuilder_Build(builder: HPyListBuilder) -> HPy [Reenters, Consumed(builder)];
                fn ctx_ListBuilder_Cancel(builder: HPyListBuilder) [Reenters, Consumed(builder)];
                fn ctx_TupleBuilder_New(size: HPy_ssize_t) -> HPyTupleBuilder [Reenters];
                fn ctx_TupleBuilder_Set(builder: HPyTupleBuilder, index: HPy_ssize_t, h_item: HPy) [Reenters];
                fn ctx_TupleBuilder_Build(builder: HPyTupleBuilder) -> HPy [Reenters, Consumed(builder)];
                fn ctx_TupleBuilder_Cancel(builder: HPyTupleBuilder) [Reenters, Consumed(builder)];
                fn ctx_Tracker_New(size: HPy_ssize_t) -> HPyTracker [Reenters];
                fn ctx_Tracker_Add(ht: HPyTracker, h: HPy) -> c_int [Reenters, Unchecked(h)];
                fn ctx_Tracker_ForgetAll(ht: HPyTracker) [Reenters];
                fn ctx_Tracker_Close(ht: HPyTracker) [Reenters, Consumed(ht)];
                fn ctx_Field_Store(target_object: HPy, target_field: *mut HPyField, h: HPy) [Reenters, Nullable(h), Unchecked(target_object)];
                fn ctx_Field_Load(source_object: HPy, source_field: HPyField) -> HPy [Leaf, Unchecked(source_object)];
                fn ctx_ReenterPythonExecution(state: HPyThreadState) [Reenters, Consumed(state)];
                fn ctx_LeavePythonExecution() -> HPyThreadState [Leaf];
                fn ctx_Global_Store(global: *mut HPyGlobal, h: HPy) [Reenters, Nullable(h)];
                fn ctx_Global_Load(global: HPyGlobal) -> HPy [Leaf];
                fn ctx_Dump(h: HPy) [Reenters];
                fn ctx_AsStruct_Type(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_Long(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_Float(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_Unicode(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_Tuple(h: HPy) -> *mut c_void [Leaf];
                fn ctx_AsStruct_List(h: HPy) -> *mut c_void [Leaf];
                fn ctx_Type_GetBuiltinShape(h_type: HPy) -> HPyType_BuiltinShape [Reenters];
                fn ctx_DelItem(obj: HPy, key: HPy) -> c_int [RunsPython];
                fn ctx_DelItem_i(obj: HPy, idx: HPy_ssize_t) -> c_int [RunsPython];
                fn ctx_DelItem_s(obj: HPy, utf8_key: *const c_char) -> c_int [RunsPython];
            }
            "0.9.0" constants {
                h_ComplexType = "complex",
                h_BytesType = "bytes",
                h_MemoryViewType = "memoryview",
                h_CapsuleType = "PyCapsule",
                h_SliceType = "slice",
                h_Builtins = "__builtins__",
            }
            functions {
                fn ctx_Capsule_New(pointer: *mut c_void, utf8_name: *const c_char, destructor: *mut HPyCapsule_Destructor) -> HPy [Reenters];
                fn ctx_Capsule_Get(capsule: HPy, key: _HPyCapsule_key, utf8_name: *const c_char) -> *mut c_void [Reenters];
                fn ctx_Capsule_IsValid(capsule: HPy, utf8_name: *const c_char) -> c_int [Reenters, Nullable(capsule)];
                fn ctx_Capsule_Set(capsule: HPy, key: _HPyCapsule_key, value: *mut c_void) -> c_int [Reenters];
                fn ctx_Compile_s(utf8_source: *const c_char, utf8_filename: *const c_char, kind: HPy_SourceKind) -> HPy [RunsPython];
                fn ctx_EvalCode(code: HPy, globals: HPy, locals: HPy) -> HPy [RunsPython];
                fn ctx_ContextVar_New(name: *const c_char, default_value: HPy) -> HPy [Reenters, Nullable(default_value)];
                fn ctx_ContextVar_Get(context_var: HPy, default_value: HPy, result: *mut HPy) -> int32_t [Reenters, Nullable(default_value)];
                fn ctx_ContextVar_Set(context_var: HPy, value: HPy) -> HPy [Reenters];
                fn ctx_Type_GetName(r#type: HPy) -> *const c_char [Reenters];
                fn ctx_Type_IsSubtype(sub: HPy, r#type: HPy) -> c_int [Leaf];
                fn ctx_Unicode_FromEncodedObject(obj: HPy, encoding: *const c_char, errors: *const c_char) -> HPy [Reenters];
                fn ctx_Unicode_Substring(str: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy [Reenters];
                fn ctx_Dict_Keys(h: HPy) -> HPy [Reenters];
                fn ctx_Dict_Copy(h: HPy) -> HPy [Reenters];
                fn ctx_Slice_Unpack(slice: HPy, start: *mut HPy_ssize_t, stop: *mut HPy_ssize_t, step: *mut HPy_ssize_t) -> c_int [Reenters];
                fn ctx_SetCallFunction(h: HPy, func: *mut HPyCallFunction) -> c_int [Reenters];
                fn ctx_Call(callable: HPy, args: *const HPy, nargs: size_t, kwnames: HPy) -> HPy [RunsPython, Nullable(kwnames)];
                fn ctx_CallMethod(name: HPy, args: *const HPy, nargs: size_t, kwnames: HPy) -> HPy [RunsPython, Nullable(kwnames)];
            }
            "head" constants {
                h_DictType = "dict",
            }
            functions {
                fn ctx_AsStruct_Dict(h: HPy) -> *mut c_void [Leaf];
                fn ctx_List_Insert(h_list: HPy, index: HPy_ssize_t, h_item: HPy) -> c_int [Reenters];
                fn ctx_GetSlice(obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy [RunsPython];
                fn ctx_SetSlice(obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t, value: HPy) -> c_int [RunsPython];
                fn ctx_DelSlice(obj: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> c_int [RunsPython];
                fn ctx_GetIter(obj: HPy) -> HPy [RunsPython];
                fn ctx_Iter_Next(obj: HPy) -> HPy [RunsPython, NullResult];
                fn ctx_Iter_Check(obj: HPy) -> c_int [Reenters];
                fn ctx_Slice_New(start: HPy, stop: HPy, step: HPy) -> HPy [Reenters, Nullable(start, stop, step)];
            }
        }
    };
}

macro_rules! declare_context {
    ($(
        $since:literal constants { $($constant:ident = $python:literal,)* }
        functions { $(
            fn $function:ident($($arg:ident: $type:ty),*) $(-> $ret:ty)?
            [$effect:ident $(, $fact:ident $(($($of:ident),*))?)*];
        )* }
    )*) => {
        /// The C struct that an extension calls through. It starts with three
        /// members that are not rows: a name for debuggers, the implementation's
        /// own pointer, and the ABI version.
        #[repr(C)]
        pub struct HPyContext {
            /// A NUL-terminated name of the implementation.
            pub name: *const c_char,
            /// The implementation's own data. C never looks at it.
            pub _private: *mut c_void,
            /// The ABI version, [`ABI_VERSION`].
            pub abi_version: c_int,
            $(
                $(#[doc = concat!("The handle of Python's `", $python, "`.")]
                pub $constant: HPy,)*
                $(#[doc = concat!("The context function `", stringify!($function), "`.")]
                pub $function: unsafe extern "C" fn(*mut HPyContext $(, $type)*) $(-> $ret)?,)*
            )*
        }

        /// Every row of the context in the ABI's order.
        pub const ROWS: &[Row] = &[$(
            $(Row {
                name: stringify!($constant),
                since: $since,
                offset: std::mem::offset_of!(HPyContext, $constant),
                kind: RowKind::Handle { python_name: $python },
                effect: Effect::Leaf,
                facts: &[],
            },)*
            $(Row {
                name: stringify!($function),
                since: $since,
                offset: std::mem::offset_of!(HPyContext, $function),
                kind: RowKind::Function {
                    params: &[$(stringify!($type)),*],
                    ret: concat!($(stringify!($ret))?),
                },
                effect: Effect::$effect,
                facts: &[$(Fact::$fact $((&[$(stringify!($of)),*]))?),*],
            },)*
        )*];

        /// The [`Effect`] of each function, under the function's name.
        #[allow(non_upper_case_globals)]
        pub(crate) mod effects {
            use super::Effect;

            $($(pub(crate) const $function: Effect = Effect::$effect;)*)*
        }

        /// Facts name arguments of their row.
        #[allow(dead_code, unused_variables)]
        const _: () = {
            $($({
                fn arguments($($arg: $type),*) {
                    $($($(let named = $of;)*)?)*
                }
            })*)*
        };
    };
}
context_table!(declare_context);

/// The release whose headers the table is checked against.
pub const RELEASE: &str = "0.9.0";
