//! The fields that extensions in debug mode have stored, and what became of them.
//!
//! The table of fields refuses a word that is none, in every mode. Here it is known where
//! each field is, whose it is, and which line of C stored to it last. So a copy is found out
//! when it is loaded, or visited by the `tp_traverse` of another object; a field that was
//! wiped, or that its object's `tp_traverse` forgets, when the object dies and the reference
//! is still there.
//!
//! Fields may lie in other memory of the object, and move with it. Such memory can't be
//! looked at, so what is said of it waits for the death of the object, and of those that may
//! have taken the memory over: for the end.

use super::native_types::StructRange;
use super::state::Debug;
use super::violations::{Violation, ViolationKind};
use crate::abi::{HPyField, HPyFunc_traverseproc};
use crate::sites::Site;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::ffi::c_void;

/// A field that has a reference, where it was when it was stored to.
#[derive(Debug, Clone, Copy)]
struct StoredField {
    word: HPyField,
    place: usize,
    owner: StructRange,
    /// The number of the module that stored.
    module: u32,
    site: Site,
    /// Whether a collector has given the reference up, since nobody has visited the field.
    is_given_up: bool,
}

#[derive(Debug, Default)]
struct Known {
    /// By their words, which differ.
    fields: FxHashMap<isize, StoredField>,
    /// The word of the field at an address.
    at: FxHashMap<usize, isize>,
    /// The words of the fields of a struct, by where the struct begins.
    of: FxHashMap<usize, FxHashSet<isize>>,
    /// Those whose object is dead, and which were not in its struct.
    orphans: Vec<StoredField>,
}

/// The fields that were stored.
pub(super) struct StoredFields {
    known: RefCell<Known>,
    visit: VisitFields,
}

/// Calls the `tp_traverse` of a living struct's type, and hands on what it visits.
pub(crate) type VisitFields =
    unsafe fn(HPyFunc_traverseproc, *mut c_void, &mut dyn FnMut(HPyField));

impl Known {
    fn forget(&mut self, word: isize) -> Option<StoredField> {
        let field = self.fields.remove(&word)?;
        if self.at.get(&field.place) == Some(&word) {
            self.at.remove(&field.place);
        }
        if let Some(words) = self.of.get_mut(&field.owner.start()) {
            words.remove(&word);
        }
        Some(field)
    }
}

impl StoredField {
    fn is_in_struct(&self) -> bool {
        let (start, size) = self.owner.bounds();
        self.place.wrapping_sub(start) < size
    }
}

impl StoredFields {
    pub fn new(visit: VisitFields) -> Self {
        Self {
            known: RefCell::default(),
            visit,
        }
    }

    /// Whether a field of the object with this struct was stored, and not copied from
    /// another object's, as far as is known.
    #[inline]
    pub fn is_of(&self, owner: StructRange, field: HPyField) -> bool {
        let known = self.known.borrow();
        let found = known.fields.get(&field.0);
        found.is_some_and(|found| found.owner.start() == owner.start())
    }
}

/// An object that has died, with its struct.
pub(super) struct Dead<'a> {
    /// The number of the module whose type it was.
    pub module: u32,
    pub type_name: &'a str,
    pub start: usize,
    pub size: usize,
}

/// Where a field lies, in words: `the field at offset 8 of ext.Two`.
fn described(type_name: &str, (start, size): (usize, usize), place: usize) -> String {
    match place.wrapping_sub(start) {
        offset if offset < size => format!("the field at offset {offset} of {type_name}"),
        _ => format!("a field in memory of {type_name}"),
    }
}

impl Debug {
    fn described(&self, field: &StoredField) -> String {
        let name = self.native_types.name(field.owner);
        described(&name, field.owner.bounds(), field.place)
    }

    fn report_field(&self, kind: ViolationKind, (module, stored): (u32, Site), detail: String) {
        let name = self
            .extension(module)
            .map_or("", |extension| &extension.name);
        let mut violation = Violation::new(kind, name, Site::UNKNOWN);
        violation.detail = detail;
        violation.stored = stored;
        self.violate(violation);
    }

    fn report_stored(&self, kind: ViolationKind, field: &StoredField) {
        self.report_field(kind, (field.module, field.site), self.described(field));
    }

    /// Where else the field was stored that the struct has a copy of, and by which line. None
    /// if it was not, or may have moved.
    pub(super) fn copied_from(&self, start: usize, field: HPyField) -> Option<(String, Site)> {
        let known = self.stored_fields.known.borrow();
        let original = known.fields.get(&field.0)?;
        let is_moved = original.owner.start() == start || !original.is_in_struct();
        (!is_moved).then(|| {
            let from = self.described(original);
            (format!("it has what was stored in {from}"), original.site)
        })
    }

    /// Whether a field lies in the struct of another object.
    pub(super) fn is_of_another(&self, owner: StructRange, place: usize) -> bool {
        let known = self.stored_fields.known.borrow();
        let word = known.at.get(&place);
        let field = word.and_then(|word| known.fields.get(word));
        field.is_some_and(|field| field.is_in_struct() && field.owner.start() != owner.start())
    }

    /// Notes a store, after it was done. `before` is what the field had.
    pub(super) fn note_store(
        &self,
        (owner, place): (StructRange, usize),
        (before, now): (HPyField, HPyField),
        (module, site): (u32, Site),
    ) {
        let is_field = |word| (self.vm.is_field)(HPyField(word));
        let mut known = self.stored_fields.known.borrow_mut();
        let mut wiped = None;
        if let Some(&word) = known.at.get(&place)
            && word != before.0
        {
            wiped = known.forget(word).filter(|old| {
                // SAFETY: the object of the struct is the one that is stored to.
                let is_gone = || unsafe { !owner.has(old.word) };
                let is_left = old.is_given_up || is_field(word);
                is_left && old.is_in_struct() && old.owner.start() == owner.start() && is_gone()
            });
        }
        if !before.is_null() && !is_field(before.0) {
            known.forget(before.0);
        }
        if is_field(now.0) {
            let field = StoredField {
                word: now,
                place,
                owner,
                module,
                site,
                is_given_up: false,
            };
            known.fields.insert(now.0, field);
            known.at.insert(place, now.0);
            known.of.entry(owner.start()).or_default().insert(now.0);
        }
        drop(known);
        if let Some(old) = wiped {
            self.report_stored(ViolationKind::FieldOverwritten, &old);
        }
    }

    /// Looks at the fields of an object that has died. `visited` is what its `tp_traverse`
    /// has visited: where, and what was there. These fields are empty now, and their
    /// references were given up.
    pub(super) fn look_at_dead(&self, dead: &Dead<'_>, visited: &[(usize, HPyField)]) {
        for &(place, field) in visited {
            let offset = place.wrapping_sub(dead.start);
            if offset < dead.size
                && let Some((detail, stored)) = self.copied_from(dead.start, field)
            {
                let copy = described(dead.type_name, (dead.start, dead.size), place);
                let detail = format!("{copy}: {detail}");
                self.report_field(ViolationKind::FieldCopied, (dead.module, stored), detail);
            }
        }
        let visited: FxHashSet<isize> = visited.iter().map(|(_, field)| field.0).collect();
        let words = self.stored_fields.known.borrow_mut().of.remove(&dead.start);
        for word in words.into_iter().flatten() {
            let field = self.stored_fields.known.borrow_mut().forget(word);
            if visited.contains(&word) {
                continue;
            }
            let Some(field) = field.filter(|field| self.is_left(field)) else {
                continue;
            };
            if field.is_in_struct() {
                self.look_at_left(&field);
            } else {
                self.stored_fields.known.borrow_mut().orphans.push(field);
            }
        }
    }

    /// Whether the field's reference was there when the object died, though its fields were
    /// released.
    fn is_left(&self, field: &StoredField) -> bool {
        field.is_given_up || (self.vm.is_field)(field.word)
    }

    /// A collector gives up the reference of a field.
    pub(crate) fn note_given_up(&self, field: HPyField) {
        let mut known = self.stored_fields.known.borrow_mut();
        if let Some(field) = known.fields.get_mut(&field.0) {
            field.is_given_up = true;
        }
    }

    /// Says why a field in a struct that is still there has not been visited.
    fn look_at_left(&self, field: &StoredField) {
        // SAFETY: the struct is still there.
        let is_there = unsafe { field.owner.has(field.word) };
        if !is_there {
            self.report_stored(ViolationKind::FieldOverwritten, field);
        } else if field.owner.traverse().is_some() {
            // That a type has none is said when a field is stored.
            self.report_stored(ViolationKind::FieldForgotten, field);
        }
    }

    /// Looks at all fields there are, when no function of C runs: at those of living objects,
    /// and at those in memory of dead ones, which nobody has visited up to now.
    pub(super) fn look_at_fields(&self) {
        let (living, orphans) = {
            let mut known = self.stored_fields.known.borrow_mut();
            let starts = known.of.keys().copied();
            let starts: Vec<usize> = starts.filter(|&start| self.guards.has(start)).collect();
            (starts, std::mem::take(&mut known.orphans))
        };
        for field in orphans {
            if self.is_left(&field) {
                self.report_stored(ViolationKind::FieldForgotten, &field);
            }
        }
        for start in living {
            let fields: Vec<StoredField> = {
                let known = self.stored_fields.known.borrow();
                let words = known.of.get(&start).into_iter().flatten();
                words
                    .filter_map(|word| known.fields.get(word).copied())
                    .collect()
            };
            let mut visited = FxHashSet::default();
            let owner = fields.first().map(|field| field.owner);
            if let Some(owner) = owner
                && let Some(function) = owner.traverse()
            {
                let native = std::ptr::with_exposed_provenance_mut(start);
                let mut note = |field: HPyField| visited.extend([field.0]);
                // SAFETY: the type has the function, and the object has not died.
                unsafe { (self.stored_fields.visit)(function, native, &mut note) };
            }
            for field in fields {
                let is_visited = visited.contains(&field.word.0);
                if field.is_in_struct() && !is_visited && self.is_left(&field) {
                    self.look_at_left(&field);
                }
            }
        }
    }
}
