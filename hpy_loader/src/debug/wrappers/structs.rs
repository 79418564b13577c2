//! Native structs of objects.

use super::*;

/// The shape that the object's type was defined with; a Python subclass of an
/// extension's type says that it is legacy.
fn shape_of(inspection: &Inspection, object: HPy) -> HPyType_BuiltinShape {
    let inner = inspection.inner();
    let class = inner.ctx_Type(object);
    let shape = inner.ctx_Type_GetBuiltinShape(class);
    inner.ctx_Close(class);
    shape
}

/// A shape as a [`HandleRecord`](super::super::records::HandleRecord) notes it.
const fn note_of(shape: HPyType_BuiltinShape) -> u8 {
    (shape.0 + 2) as u8
}

/// Whether an object with a struct may be used as one of a shape.
///
/// Types that were made in this mode are known. All others have to be asked, which
/// takes longer than all else.
fn is_of_shape(inspection: &Inspection, object: HPy, wanted: HPyType_BuiltinShape) -> bool {
    let types = &inspection.debug().native_types;
    if types.is_known(inspection.inner(), object, wanted) {
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
    inspection.violation(ViolationKind::WrongShape, &message);
}

macro_rules! as_struct {
    ($($function:ident: $name:literal, $shape:expr;)*) => {
        wrappers! {
            $(fn $function(h: HPy) -> *mut c_void {
                fast(context, _call_site) {
                    const SHAPE: Option<HPyType_BuiltinShape> = $shape;
                    let object = context.unwrap(h)?;
                    let record = context.debug.records.look(h)?;
                    let is_right = record.shape.get() == note_of(SHAPE?);
                    is_right.then(|| context.inner.$function(object))
                }
                general(inspection) {
                    const SHAPE: Option<HPyType_BuiltinShape> = $shape;
                    let object = inspection.unwrap(h);
                    let native = inspection.inner().$function(object);
                    let Some(record) = inspection.debug().records.look_open(h) else {
                        return native;
                    };
                    if let Some(shape) = SHAPE
                        && !native.is_null()
                        && is_of_shape(inspection, object, shape)
                    {
                        record.shape.set(note_of(shape));
                        return native;
                    }
                    inspection.apart(move |inspection| report(inspection, object, $name));
                    native
                }
            })*
        }
    };
}

as_struct! {
    ctx_AsStruct_Object: "Object", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Object);
    ctx_AsStruct_Legacy: "Legacy", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy);
    ctx_AsStruct_Type: "Type", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Type);
    ctx_AsStruct_Long: "Long", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Long);
    ctx_AsStruct_Float: "Float", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Float);
    ctx_AsStruct_Unicode: "Unicode", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Unicode);
    ctx_AsStruct_Tuple: "Tuple", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Tuple);
    ctx_AsStruct_List: "List", Some(HPyType_BuiltinShape::HPyType_BuiltinShape_List);
    // No type can be defined with this shape yet.
    ctx_AsStruct_Dict: "Dict", None;
}
