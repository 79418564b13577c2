//! Functions whose arguments must be of a type.

use super::*;

/// Reports what is no type; `class` is a wrapped handle.
pub(super) fn expect_type(inspection: &Inspection, class: HPy, message: &str) {
    let inner = inspection.inner();
    if !class.is_null() && inner.ctx_TypeCheck(class, inner.h_TypeType) != 1 {
        inspection.violation(ViolationKind::WrongType, message);
    }
}

wrappers! {
    fn ctx_TypeCheck(obj: HPy, r#type: HPy) -> c_int {
        fast(context, _call_site) {
            let (object, class) = (context.unwrap(obj)?, context.unwrap(r#type)?);
            let result = context.inner.ctx_TypeCheck(object, class);
            // What has an instance is a type.
            (result == 1).then_some(result)
        }
        general(inspection) {
            let (object, class) = (inspection.unwrap(obj), inspection.unwrap(r#type));
            let result = inspection.inner().ctx_TypeCheck(object, class);
            if result != 1 {
                expect_type(inspection, class, "HPy_TypeCheck arg 2 must be a type");
            }
            result
        }
    }

    fn ctx_Type_IsSubtype(sub: HPy, r#type: HPy) -> c_int {
        general(inspection) {
            let (sub, class) = (inspection.unwrap(sub), inspection.unwrap(r#type));
            expect_type(inspection, sub, "HPyType_IsSubtype arg 1 must be a type");
            expect_type(inspection, class, "HPyType_IsSubtype arg 2 must be a type");
            inspection.inner().ctx_Type_IsSubtype(sub, class)
        }
    }

    fn ctx_Unicode_Substring(str: HPy, start: HPy_ssize_t, end: HPy_ssize_t) -> HPy {
        general(inspection) {
            let inner = inspection.inner();
            let text = inspection.unwrap(str);
            if !text.is_null() && inner.ctx_TypeCheck(text, inner.h_UnicodeType) != 1 {
                let message = "HPyUnicode_Substring arg 1 must be a Unicode object";
                inspection.violation(ViolationKind::WrongType, message);
            }
            inspection.wrap(inner.ctx_Unicode_Substring(text, start, end))
        }
    }
}
