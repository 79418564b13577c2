//! How long somebody waits before he takes the lock from a thread that has left it.
//!
//! A thread that has left the lock runs a method of the runtime, and that is either
//! over in no time, or it runs Python code, or it waits for something. In the first
//! case nobody must come between; in the others the GIL would have changed hands. So
//! the lock is taken from a thread that has been away since it was seen before, on one
//! and the same departure, and meanwhile
//!
//! - waits, which a method that is over in no time does not, or
//! - has been computing for longer than CPython lets a thread have the GIL.
//!
//! That a thread is still away says little by itself: there may be more threads than
//! processors, and it may just have no turn. What it is up to only the kernel knows;
//! where that does not say, time alone counts.
//!
//! C code that calls Python again and again, each time for a moment, would never be
//! found away for long. After a while, even a moment will do: again one that the
//! thread has spent computing, since else it would be too short on a busy machine.

use crate::platform::threads::{Activity, Running};
use std::time::{Duration, Instant};

/// What CPython calls the switch interval.
const SLICE: Duration = Duration::from_millis(5);

/// How long a thread can keep the others out by leaving for moments only.
const WHILE: Duration = Duration::from_millis(100);

/// The first looks come soon: most threads that are away for long are blocked.
const SOON: Duration = Duration::from_micros(50);

/// How many looks these are.
const FIRST: usize = 8;

/// And those after them.
const LATER: Duration = Duration::from_millis(1);

/// One wait for the lock.
pub(super) struct Patience {
    /// The departures that were seen, by what they have left.
    seen: Vec<(usize, Sight)>,
    /// The first look at this holder.
    first: Option<Sight>,
    tenure: usize,
    looks: usize,
}

/// How things stood at a look.
#[derive(Clone, Copy)]
struct Sight {
    time: Instant,
    /// How long the thread had been computing in its life.
    computed: Option<Duration>,
}

impl Sight {
    fn of(holder: &Running) -> Self {
        Self {
            time: Instant::now(),
            computed: holder.computed(),
        }
    }

    /// For how long the thread has been busy since the time of `earlier`, if it does
    /// this now.
    fn busy_since(&self, earlier: &Sight, activity: Activity) -> Duration {
        match (earlier.computed, self.computed) {
            (Some(before), Some(after)) if activity == Activity::Computes => {
                after.saturating_sub(before)
            }
            _ => self.time.duration_since(earlier.time),
        }
    }
}

impl Patience {
    pub(super) const fn new() -> Self {
        Self {
            seen: Vec::new(),
            first: None,
            tenure: 0,
            looks: 0,
        }
    }

    /// How long to wait for the next look.
    pub(super) fn pause(&mut self) -> Duration {
        self.looks += 1;
        if self.looks > FIRST { LATER } else { SOON }
    }

    /// Whether the lock may be taken from the thread `holder`, which has written
    /// `mark` when it left. Each one that takes the lock has a `tenure` of its own.
    pub(super) fn is_over(&mut self, mark: usize, tenure: usize, holder: &Running) -> bool {
        if self.tenure != tenure {
            self.tenure = tenure;
            self.first = None;
            self.seen.clear();
        }
        let now = Sight::of(holder);
        let activity = holder.activity();
        let first = self.first.get_or_insert(now);
        if now.busy_since(first, activity) >= WHILE {
            return true;
        }
        match self.seen.iter().find(|(seen, _)| *seen == mark) {
            Some((_, sight)) => {
                activity == Activity::Waits || now.busy_since(sight, activity) >= SLICE
            }
            None => {
                self.seen.push((mark, now));
                false
            }
        }
    }
}
