//! Where the time goes: the stacks that functions of the context are called from.
//!
//! A flame graph is drawn from folded stacks: each with the time that was spent
//! in its innermost frame itself. The frames are Python's, then C's, then the
//! function of the context. What C does between two such functions is booked on
//! the C function, so that all of the time in extensions is somewhere.
//!
//! A section of the time is measured from begin to end. What sections inside of it
//! have taken, bookkeeping included, is kept for each thread and not counted
//! again. Folding costs some hundred nanoseconds a call and is switched on apart
//! from the mode, by functions in place of those that only count.

use super::clock::Clock;
use crate::abi::context::ROWS;
use crate::sites::{PythonStack, Site};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::time::Duration;

/// The C frames that are kept of a stack.
const FRAMES: usize = 16;

thread_local! {
    /// What the sections inside of the current one have taken so far.
    static INSIDE: Cell<u64> = const { Cell::new(0) };
}

/// Takes the Python stack of the thread.
pub(super) type PythonSource = Box<dyn Fn() -> PythonStack>;

/// All stacks that were seen.
pub(super) struct FoldedStacks {
    python: PythonSource,
    /// How often each was seen, and for how many ticks.
    totals: Mutex<FxHashMap<StackKey, (u64, u64)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct StackKey {
    python: PythonStack,
    site: Site,
    row: Option<usize>,
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

/// A section of a thread's time that is being measured.
pub(super) struct TimedSection {
    start: u64,
    outer_inside: u64,
}

impl TimedSection {
    #[inline]
    pub fn begin(clock: &Clock) -> Self {
        // A thread that is ending may have no thread-local values any more.
        let outer_inside = INSIDE.try_with(|inside| inside.replace(0)).unwrap_or(0);
        Self {
            start: clock.now(),
            outer_inside,
        }
    }

    /// How long it has lasted.
    pub fn ticks(&self, clock: &Clock) -> u64 {
        clock.now().saturating_sub(self.start)
    }

    /// Books the section, which took `ticks`, on a place.
    pub fn end(
        self,
        clock: &Clock,
        stacks: &FoldedStacks,
        ticks: u64,
        row: Option<usize>,
        site: impl FnOnce(usize) -> Site,
    ) {
        let inside = INSIDE.try_with(Cell::get).unwrap_or(0);
        let key = StackKey {
            python: (stacks.python)(),
            site: site(FRAMES),
            row,
        };
        stacks.book(key, ticks.saturating_sub(inside));
        let all = self.ticks(clock);
        let _ = INSIDE.try_with(|inside| inside.set(self.outer_inside + all));
    }
}

impl FoldedStacks {
    pub fn new(python: PythonSource) -> Self {
        Self {
            python,
            totals: Mutex::default(),
        }
    }

    fn book(&self, key: StackKey, ticks: u64) {
        let mut totals = self.totals.lock();
        let (calls, total) = totals.entry(key).or_default();
        (*calls, *total) = (*calls + 1, *total + ticks);
    }

    /// All stacks; `clock` says what ticks are worth.
    pub fn all(&self, clock: &Clock) -> Vec<Folded> {
        let totals = self.totals.lock();
        let folded = totals.iter().map(|(key, &(calls, ticks))| Folded {
            python: key.python,
            site: key.site,
            function: key.row.map(|row| ROWS[row].name),
            calls,
            duration: clock.duration(ticks),
        });
        folded.collect()
    }
}
