//! Where the time goes: the stacks that functions of the context are called from.
//!
//! A flame graph is drawn from folded stacks: each with the time that was spent
//! in its innermost frame itself. The frames are Python's, then C's, then the
//! function of the context. What C does between two such functions is booked on
//! the C function, so that all of the time in extensions is somewhere.
//!
//! A part of the time is measured from begin to end; what parts inside of it
//! have taken, bookkeeping included, is kept for each thread and not counted
//! again. Folding costs some hundred nanoseconds a call and is switched on apart
//! from the mode, by functions in place of those that only count.

use super::clock::Clock;
use super::{Trace, wrappers};
use crate::sites::{Call, PythonStack, Site};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::ffi::c_void;
use std::time::Duration;

/// The C frames that are kept of a stack.
const FRAMES: usize = 16;

thread_local! {
    /// What the parts inside of the current one have taken so far.
    static INSIDE: Cell<u64> = const { Cell::new(0) };
}

type PythonSource = Box<dyn Fn() -> PythonStack>;

/// All stacks that were seen.
pub(super) struct Folds {
    python: PythonSource,
    booked: Mutex<FxHashMap<Key, Booked>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    python: PythonStack,
    site: Site,
    row: Option<usize>,
}

#[derive(Clone, Copy, Default)]
struct Booked {
    calls: u64,
    ticks: u64,
}

/// A stack and what was spent in its innermost frame.
#[derive(Debug, Clone, Copy)]
pub struct Folded {
    /// The Python code that called C.
    pub python: PythonStack,
    /// The stack in C.
    pub site: Site,
    /// The function of the context, such as `ctx_Add`; none for the time that C
    /// spent elsewhere.
    pub function: Option<&'static str>,
    /// How often this stack was seen.
    pub calls: u64,
    /// The time, less that of other stacks inside.
    pub duration: Duration,
}

/// A part of a thread's time that is being measured.
pub(super) struct Part {
    start: u64,
    outer_inside: u64,
}

impl Part {
    #[inline]
    pub(super) fn begin(clock: &Clock) -> Self {
        // A thread that is ending may have no thread-local values any more.
        let outer_inside = INSIDE.try_with(|inside| inside.replace(0)).unwrap_or(0);
        Self {
            start: clock.now(),
            outer_inside,
        }
    }

    /// Books the part, which took `ticks`, on a place.
    pub(super) fn end(
        self,
        trace: &Trace,
        ticks: u64,
        row: Option<usize>,
        site: impl FnOnce(usize) -> Site,
    ) {
        let inside = INSIDE.try_with(Cell::get).unwrap_or(0);
        if let Some(folds) = trace.folds.get() {
            let key = Key {
                python: (folds.python)(),
                site: site(FRAMES),
                row,
            };
            let mut booked = folds.booked.lock();
            let booked = booked.entry(key).or_default();
            booked.calls += 1;
            booked.ticks += ticks.saturating_sub(inside);
        }
        let all = trace.clock.now().saturating_sub(self.start);
        let _ = INSIDE.try_with(|inside| inside.set(self.outer_inside + all));
    }
}

impl Trace {
    /// Books the time of every call on its stack from now on. `python` tells the
    /// Python stack of the thread. The HPy lock is held.
    pub(crate) fn fold(&self, python: PythonSource) {
        let folds = Folds {
            python,
            booked: Mutex::default(),
        };
        if self.folds.set(folds).is_ok() {
            // SAFETY: under the lock, as `Sync` demands; C reads single pointers,
            // and either function is right.
            wrappers::fill_folding(unsafe { &mut *self.context.get() });
        }
    }

    /// Calls the C function `function`, and books its time if that is wanted.
    #[inline]
    pub(crate) fn call<T>(&self, function: *const c_void, call: impl FnOnce() -> T) -> T {
        if self.folds.get().is_none() {
            return call();
        }
        let _call = Call::of(function);
        let part = Part::begin(&self.clock);
        let result = call();
        let ticks = self.clock.now().saturating_sub(part.start);
        part.end(self, ticks, None, |_| Site::of_function(function));
        result
    }

    /// The stacks that were booked.
    pub fn folded(&self) -> Vec<Folded> {
        let Some(folds) = self.folds.get() else {
            return Vec::new();
        };
        let scale = self.clock.scale();
        let name = |row| {
            let found = wrappers::NAMES.iter().find(|&&(index, _)| index == row);
            found.and_then(|(_, name)| name.to_str().ok())
        };
        let booked = folds.booked.lock();
        booked
            .iter()
            .map(|(key, booked)| Folded {
                python: key.python,
                site: key.site,
                function: key.row.and_then(name),
                calls: booked.calls,
                duration: scale.duration(booked.ticks),
            })
            .collect()
    }
}
