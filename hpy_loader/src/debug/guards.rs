//! Bytes behind native structs, by which a struct is found out that is smaller than its use.
//!
//! A `basicsize` that is too small is no mistake that anything else notices: the extension
//! writes over what happens to lie behind the struct. In this mode a guard lies there, whose
//! bytes nobody else writes. It is looked at when the object dies, and at the end.

use super::state::Debug;
use super::violations::{Violation, ViolationKind};
use crate::sites::Site;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

/// Bytes of a guard: enough for most structs whose type was given the size of a pointer.
pub(crate) const GUARD: usize = 512;

/// No byte that is often written.
const BYTE: u8 = 0xC5;

#[derive(Debug, Clone)]
struct Guarded {
    size: usize,
    type_name: String,
    module: String,
}

/// The native structs that have a guard, by where they begin. They are made on any thread,
/// with or without the HPy lock.
#[derive(Debug, Default)]
pub(super) struct Guards(Mutex<FxHashMap<usize, Guarded>>);

impl Guards {
    /// Whether a struct begins there that has a guard, so that its end will be told.
    pub fn has(&self, start: usize) -> bool {
        self.0.lock().contains_key(&start)
    }
}

impl Guarded {
    fn guard(&self, start: usize) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(start + self.size)
    }

    /// How many bytes of the guard are no longer what they were, up to the last, which are
    /// set right.
    ///
    /// # Safety
    ///
    /// The struct is there, and nobody writes its guard.
    unsafe fn overrun(&self, start: usize) -> usize {
        let guard = self.guard(start);
        let is_changed = |offset: &usize| {
            // SAFETY: the guard is that long, and has been written.
            unsafe { guard.add(*offset).read() != BYTE }
        };
        let last = (0..GUARD).rev().find(is_changed);
        if last.is_some() {
            // SAFETY: as above.
            unsafe { guard.write_bytes(BYTE, GUARD) };
        }
        last.map_or(0, |last| last + 1)
    }
}

impl Debug {
    /// Makes the guard behind a new struct.
    ///
    /// # Safety
    ///
    /// The struct has [`GUARD`] bytes more than `size`, and is there until
    /// [`end_guard`](Self::end_guard).
    pub(super) unsafe fn set_guard(
        &self,
        module: &str,
        type_name: &str,
        (start, size): (usize, usize),
    ) {
        let guarded = Guarded {
            size,
            type_name: type_name.to_owned(),
            module: module.to_owned(),
        };
        // SAFETY: the caller vouches for the memory, which nobody has yet.
        unsafe { guarded.guard(start).write_bytes(BYTE, GUARD) };
        self.guards.0.lock().insert(start, guarded);
    }

    /// Looks at the guard of a struct whose object is dead, once.
    pub(super) fn end_guard(&self, start: usize) {
        let guarded = self.guards.0.lock().remove(&start);
        if let Some(guarded) = guarded {
            self.look_at_guard(start, &guarded);
        }
    }

    fn look_at_guard(&self, start: usize, guarded: &Guarded) {
        // SAFETY: the struct has not ended, and extensions run under the HPy lock, which is
        // held.
        let overrun = unsafe { guarded.overrun(start) };
        if overrun == 0 {
            return;
        }
        let Guarded {
            size,
            type_name,
            module,
        } = guarded;
        let least = if overrun == GUARD { "at least " } else { "" };
        let kind = ViolationKind::StructOverrun;
        let mut violation = Violation::new(kind, module, Site::UNKNOWN);
        violation.detail = format!(
            "the basicsize of {type_name} is {size}, and C has written up to {least}{overrun} \
             bytes beyond"
        );
        self.violate(violation);
    }

    /// Looks at the guards of all structs there are.
    pub(super) fn look_at_guards(&self) {
        let all: Vec<(usize, Guarded)> = {
            let guards = self.guards.0.lock();
            guards
                .iter()
                .map(|(&start, guarded)| (start, guarded.clone()))
                .collect()
        };
        for (start, guarded) in all {
            // One that is reported has run no Python code: the struct is still there.
            self.look_at_guard(start, &guarded);
        }
    }
}
