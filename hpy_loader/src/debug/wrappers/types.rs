//! Functions whose arguments must be of a type.

use super::super::violations::Kind;
use super::*;

fn is_instance(inspection: &Inspection, object: HPy, class: HPy) -> bool {
    let inner = inspection.inner();
    // SAFETY: handles of the wrapped context.
    unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) == 1 }
}

/// Reports what is no type; `class` is a wrapped handle.
pub(super) fn expect_type(inspection: &Inspection, class: HPy, message: &str) {
    // SAFETY: the context is whole.
    let types = unsafe { (*inspection.inner()).h_TypeType };
    if !class.is_null() && !is_instance(inspection, class, types) {
        inspection.violation(Kind::WrongType, message);
    }
}

mod check {
    use super::*;

    shortcuts! {
        fn ctx_TypeCheck(turn, _entered, obj: HPy, r#type: HPy) -> c_int {
            let (object, class) = (turn.unwrap(obj)?, turn.unwrap(r#type)?);
            let inner = turn.inner;
            // SAFETY: handles of the wrapped context.
            let result = unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) };
            // What has an instance is a type.
            (result == 1).then_some(result)
        }
    }

    rows! {
        via shortcut;
        fn ctx_TypeCheck(inspection, obj: HPy, r#type: HPy) -> c_int {
            let inner = inspection.inner();
            let (object, class) = (inspection.unwrap(obj), inspection.unwrap(r#type));
            // SAFETY: handles of the wrapped context.
            let result = unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) };
            if result != 1 {
                expect_type(inspection, class, "HPy_TypeCheck arg 2 must be a type");
            }
            result
        }
    }
}

/// Puts all of it into a context.
pub(super) fn fill_all(context: &mut HPyContext) {
    fill(context);
    check::fill(context);
}

rows! {
    fn ctx_Type_IsSubtype(inspection, sub: HPy, r#type: HPy) -> c_int {
        let inner = inspection.inner();
        let (sub, class) = (inspection.unwrap(sub), inspection.unwrap(r#type));
        expect_type(inspection, sub, "HPyType_IsSubtype arg 1 must be a type");
        expect_type(inspection, class, "HPyType_IsSubtype arg 2 must be a type");
        // SAFETY: handles of the wrapped context.
        unsafe { ((*inner).ctx_Type_IsSubtype)(inner, sub, class) }
    }

    fn ctx_Unicode_Substring(
        inspection,
        str: HPy,
        start: HPy_ssize_t,
        end: HPy_ssize_t,
    ) -> HPy {
        let inner = inspection.inner();
        let text = inspection.unwrap(str);
        // SAFETY: the context is whole.
        let class = unsafe { (*inner).h_UnicodeType };
        if !text.is_null() && !is_instance(inspection, text, class) {
            let message = "HPyUnicode_Substring arg 1 must be a Unicode object";
            inspection.violation(Kind::WrongType, message);
        }
        // SAFETY: handles of the wrapped context.
        inspection.wrap(unsafe { ((*inner).ctx_Unicode_Substring)(inner, text, start, end) })
    }
}
