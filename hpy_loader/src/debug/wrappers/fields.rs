//! References in memory of C: fields of native structs, global variables.

use super::super::records::Entry;
use super::super::violations::Kind;
use super::structs::native_struct;
use super::*;
use std::cell::{Cell, RefCell};

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
    /// Where the structs behind some open handles lie, found by the handles'
    /// numbers. It takes longer than a call to find out.
    recent: [Cell<(u64, Place)>; 32],
}

/// The address of a struct and its size.
#[derive(Debug, Default, Clone, Copy)]
struct Place {
    start: usize,
    size: usize,
}

impl Place {
    /// Whether a field may lie at an address.
    #[inline(always)]
    fn contains(self, field: *const HPyField) -> bool {
        field.addr().wrapping_sub(self.start) < self.size
    }

    /// Whether some word of the struct has the value of a field.
    ///
    /// # Safety
    ///
    /// The struct is alive.
    #[inline(always)]
    unsafe fn has(self, field: HPyField) -> bool {
        let words = (self.start..self.start + self.size).step_by(align_of::<HPyField>());
        let word = |address| std::ptr::with_exposed_provenance::<HPyField>(address);
        // SAFETY: the caller says so.
        { words }.any(|address| unsafe { *word(address) == field })
    }
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

    /// Where the struct of the object behind an open handle lies, if that was found
    /// lately.
    #[inline(always)]
    fn recent(&self, entry: &Entry) -> Option<Place> {
        let number = entry.number();
        let (of, place) = self.recent[number as usize % self.recent.len()].get();
        (of == number).then_some(place)
    }

    fn remember(&self, entry: &Entry, place: Place) {
        let number = entry.number();
        self.recent[number as usize % self.recent.len()].set((number, place));
    }

    /// Where the struct of an object lies, the largest if its type and a base
    /// have one each.
    fn find(&self, inspection: &Inspection, object: HPy) -> Option<Place> {
        let inner = inspection.inner();
        let known = self.known.borrow();
        // SAFETY: handles of the wrapped context. It runs no Python code.
        let is_instance = |class| unsafe { ((*inner).ctx_TypeCheck)(inner, object, class) == 1 };
        let of_object = known.iter().filter(|known| is_instance(known.class));
        let largest = of_object.max_by_key(|known| known.size)?;
        let native = native_struct(inspection, object, largest.shape)?;
        Some(Place {
            start: native.addr(),
            size: largest.size,
        })
    }
}

/// Checks that a field lies in the struct of an object: `is_in` is asked with
/// where that is.
fn check(inspection: &Inspection, object: HPy, handle: HPy, is_in: impl FnOnce(Place) -> bool) {
    let Some(entry) = inspection.open_entry(handle) else {
        // That has been reported.
        return;
    };
    let structs = &inspection.debug().structs;
    let detail = match structs.find(inspection, object) {
        None => "the object has no struct of this extension",
        Some(place) if !is_in(place) => "the field is not in the object's struct",
        Some(place) => return structs.remember(entry, place),
    };
    inspection.violation(Kind::FieldMisused, detail);
}

mod stored {
    use super::*;

    shortcuts! {
        fn ctx_Field_Store(
            turn,
            entered,
            target_object: HPy,
            target_field: *mut HPyField,
            h: HPy,
        ) {
            let (target, value) = (turn.unwrap(target_object)?, turn.unwrap(h)?);
            let entry = turn.debug.records.look(target_object)?;
            if !turn.debug.structs.recent(entry)?.contains(target_field) {
                return None;
            }
            let inner = turn.inner;
            // SAFETY: the extension's field, passed on.
            let store = || unsafe { ((*inner).ctx_Field_Store)(inner, target, target_field, value) };
            noted(turn, entered, effects::ctx_Field_Store, store)
        }

        fn ctx_Field_Load(
            turn,
            entered,
            source_object: HPy,
            source_field: HPyField,
        ) -> HPy {
            let source = turn.unwrap(source_object)?;
            let entry = turn.debug.records.look(source_object)?;
            let place = turn.debug.structs.recent(entry)?;
            // SAFETY: the object has an open handle.
            if source_field.is_null() || !unsafe { place.has(source_field) } {
                return None;
            }
            let inner = turn.inner;
            // SAFETY: the extension's field, passed on.
            let load = || unsafe { ((*inner).ctx_Field_Load)(inner, source, source_field) };
            noted(turn, entered, effects::ctx_Field_Load, load)
        }
    }

    rows! {
        via shortcut;
        fn ctx_Field_Store(inspection, target_object: HPy, target_field: *mut HPyField, h: HPy) {
            let inner = inspection.inner();
            let target = inspection.unwrap(target_object);
            let value = inspection.unwrap(h);
            check(inspection, target, target_object, |place| place.contains(target_field));
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
                // SAFETY: the object has an open handle, or nothing is asked.
                let has_it = |place: Place| unsafe { place.has(source_field) };
                check(inspection, source, source_object, has_it);
            }
            // SAFETY: the extension's field, passed on.
            inspection.wrap(unsafe { ((*inner).ctx_Field_Load)(inner, source, source_field) })
        }
    }
}

/// Puts all of it into a context.
pub(super) fn fill_all(context: &mut HPyContext) {
    fill(context);
    stored::fill(context);
}

rows! {
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
