//! Native structs of objects.

use super::super::violations::Kind;
use super::*;

/// The shape that the object's type was defined with; a Python subclass of an
/// extension's type says that it is legacy.
fn shape_of(inspection: &Inspection, object: HPy) -> HPyType_BuiltinShape {
    let inner = inspection.inner();
    // SAFETY: handles of the wrapped context.
    unsafe {
        let class = ((*inner).ctx_Type)(inner, object);
        let shape = ((*inner).ctx_Type_GetBuiltinShape)(inner, class);
        ((*inner).ctx_Close)(inner, class);
        shape
    }
}

/// A shape as an [`Entry`](super::super::records::Entry) notes it.
const fn note_of(shape: HPyType_BuiltinShape) -> u8 {
    (shape.0 + 2) as u8
}

/// Whether an object with a struct may be used as one of a shape.
///
/// Types that were made in this mode are known. All others have to be asked, which
/// takes longer than all else.
fn is_of_shape(inspection: &Inspection, object: HPy, wanted: HPyType_BuiltinShape) -> bool {
    let structs = &inspection.debug().structs;
    if structs.is_known(inspection, object, wanted) {
        return true;
    }
    let shape = shape_of(inspection, object);
    shape == wanted || shape == HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy
}

/// Reports an object whose type is of another shape than the function is for.
fn report(inspection: &Inspection, object: HPy, wanted: &str) {
    let shape = shape_of(inspection, object);
    let shape = shape.name().unwrap_or("<unknown shape>");
    let message = format!(
        "Invalid usage of _HPy_AsStruct_{wanted}. Expected shape HPyType_BuiltinShape_{wanted} \
         but got {shape}"
    );
    inspection.violation(Kind::WrongShape, &message);
}

macro_rules! as_struct {
    ($($function:ident: $shape:literal $(, $value:ident)?;)*) => {
        /// The struct of an object, if it has one of the shape; `object` is a
        /// wrapped handle. No error is left.
        pub(super) fn native_struct(
            inspection: &Inspection,
            object: HPy,
            shape: HPyType_BuiltinShape,
        ) -> Option<*mut c_void> {
            let inner = inspection.inner();
            // SAFETY: a handle of the wrapped context.
            let native = unsafe {
                match shape {
                    $($(HPyType_BuiltinShape::$value => ((*inner).$function)(inner, object),)?)*
                    _ => std::ptr::null_mut(),
                }
            };
            (!native.is_null()).then(|| {
                // Fields are looked for in it by address.
                native.expose_provenance();
                native
            })
        }

        shortcuts! {
            $(fn $function(turn, _entered, h: HPy) -> *mut c_void {
                let object = turn.unwrap(h)?;
                let entry = turn.debug.records.look(h)?;
                let right = None::<u8>$(.or(Some(note_of(HPyType_BuiltinShape::$value))))?;
                if Some(entry.shape.get()) != right {
                    return None;
                }
                let inner = turn.inner;
                // SAFETY: a handle of the wrapped context.
                Some(unsafe { ((*inner).$function)(inner, object) })
            })*
        }

        rows! {
            via shortcut;
            $(fn $function(inspection, h: HPy) -> *mut c_void {
                let inner = inspection.inner();
                let object = inspection.unwrap(h);
                // SAFETY: a handle of the wrapped context.
                let native = unsafe { ((*inner).$function)(inner, object) };
                let Some(entry) = inspection.open_entry(h) else {
                    return native;
                };
                $(
                    const SHAPE: HPyType_BuiltinShape = HPyType_BuiltinShape::$value;
                    if !native.is_null() && is_of_shape(inspection, object, SHAPE) {
                        entry.shape.set(note_of(SHAPE));
                        return native;
                    }
                )?
                let _ = entry;
                inspection.apart(move |inspection| report(inspection, object, $shape));
                native
            })*
        }
    };
}

as_struct! {
    ctx_AsStruct_Object: "Object", HPyType_BuiltinShape_Object;
    ctx_AsStruct_Legacy: "Legacy", HPyType_BuiltinShape_Legacy;
    ctx_AsStruct_Type: "Type", HPyType_BuiltinShape_Type;
    ctx_AsStruct_Long: "Long", HPyType_BuiltinShape_Long;
    ctx_AsStruct_Float: "Float", HPyType_BuiltinShape_Float;
    ctx_AsStruct_Unicode: "Unicode", HPyType_BuiltinShape_Unicode;
    ctx_AsStruct_Tuple: "Tuple", HPyType_BuiltinShape_Tuple;
    ctx_AsStruct_List: "List", HPyType_BuiltinShape_List;
    ctx_AsStruct_Dict: "Dict";
}
