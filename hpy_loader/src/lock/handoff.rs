//! When a thread that waits may take the lock over from one that has left it.
//!
//! A thread that has left the lock runs a method of the runtime, and that is either over
//! in no time, or it runs Python code, or it waits for something. In the first case
//! nobody must come between; in the others the GIL would have changed hands. So the lock
//! is taken from a thread that has been away since it was seen before, on one and the
//! same departure, and meanwhile
//!
//! - waits, which a method that is over in no time does not, or
//! - has been computing for longer than CPython lets a thread have the GIL.
//!
//! That a thread is still away says little by itself: there may be more threads than
//! processors, and it may just have no turn. Whether it waits or has no turn only the
//! system knows; where that does not say, time alone counts. (Measured with three threads
//! that take a million steps each, beside ten others for each processor: by time alone 1
//! to 18 of 100 steps were torn, with the system's word none in eight runs.)
//!
//! C code that calls Python again and again, each time for a moment, would never be
//! found away for long. After a while, even a moment will do: again one that the thread
//! has spent computing, since else it would be too short on a busy machine.

use crate::platform::threads::{Activity, ThreadId};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// What CPython calls the switch interval.
const SLICE: Duration = Duration::from_millis(5);

/// How long a thread can keep the others out by leaving for moments only.
const LONGEST_HOLD: Duration = Duration::from_millis(100);

/// The first looks come soon: most threads that are away for long are blocked.
const FIRST_PAUSE: Duration = Duration::from_micros(50);

/// How many looks these are.
const FIRST_LOOKS: usize = 8;

/// The pause between those after them.
const PAUSE: Duration = Duration::from_millis(1);

/// The thread that has the lock, as the system knows it.
pub(super) struct Holder(AtomicI32);

impl Holder {
    pub(super) const fn nobody() -> Self {
        Self(AtomicI32::new(0))
    }

    #[inline]
    pub(super) fn set_current(&self) {
        self.0.store(ThreadId::current().0, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> ThreadId {
        ThreadId(self.0.load(Ordering::Relaxed))
    }
}

/// One thread's wait for the lock.
pub(super) struct Waiter {
    /// The departures that were seen, by the word of each.
    seen: Vec<(usize, Sight)>,
    /// The first look at this holder.
    first: Option<Sight>,
    acquisition: usize,
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
    fn of(holder: ThreadId) -> Self {
        Self {
            time: Instant::now(),
            computed: holder.computed(),
        }
    }

    /// For how long the thread has been busy since the time of `earlier`, if it does
    /// this now.
    fn busy_since(&self, earlier: &Self, activity: Activity) -> Duration {
        match (earlier.computed, self.computed) {
            (Some(before), Some(after)) if activity == Activity::Computes => {
                after.saturating_sub(before)
            }
            _ => self.time.duration_since(earlier.time),
        }
    }
}

impl Waiter {
    pub(super) const fn new() -> Self {
        Self {
            seen: Vec::new(),
            first: None,
            acquisition: 0,
            looks: 0,
        }
    }

    /// How long to wait before the next look.
    pub(super) fn pause(&mut self) -> Duration {
        self.looks += 1;
        match self.looks > FIRST_LOOKS {
            true => PAUSE,
            false => FIRST_PAUSE,
        }
    }

    /// Looks at the thread `holder`, which has written `mark` when it left, and tells
    /// whether the lock may be taken from it. Each acquisition of the lock has a number.
    pub(super) fn may_take(&mut self, mark: usize, acquisition: usize, holder: ThreadId) -> bool {
        if self.acquisition != acquisition {
            self.acquisition = acquisition;
            self.first = None;
            self.seen.clear();
        }
        let now = Sight::of(holder);
        let activity = holder.activity();
        let first = self.first.get_or_insert(now);
        if now.busy_since(first, activity) >= LONGEST_HOLD {
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
