//! Whose field it is that a `tp_traverse` visits.
//!
//! A word may be in several places: C has copied a struct. Its reference is owned once all
//! the same, so only one object may show it to a collector that counts, or give it up when
//! it dies. The table knows where a field was stored, and the owner's struct from the first
//! visit on. A field in a struct stays there. One in other memory of the object may have
//! moved, since C may have the memory reallocated, and then belongs to the first that visits
//! it.

use super::field_table::{Entry, FieldTable};
use super::{FieldRef, traverse};
use crate::abi::HPyFunc_traverseproc;
use crate::handles::RawHandle;
use std::collections::HashMap;
use std::ffi::c_void;

/// The native struct of an object.
#[derive(Clone, Copy)]
pub struct NativeStruct {
    start: *mut c_void,
    size: usize,
}

impl NativeStruct {
    /// The struct at an address, with its size in bytes.
    #[inline]
    pub fn new(start: *mut c_void, size: usize) -> Self {
        Self { start, size }
    }

    /// Where it begins.
    #[inline]
    pub fn start(self) -> *mut c_void {
        self.start
    }

    /// Its size in bytes.
    #[inline]
    pub fn size(self) -> usize {
        self.size
    }

    #[inline(always)]
    fn contains(self, address: usize) -> bool {
        address.wrapping_sub(self.start.addr()) < self.size
    }
}

impl<O> Entry<O> {
    /// Whether a struct is the field's if it visits the field where it was stored.
    #[inline(always)]
    fn is_own(&self, native: NativeStruct, field: FieldRef) -> bool {
        let (place, owner) = self.whose();
        place == field.address() && (owner == 0 || owner == native.start.addr())
    }

    /// Whether a struct may be the field's if it visits the field elsewhere.
    fn may_have_moved(&self, native: NativeStruct, field: FieldRef) -> bool {
        let (place, owner) = self.whose();
        owner == native.start.addr()
            || owner == 0 && (native.contains(place) || !native.contains(field.address()))
    }

    /// Whether the reference is given up when the object of the struct dies.
    fn dies_with(&self, native: NativeStruct, field: FieldRef) -> bool {
        self.is_own(native, field) || self.may_have_moved(native, field)
    }
}

impl<O> FieldTable<O> {
    /// Shows `visit` what the fields refer to that a `tp_traverse` visits, each reference
    /// once, and none that another object owns: for a collector that counts references.
    ///
    /// # Safety
    ///
    /// As for [`traverse`]; `native` is the struct. `visit` does not come back to the table.
    #[inline]
    pub unsafe fn visit_owned(
        &self,
        function: HPyFunc_traverseproc,
        native: NativeStruct,
        visit: &mut dyn FnMut(&O),
    ) {
        let mut moved = Vec::new();
        let mut look = |field: FieldRef| {
            let Some(entry) = self.live(field.word()) else {
                return;
            };
            if entry.is_own(native, field) {
                entry.set_whose(field, native.start.addr());
                // SAFETY: the entry is a field's, and `visit` leaves it so.
                visit(unsafe { entry.object() });
            } else {
                moved.push(field);
            }
        };
        // SAFETY: passed on to the caller.
        unsafe { traverse(function, native.start, &mut look) };
        if !moved.is_empty() {
            // SAFETY: passed on to the caller.
            unsafe { self.visit_moved(function, native, &moved, visit) };
        }
    }

    /// # Safety
    ///
    /// As [`visit_owned`](Self::visit_owned); the fields are among those of the struct.
    #[cold]
    unsafe fn visit_moved(
        &self,
        function: HPyFunc_traverseproc,
        native: NativeStruct,
        moved: &[FieldRef],
        visit: &mut dyn FnMut(&O),
    ) {
        // What has a word where it was stored is the field, and the others are copies.
        let mut words = HashMap::new();
        let mut note = |field: FieldRef| {
            words.insert(field.address(), field.word());
        };
        // SAFETY: passed on to the caller.
        unsafe { traverse(function, native.start, &mut note) };
        for field in moved {
            let word = field.word();
            let Some(entry) = self.live(word) else {
                continue;
            };
            let is_copy = words.get(&entry.whose().0) == Some(&word);
            if entry.may_have_moved(native, *field) && !is_copy {
                entry.set_whose(*field, native.start.addr());
                // SAFETY: the entry is a field's, and `visit` leaves it so.
                visit(unsafe { entry.object() });
            }
        }
    }

    /// Shows `visit` what the field refers to, whoever owns it: for a collector that traces
    /// references. If it moves objects, `visit` rewrites the reference.
    ///
    /// # Safety
    ///
    /// `visit` does not come back to the table.
    #[inline]
    pub unsafe fn visit(&self, field: FieldRef, visit: &mut dyn FnMut(&O)) {
        if let Some(entry) = self.live(field.word()) {
            // SAFETY: the entry is a field's, and `visit` leaves it so.
            visit(unsafe { entry.object() });
        }
    }

    /// Empties a field that belongs to the struct of a dead object, and hands out its
    /// reference, unless that is another object's.
    #[inline]
    pub fn release(&self, native: NativeStruct, field: FieldRef) -> Option<O> {
        let word = field.word();
        if word.is_null() {
            return None;
        }
        field.set(RawHandle::NULL);
        let entry = self.live(word)?;
        entry
            .dies_with(native, field)
            .then(|| self.take_from(entry, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{HPyField, HPyFunc_visitproc};
    use std::ffi::c_int;
    use std::rc::Rc;

    /// A struct with a field and memory of its own with some.
    #[repr(C, align(16))]
    struct Native {
        inside: [HPyField; 2],
        outside: Vec<HPyField>,
    }

    unsafe extern "C" fn visit_all(
        object: *mut c_void,
        visit: HPyFunc_visitproc,
        argument: *mut c_void,
    ) -> c_int {
        // SAFETY: the object is a `Native`.
        let native = unsafe { &mut *object.cast::<Native>() };
        for field in native.inside.iter_mut().chain(&mut native.outside) {
            // SAFETY: the function is the loader's.
            unsafe { visit(field, argument) };
        }
        0
    }

    struct Object(Box<Native>);

    impl Object {
        fn new() -> Self {
            Self(Box::new(Native {
                inside: [HPyField::NULL; 2],
                outside: Vec::new(),
            }))
        }

        fn native(&mut self) -> NativeStruct {
            NativeStruct::new((&raw mut *self.0).cast(), size_of::<Native>())
        }

        fn visited(&mut self, table: &FieldTable<Rc<u32>>) -> Vec<u32> {
            let mut visited = Vec::new();
            // SAFETY: the function is for this struct.
            unsafe {
                let function = HPyFunc_traverseproc::new(visit_all);
                table.visit_owned(function, self.native(), &mut |object| {
                    visited.push(**object)
                });
            }
            visited
        }

        fn die(mut self, table: &FieldTable<Rc<u32>>) -> Vec<u32> {
            let (native, mut released) = (self.native(), Vec::new());
            let mut release = |field| released.extend(table.release(native, field));
            // SAFETY: the function is for this struct.
            unsafe {
                let function = HPyFunc_traverseproc::new(visit_all);
                traverse(function, native.start, &mut release);
            }
            assert_eq!(self.0.inside, [HPyField::NULL; 2]);
            released.into_iter().map(|object| *object).collect()
        }
    }

    fn store(table: &FieldTable<Rc<u32>>, field: &mut HPyField, number: u32) {
        // SAFETY: the field stays where it is meanwhile.
        let field = unsafe { FieldRef::new(field) };
        assert!(table.store(field, Rc::new(number)).is_ok());
    }

    fn pair(table: &FieldTable<Rc<u32>>) -> Object {
        let mut object = Object::new();
        store(table, &mut object.0.inside[0], 1);
        store(table, &mut object.0.inside[1], 2);
        object
    }

    #[test]
    fn a_copied_struct_owns_nothing() {
        let table = FieldTable::new().expect("small");
        for visits in [0, 1, 2] {
            let (mut original, mut copy) = (pair(&table), Object::new());
            copy.0.inside = original.0.inside;
            for _ in 0..visits {
                assert_eq!(copy.visited(&table), []);
                assert_eq!(original.visited(&table), [1, 2]);
            }
            assert_eq!(copy.die(&table), []);
            assert_eq!(original.visited(&table), [1, 2]);
            let mut copy = Object::new();
            copy.0.inside = original.0.inside;
            assert_eq!(original.die(&table), [1, 2]);
            assert_eq!(copy.visited(&table), []);
            assert_eq!(copy.die(&table), []);
            assert!(table.is_empty());
        }
    }

    #[test]
    fn words_may_move_within_an_object() {
        let table = FieldTable::new().expect("small");
        let mut object = pair(&table);
        for _ in 0..3 {
            object.0.inside.swap(0, 1);
            let mut visited = object.visited(&table);
            visited.sort_unstable();
            assert_eq!(visited, [1, 2]);
        }
        object.0.outside = vec![HPyField::NULL; 3];
        for (number, field) in object.0.outside.iter_mut().enumerate() {
            store(&table, field, 3 + number as u32);
        }
        for _ in 0..3 {
            object.0.outside = [&object.0.outside[..], &[HPyField::NULL]].concat();
            assert_eq!(object.visited(&table), [2, 1, 3, 4, 5]);
        }
        object.0.outside = object.0.outside.clone();
        object.0.inside.swap(0, 1);
        assert_eq!(object.die(&table), [1, 2, 3, 4, 5]);
        assert!(table.is_empty());
    }

    #[test]
    fn a_reference_is_visited_once_however_often_it_was_copied() {
        let table = FieldTable::new().expect("small");
        let (mut first, mut second) = (pair(&table), Object::new());
        first.0.inside[1] = first.0.inside[0];
        first.0.outside = vec![first.0.inside[0]; 3];
        second.0.outside = vec![HPyField::NULL; 2];
        store(&table, &mut second.0.outside[0], 7);
        second.0.outside[1] = second.0.outside[0];
        let mut third = Object::new();
        third.0.outside = second.0.outside.clone();
        for _ in 0..3 {
            assert_eq!(first.visited(&table), [1]);
            assert_eq!(second.visited(&table), [7]);
            assert_eq!(third.visited(&table), []);
        }
        assert_eq!(third.die(&table), []);
        assert_eq!(second.die(&table), [7]);
        assert_eq!(first.die(&table), [1]);
        // What was overwritten with a copy is nobody's any more.
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn words_that_are_none_are_nobodys() {
        let table = FieldTable::new().expect("small");
        let mut object = pair(&table);
        object.0.inside = [HPyField(0x5a5a_5a5a_5a5a), HPyField(-7)];
        object.0.outside = (0..1000).map(HPyField).collect();
        assert_eq!(object.visited(&table), []);
        assert_eq!(object.die(&table), []);
    }
}
