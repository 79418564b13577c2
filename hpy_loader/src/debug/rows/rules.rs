//! What holds for some functions and not for others.

/// Functions that may run Python code. With an error pending they could lose it,
/// or take it for their own; CPython's debug builds assert that there is none.
pub const NEED_NO_ERROR: &[&str] = &[
    "ctx_Add",
    "ctx_Subtract",
    "ctx_Multiply",
    "ctx_MatrixMultiply",
    "ctx_FloorDivide",
    "ctx_TrueDivide",
    "ctx_Remainder",
    "ctx_Divmod",
    "ctx_Power",
    "ctx_Negative",
    "ctx_Positive",
    "ctx_Absolute",
    "ctx_Invert",
    "ctx_Lshift",
    "ctx_Rshift",
    "ctx_And",
    "ctx_Xor",
    "ctx_Or",
    "ctx_InPlaceAdd",
    "ctx_InPlaceSubtract",
    "ctx_InPlaceMultiply",
    "ctx_InPlaceMatrixMultiply",
    "ctx_InPlaceFloorDivide",
    "ctx_InPlaceTrueDivide",
    "ctx_InPlaceRemainder",
    "ctx_InPlacePower",
    "ctx_InPlaceLshift",
    "ctx_InPlaceRshift",
    "ctx_InPlaceAnd",
    "ctx_InPlaceXor",
    "ctx_InPlaceOr",
    "ctx_CallTupleDict",
    "ctx_Call",
    "ctx_CallMethod",
    "ctx_IsTrue",
    "ctx_GetAttr",
    "ctx_GetAttr_s",
    "ctx_SetAttr",
    "ctx_SetAttr_s",
    "ctx_GetItem",
    "ctx_GetItem_i",
    "ctx_GetItem_s",
    "ctx_SetItem",
    "ctx_SetItem_i",
    "ctx_SetItem_s",
    "ctx_DelItem",
    "ctx_DelItem_i",
    "ctx_DelItem_s",
    "ctx_Contains",
    "ctx_Repr",
    "ctx_Str",
    "ctx_ASCII",
    "ctx_Bytes",
    "ctx_RichCompare",
    "ctx_RichCompareBool",
    "ctx_Hash",
    "ctx_Import_ImportModule",
    "ctx_EvalCode",
    "ctx_Compile_s",
    "ctx_Type_FromSpec",
    "ctx_New",
    "ctx_GetSlice",
    "ctx_SetSlice",
    "ctx_DelSlice",
    "ctx_GetIter",
    "ctx_Iter_Next",
];

/// Functions that run no code but the VM's own, in which nothing dies. C can't
/// be called meanwhile, so their context stays the one in use.
pub const QUIET: &[&str] = &[
    "ctx_Dup",
    "ctx_Is",
    "ctx_Type",
    "ctx_TypeCheck",
    "ctx_Type_IsSubtype",
    "ctx_Callable_Check",
    "ctx_Number_Check",
    "ctx_Bytes_Check",
    "ctx_Dict_Check",
    "ctx_List_Check",
    "ctx_Tuple_Check",
    "ctx_Unicode_Check",
    "ctx_Err_Occurred",
    "ctx_Bool_FromBool",
    "ctx_Float_FromDouble",
    "ctx_Long_FromInt32_t",
    "ctx_Long_FromInt64_t",
    "ctx_Long_FromSize_t",
    "ctx_Long_FromSsize_t",
    "ctx_Long_FromUInt32_t",
    "ctx_Long_FromUInt64_t",
    "ctx_AsStruct_Object",
    "ctx_AsStruct_Legacy",
    "ctx_AsStruct_Type",
    "ctx_AsStruct_Long",
    "ctx_AsStruct_Float",
    "ctx_AsStruct_Unicode",
    "ctx_AsStruct_Tuple",
    "ctx_AsStruct_List",
    "ctx_AsStruct_Dict",
    "ctx_Bytes_AS_STRING",
    "ctx_Bytes_AsString",
    "ctx_Bytes_GET_SIZE",
    "ctx_Bytes_Size",
    "ctx_Unicode_AsUTF8AndSize",
    "ctx_Field_Load",
    "ctx_Global_Load",
    // The one that makes its context unusable itself.
    "ctx_LeavePythonExecution",
];

/// Whether a name is in a list.
pub const fn is_among(name: &str, list: &[&str]) -> bool {
    let mut place = 0;
    while place < list.len() {
        if is_same(name.as_bytes(), list[place].as_bytes()) {
            return true;
        }
        place += 1;
    }
    false
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut place = 0;
    while place < a.len() {
        if a[place] != b[place] {
            return false;
        }
        place += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::context::{ROWS, RowKind};

    #[test]
    fn the_names_are_those_of_rows() {
        for name in NEED_NO_ERROR.iter().chain(QUIET) {
            let is_it = |row: &&crate::abi::context::Row| row.name == *name;
            let row = ROWS.iter().find(is_it).expect(name);
            assert!(matches!(row.kind, RowKind::Function { .. }), "{name}");
        }
    }

    /// What may run Python code is not quiet.
    #[test]
    fn the_lists_are_apart() {
        for name in QUIET {
            assert!(!is_among(name, NEED_NO_ERROR), "{name}");
        }
    }
}
