//! What the kernel says about a thread.

use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

/// One thread, by the kernel's number. It may end at any time: then nothing is known
/// of it, or of another thread that has got the number, what nobody must rely on.
pub(crate) struct Running(AtomicI32);

/// What a thread is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It computes, or would if it had its turn.
    Computes,
    /// It waits for something to happen.
    Waits,
    /// It waits for a disk, was stopped, or the kernel does not say.
    Unknown,
}

impl Running {
    pub(crate) const fn nobody() -> Self {
        Self(AtomicI32::new(0))
    }

    /// Makes it the current thread.
    pub(crate) fn is_this_thread(&self) {
        self.0.store(kernel::current(), Ordering::Relaxed);
    }

    /// How long the thread has been computing in its life.
    pub(crate) fn computed(&self) -> Option<Duration> {
        kernel::computed(self.0.load(Ordering::Relaxed))
    }

    /// What the thread is doing.
    pub(crate) fn activity(&self) -> Activity {
        kernel::activity(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
mod kernel {
    use super::Activity;
    use std::cell::Cell;
    use std::time::Duration;

    pub(crate) fn current() -> i32 {
        thread_local! { static NUMBER: Cell<i32> = const { Cell::new(0) } }
        NUMBER.with(|number| {
            if number.get() == 0 {
                // SAFETY: the call has no preconditions.
                number.set(unsafe { libc::gettid() });
            }
            number.get()
        })
    }

    pub(crate) fn computed(thread: i32) -> Option<Duration> {
        // `clock_getres(2)` and the kernel's `posix-timers.h`: the clock of a thread
        // is its number's complement and three bits, here for "a thread's" and "as
        // the scheduler counts".
        let clock = !thread << 3 | 4 | 2;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` can be written to; a number that is no thread's is an error.
        let status = unsafe { libc::clock_gettime(clock, &raw mut time) };
        let seconds = u64::try_from(time.tv_sec).ok()?;
        let nanoseconds = u32::try_from(time.tv_nsec).ok()?;
        (status == 0).then(|| Duration::new(seconds, nanoseconds))
    }

    pub(crate) fn activity(thread: i32) -> Activity {
        // `proc_pid_stat(5)`: the state comes after the name, which stands in
        // parentheses and may have some itself.
        let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
        let stat = stat.unwrap_or_default();
        let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
        match state.and_then(|state| state.chars().next()) {
            Some('R') => Activity::Computes,
            Some('S') => Activity::Waits,
            _ => Activity::Unknown,
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod kernel {
    use super::Activity;
    use std::time::Duration;

    pub(crate) fn current() -> i32 {
        0
    }

    pub(crate) fn computed(_thread: i32) -> Option<Duration> {
        None
    }

    pub(crate) fn activity(_thread: i32) -> Activity {
        Activity::Unknown
    }
}
