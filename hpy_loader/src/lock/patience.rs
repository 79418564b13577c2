//! How long somebody waits before he takes the lock from a thread that has left it.
//!
//! A thread that has left the lock runs a method of the runtime, and that is either
//! over in no time, or it runs Python code, or it waits for something. In the first
//! case nobody must come between; in the others the GIL would have changed hands. So
//! the lock is taken from a thread that has been away since it was seen before, on one
//! and the same departure, and meanwhile
//!
//! - blocks, which a method that is over in no time does not, or
//! - has been computing for longer than CPython lets a thread have the GIL.
//!
//! That a thread is still away says little by itself: there may be more threads than
//! processors, and it may just have no turn. What it is up to only the kernel knows;
//! where that does not say, time alone counts.
//!
//! C code that calls Python again and again, each time for a moment, would never be
//! found away for long. After a while, even a moment will do.

use super::running::Running;
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
    /// When the first look at this holder was.
    since: Option<Instant>,
    tenure: usize,
    looks: usize,
}

/// How things stood when a departure was seen for the first time.
struct Sight {
    time: Instant,
    /// How long the thread had been computing in its life.
    computed: Option<Duration>,
}

impl Patience {
    pub(super) const fn new() -> Self {
        Self {
            seen: Vec::new(),
            since: None,
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
        let now = Instant::now();
        if self.tenure != tenure {
            self.tenure = tenure;
            self.since = None;
            self.seen.clear();
        }
        if now.duration_since(*self.since.get_or_insert(now)) >= WHILE {
            return true;
        }
        let computed = holder.computed();
        let Some((_, sight)) = self.seen.iter().find(|(seen, _)| *seen == mark) else {
            self.seen.push((
                mark,
                Sight {
                    time: now,
                    computed,
                },
            ));
            return false;
        };
        let busy = match (sight.computed, computed) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => now.duration_since(sight.time),
        };
        busy >= SLICE || holder.is_blocked()
    }
}
