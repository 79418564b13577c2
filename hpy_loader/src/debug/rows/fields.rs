//! References in memory of C: fields of native structs, global variables.

use super::super::violation::Kind;
use super::structs::native_struct;
use super::*;
use std::cell::RefCell;
use std::ops::Range;

/// A type with a native struct.
#[derive(Debug, Clone, Copy)]
struct Struct {
    /// The wrapped context's handle of the type, never closed: types of
    /// extensions live as long as the process.
    class: HPy,
    shape: HPyType_BuiltinShape,
    size: usize,
}

/// The types that modules in this mode have made.
#[derive(Debug, Default)]
pub struct Structs {
    known: RefCell<Vec<Struct>>,
}

impl Structs {
    /// Remembers a type; `class` is a wrapped handle.
    pub(super) fn insert(&self, inspection: &Inspection, class: HPy, spec: &HPyType_Spec) {
        let size = usize::try_from(spec.basicsize).unwrap_or(0);
        if class.is_null() || size == 0 {
            return;
        }
        let inner = inspection.inner();
        // SAFETY: a handle of the wrapped context.
        let class = unsafe { ((*inner).ctx_Dup)(inner, class) };
        let shape = spec.builtin_shape;
        self.known.borrow_mut().push(Struct { class, shape, size });
    }

    /// Whether an object is an instance of a known type of a shape.
    pub(super) fn is_known(
        &self,
        inspection: &Inspection,
        object: HPy,
        shape: HPyType_BuiltinShape,
    ) -> bool {
        let inner = inspection.inner();
        let known = self.known.borrow();
        // SAFETY: handles of the wrapped context. It runs no Python code.
        let is_instance = |class| unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) == 1 };
        let mut of_shape = known.iter().filter(|known| known.shape == shape);
        of_shape.any(|known| is_instance(known.class))
    }

    /// Where the struct of an object lies, the largest if its type and a base
    /// have one each.
    fn find(&self, inspection: &Inspection, object: HPy) -> Option<Range<usize>> {
        let inner = inspection.inner();
        let known = self.known.borrow();
        // SAFETY: handles of the wrapped context. It runs no Python code.
        let is_instance = |class| unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) == 1 };
        let of_object = known.iter().filter(|known| is_instance(known.class));
        let largest = of_object.max_by_key(|known| known.size)?;
        let native = native_struct(inspection, object, largest.shape)?;
        Some(native.addr()..native.addr() + largest.size)
    }
}

/// Checks that a field lies in the struct of an object: `is_in` is asked with
/// where that is.
fn check(
    inspection: &Inspection,
    object: HPy,
    handle: HPy,
    is_in: impl FnOnce(&Range<usize>) -> bool,
) {
    if inspection.open_entry(handle).is_none() {
        // That has been reported.
        return;
    }
    let detail = match inspection.debug().structs.find(inspection, object) {
        None => "the object has no struct of this extension",
        Some(range) if !is_in(&range) => "the field is not in the object's struct",
        Some(_) => return,
    };
    inspection.violation(Kind::FieldMisused, detail);
}

rows! {
    fn ctx_Field_Store(inspection, target_object: HPy, target_field: *mut HPyField, h: HPy) {
        let inner = inspection.inner();
        let target = inspection.unwrap(target_object);
        let value = inspection.unwrap(h);
        let is_in = |range: &Range<usize>| range.contains(&target_field.addr());
        check(inspection, target, target_object, is_in);
        // SAFETY: the extension's field, passed on.
        unsafe { ((*inner).ctx_Field_Store)(inner, target, target_field, value) };
    }

    fn ctx_Field_Load(inspection, source_object: HPy, source_field: HPyField) -> HPy {
        let inner = inspection.inner();
        let source = inspection.unwrap(source_object);
        if source_field.is_null() {
            inspection.violation(Kind::FieldMisused, "the field is NULL");
        } else {
            // It comes by value, which some word of the struct must have.
            let is_in = |range: &Range<usize>| {
                let words = range.clone().step_by(align_of::<HPyField>());
                let field = |address| std::ptr::with_exposed_provenance::<HPyField>(address);
                // SAFETY: the words of a struct that is alive.
                { words }.any(|address| unsafe { *field(address) } == source_field)
            };
            check(inspection, source, source_object, is_in);
        }
        // SAFETY: the extension's field, passed on.
        inspection.wrap(unsafe { ((*inner).ctx_Field_Load)(inner, source, source_field) })
    }

    fn ctx_Global_Store(inspection, global: *mut HPyGlobal, h: HPy) {
        let inner = inspection.inner();
        let value = inspection.unwrap(h);
        if !inspection.declares(global) {
            let message = "the global is not among those of the module's definition";
            inspection.violation(Kind::GlobalMisused, message);
        }
        // SAFETY: the extension's global, passed on.
        unsafe { ((*inner).ctx_Global_Store)(inner, global, value) };
    }

    fn ctx_Global_Load(inspection, global: HPyGlobal) -> HPy {
        let inner = inspection.inner();
        if global.is_null() {
            inspection.violation(Kind::GlobalMisused, "the global is NULL");
        }
        // SAFETY: the extension's global, passed on.
        inspection.wrap(unsafe { ((*inner).ctx_Global_Load)(inner, global) })
    }
}
