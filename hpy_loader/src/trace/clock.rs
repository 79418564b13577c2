//! A clock that is cheap to read.
//!
//! A read of the system's monotonic clock takes some 25 ns, more than the
//! functions that are to be timed. The processor's time stamp counter takes a
//! third of that. Its frequency is not told by anybody reliably, so it is
//! measured against the system's clock, over the time from when this one was made
//! to when somebody first asks what ticks are worth. It stays then, so that a
//! duration that does not grow does not change either. A processor whose counter does not
//! run at a constant rate says so, and then the system's clock it is.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A clock with a tick of its own.
#[derive(Debug)]
pub(super) struct Clock {
    has_counter: bool,
    start: Instant,
    start_ticks: u64,
    /// Measured when it is needed first.
    nanoseconds_per_tick: OnceLock<f64>,
}

/// What a tick is worth is measured over at least this long.
const MEASURED: Duration = Duration::from_millis(10);

impl Clock {
    pub(super) fn new() -> Self {
        let mut clock = Self {
            has_counter: counter::is_constant(),
            start: Instant::now(),
            start_ticks: 0,
            nanoseconds_per_tick: OnceLock::new(),
        };
        clock.start_ticks = clock.now();
        clock
    }

    /// The time in ticks.
    #[inline(always)]
    pub(super) fn now(&self) -> u64 {
        match self.has_counter {
            true => counter::read(),
            false => self.start.elapsed().as_nanos() as u64,
        }
    }

    /// How long so many ticks are.
    pub(super) fn duration(&self, ticks: u64) -> Duration {
        Duration::from_nanos((ticks as f64 * self.nanoseconds_per_tick()) as u64)
    }

    /// Ticks in a second.
    pub(super) fn frequency(&self) -> u64 {
        (1e9 / self.nanoseconds_per_tick()).round() as u64
    }

    fn nanoseconds_per_tick(&self) -> f64 {
        *self.nanoseconds_per_tick.get_or_init(|| self.measure())
    }

    fn measure(&self) -> f64 {
        if !self.has_counter {
            return 1.0;
        }
        loop {
            let (elapsed, ticks) = (self.start.elapsed(), self.now() - self.start_ticks);
            if elapsed >= MEASURED && ticks > 0 {
                return elapsed.as_nanos() as f64 / ticks as f64;
            }
            std::hint::spin_loop();
        }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod counter {
    use std::arch::x86_64::{__cpuid, _rdtsc};

    /// Whether the counter runs at a constant rate in all states of the
    /// processor ("invariant TSC").
    pub(super) fn is_constant() -> bool {
        const POWER: u32 = 0x8000_0007;
        __cpuid(0x8000_0000).eax >= POWER && __cpuid(POWER).edx & 1 << 8 != 0
    }

    #[inline(always)]
    pub(super) fn read() -> u64 {
        // SAFETY: every processor of this architecture has the instruction.
        unsafe { _rdtsc() }
    }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod counter {
    pub(super) fn is_constant() -> bool {
        false
    }

    pub(super) fn read() -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_time() {
        let clock = Clock::new();
        let (start, ticks) = (Instant::now(), clock.now());
        std::thread::sleep(Duration::from_millis(30));
        let ticks = clock.now() - ticks;
        let elapsed = start.elapsed();
        let measured = clock.duration(ticks);
        assert!(measured >= Duration::from_millis(29), "{measured:?}");
        assert!(
            measured <= elapsed + Duration::from_millis(1),
            "{measured:?}"
        );
        assert!(clock.frequency() >= 1_000_000);
    }
}
