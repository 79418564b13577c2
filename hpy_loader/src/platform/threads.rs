//! Threads: what tells them apart, where their stacks are, what they are doing, and a
//! fence for all of them.

pub(crate) use kernel::{fence_everywhere, has_fence_everywhere, in_forked_processes, stack};

/// A number that no other living thread has: a multiple of 8, and never 0.
///
/// Every call of C needs it, so it is read from where the platform keeps it, not with a
/// call, which is what the compiler makes of an access to thread-local values in a
/// library.
#[inline(always)]
pub(crate) fn current() -> usize {
    #[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
    {
        let number;
        // SAFETY: the ABI has the thread's control block begin with its own address,
        // which stays the same as long as the thread runs.
        unsafe {
            std::arch::asm!(
                "mov {}, fs:0",
                out(reg) number,
                options(pure, readonly, nostack, preserves_flags)
            );
        }
        number
    }
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(miri))))]
    {
        thread_local! { static ADDRESS: u64 = const { 0 } }
        ADDRESS.with(|place| std::ptr::from_ref(place).addr())
    }
}

/// Whether there is hardly any stack left below an address in this thread's.
pub(crate) fn is_nearly_full(address: usize) -> bool {
    /// What the loader needs for its own work, and less than VMs leave: a finalizer may run
    /// in what is left by a recursion that a VM has ended.
    const MARGIN: usize = 32 << 10;

    thread_local! {
        /// The stack's end, and the address from which on it is nearly full.
        static END: (usize, usize) = {
            let stack = stack();
            let margin = MARGIN.min(stack.len() / 4);
            (stack.start, stack.start + margin)
        };
    }
    // A thread that is ending may have no thread-local values any more.
    let is_near = END.try_with(|&(end, near)| (end..near).contains(&address));
    is_near.unwrap_or(false)
}

/// One thread, as the system knows it. It may end at any time: then nothing is known of
/// it, or something of another thread that has got its number, so nobody must rely on
/// what is said of it.
#[derive(Clone, Copy)]
pub(crate) struct ThreadId(pub i32);

/// What a thread is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It computes, or would if it had its turn.
    Computes,
    /// It waits for something to happen.
    Waits,
    /// It waits for a disk, was stopped, or the system does not say.
    Unknown,
}

impl ThreadId {
    /// This thread.
    pub(crate) fn current() -> Self {
        Self(kernel::current())
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
mod kernel {
    use super::{Activity, ThreadId};
    use rustix::thread::{MembarrierCommand, gettid, membarrier};
    use std::cell::Cell;
    use std::mem::MaybeUninit;
    use std::ops::Range;
    use std::sync::OnceLock;
    use std::time::Duration;

    /// Where this thread's stack is. Empty if the system does not tell.
    pub(crate) fn stack() -> Range<usize> {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::zeroed();
        let (mut start, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the first call fills in the attributes of a thread that runs, and
        // only then they are read and destroyed.
        let is_known = unsafe {
            libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
                let got = libc::pthread_attr_getstack(attributes.as_ptr(), &mut start, &mut size);
                libc::pthread_attr_destroy(attributes.as_mut_ptr());
                got == 0
            }
        };
        match is_known {
            true => start.addr()..start.addr() + size,
            false => 0..0,
        }
    }

    /// Whether [`fence_everywhere`] works.
    pub(crate) fn has_fence_everywhere() -> bool {
        // A process has to say once that it will use the command.
        static AVAILABLE: OnceLock<bool> = OnceLock::new();
        *AVAILABLE.get_or_init(|| membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok())
    }

    /// A fence in all threads of the process, at the expense of this one. It must
    /// [be available](has_fence_everywhere).
    pub(crate) fn fence_everywhere() {
        membarrier(MembarrierCommand::PrivateExpedited).expect("a command that is registered");
    }

    thread_local! {
        /// This thread's number, once it was asked for.
        static NUMBER: Cell<i32> = const { Cell::new(0) }
    }

    pub(super) fn current() -> i32 {
        let number = NUMBER.get();
        if number != 0 {
            return number;
        }
        let number = gettid().as_raw_nonzero().get();
        NUMBER.set(number);
        number
    }

    /// Has `prepare` called in each process that is forked from this one, on its one thread,
    /// before anything else happens there.
    pub(crate) fn in_forked_processes(prepare: fn()) {
        static PREPARE: OnceLock<fn()> = OnceLock::new();
        extern "C" fn in_child() {
            // The thread has another number there, and nobody has said for this process that
            // the command will be used.
            NUMBER.set(0);
            let _ = membarrier(MembarrierCommand::RegisterPrivateExpedited);
            PREPARE.get().into_iter().for_each(|prepare| prepare());
        }
        if PREPARE.set(prepare).is_ok() {
            // SAFETY: the function is there as long as the process. Without memory for the
            // note, forked processes do without it.
            unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        }
    }

    impl ThreadId {
        /// How long the thread has been computing in its life.
        pub(crate) fn computed(self) -> Option<Duration> {
            // `clock_getres(2)` and the kernel's `posix-timers.h`: the clock of a thread
            // is its number's complement and three bits, here for "a thread's" and "as
            // the scheduler counts".
            let clock = !self.0 << 3 | 4 | 2;
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

        /// What the thread is doing.
        pub(crate) fn activity(self) -> Activity {
            // `proc_pid_stat(5)`: the state comes after the name, which stands in
            // parentheses and may have some itself.
            let stat = std::fs::read_to_string(format!("/proc/self/task/{}/stat", self.0));
            let stat = stat.unwrap_or_default();
            match stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()) {
                Some([b'R', ..]) => Activity::Computes,
                Some([b'S', ..]) => Activity::Waits,
                _ => Activity::Unknown,
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod kernel {
    use super::{Activity, ThreadId};
    use std::ops::Range;
    use std::time::Duration;

    pub(crate) fn stack() -> Range<usize> {
        0..0
    }

    pub(crate) fn has_fence_everywhere() -> bool {
        false
    }

    pub(crate) fn fence_everywhere() {}

    pub(super) fn current() -> i32 {
        0
    }

    pub(crate) fn in_forked_processes(_: fn()) {}

    impl ThreadId {
        pub(crate) fn computed(self) -> Option<Duration> {
            None
        }

        pub(crate) fn activity(self) -> Activity {
            Activity::Unknown
        }
    }
}
