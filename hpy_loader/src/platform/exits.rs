//! The ends of a process that are no faults: its exit, a signal that somebody has sent; and
//! the fork, with which another process begins in the middle of this one.

#[cfg(all(unix, not(miri)))]
pub(crate) use unix::{
    abort, die_with, in_forked_children, is_exiting, is_watched, on_exit, request, request_end,
    request_exit, requested, runs_exit, stop_watching, watch,
};

#[cfg(all(unix, not(miri)))]
mod unix {
    use parking_lot::Mutex;
    use std::cell::Cell;
    use std::ffi::{c_int, c_void};
    use std::io;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
    use std::thread::JoinHandle;
    use std::time::{Duration, Instant};

    /// Asks a function, when this process exits, for the exit status that it is to have
    /// instead of the one that it is given. So whoever ends the process, the function
    /// runs on that thread, before the code that was registered earlier. Only the first
    /// call has an effect.
    pub(crate) fn on_exit(ask: fn(i32) -> i32) {
        static ASK: OnceLock<fn(i32) -> i32> = OnceLock::new();

        #[cfg(target_env = "gnu")]
        {
            unsafe extern "C" {
                fn on_exit(
                    function: extern "C" fn(c_int, *mut c_void),
                    argument: *mut c_void,
                ) -> c_int;
            }
            extern "C" fn exiting(status: c_int, _: *mut c_void) {
                RUNS_EXIT.set(true);
                let wanted = ASK.get().map_or(status, |ask| ask(status));
                if wanted != status {
                    // SAFETY: the GNU C library lets a function that runs at the exit name
                    // another status, and goes on with those that are left.
                    unsafe { libc::exit(wanted) };
                }
            }
            if ASK.set(ask).is_ok() {
                // SAFETY: the function is of the type that is asked for.
                unsafe { on_exit(exiting, std::ptr::null_mut()) };
            }
        }
        #[cfg(not(target_env = "gnu"))]
        {
            // The status is not known here.
            extern "C" fn exiting() {
                RUNS_EXIT.set(true);
                if let Some(ask) = ASK.get() {
                    ask(1);
                }
            }
            if ASK.set(ask).is_ok() {
                // SAFETY: the function is of the type that is asked for.
                unsafe { libc::atexit(exiting) };
            }
        }
    }

    thread_local! {
        static RUNS_EXIT: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether this thread ends the process: the C library has destroyed the thread's data
    /// then, so a VM may not be asked for anything any more.
    pub(crate) fn runs_exit() -> bool {
        RUNS_EXIT.get()
    }

    /// Calls a function in every process that this one forks, on the one thread that it
    /// has. Only the first call has an effect.
    pub(crate) fn in_forked_children(call: fn()) {
        static CALL: OnceLock<fn()> = OnceLock::new();

        unsafe extern "C" fn forked() {
            if let Some(call) = CALL.get() {
                call();
            }
        }
        if CALL.set(call).is_ok() {
            // SAFETY: the function is of the type that is asked for.
            unsafe { libc::pthread_atfork(None, None, Some(forked)) };
        }
    }

    /// The process that watches for requests to end, or 0.
    static PROCESS: AtomicI32 = AtomicI32::new(0);

    /// Where its handler writes to, to wake the thread that sees to them.
    static WAKE: AtomicI32 = AtomicI32::new(-1);

    /// That thread.
    static WATCHER: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

    /// The signal by which this process was asked to end, or 0.
    static REQUESTED: AtomicI32 = AtomicI32::new(0);

    /// The status with which it was asked to exit, or [`NO_STATUS`].
    static EXIT_STATUS: AtomicI32 = AtomicI32::new(NO_STATUS);

    const NO_STATUS: i32 = i32::MIN;

    /// What the thread is woken for.
    const END: u8 = 0;
    const STOP: u8 = 1;

    /// How long there is to see to a request before the process ends.
    const LIMIT: Duration = Duration::from_secs(3);

    /// Between two attempts to interrupt the process's threads at a better place.
    const PAUSE: Duration = Duration::from_millis(20);

    /// Has two things done when this process is [requested](request) to end. `finish` runs
    /// on a thread of its own, which may wait for the other threads. Meanwhile these
    /// get the signal again and again, for a handler that looks for a good moment. After
    /// a while the process ends in any case.
    pub(crate) fn watch(finish: fn(i32)) {
        let mut watcher = WATCHER.lock();
        if is_watched() {
            return;
        }
        // A forked process has its parent's, without the thread.
        close(WAKE.swap(-1, SeqCst));
        std::mem::forget(watcher.take());
        let mut ends = [0; 2];
        // SAFETY: two numbers are filled in.
        if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
            return;
        }
        for end in ends {
            // SAFETY: nothing but numbers is passed.
            unsafe { libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
        let [wakened, wake] = ends;
        *watcher = spawn(move || {
            let is_end = wait_for(wakened) == Some(END);
            close(wakened);
            if is_end {
                see_to_request(finish);
            }
        });
        match *watcher {
            Some(_) => {
                REQUESTED.store(0, SeqCst);
                WAKE.store(wake, SeqCst);
                PROCESS.store(process(), SeqCst);
            }
            None => ends.into_iter().for_each(close),
        }
    }

    /// Ends the thread of [`watch`], before a fork: a program that has no threads is to have
    /// none then.
    pub(crate) fn stop_watching() {
        let mut watcher = WATCHER.lock();
        if is_watched() {
            PROCESS.store(0, SeqCst);
            let wake = WAKE.swap(-1, SeqCst);
            write_to(wake, STOP);
            drop(watcher.take().map(JoinHandle::join));
            close(wake);
        }
    }

    /// Whether this process has such a thread; a process that it has forked has none.
    pub(crate) fn is_watched() -> bool {
        PROCESS.load(SeqCst) == process()
    }

    /// Asks the process to end as by a signal. For handlers of signals.
    pub(crate) fn request(signal: i32) {
        let first = REQUESTED.compare_exchange(0, signal, SeqCst, SeqCst);
        if first.is_ok() {
            write_to(WAKE.load(SeqCst), END);
        }
    }

    /// Asks the process to end as by `abort`, and waits for that.
    pub(crate) fn request_end() -> ! {
        request(libc::SIGABRT);
        loop {
            std::thread::park();
        }
    }

    /// Asks the process to exit with a status, by whatever thread keeps it from that, and
    /// waits for it.
    pub(crate) fn request_exit(status: i32) -> ! {
        EXIT_STATUS.store(status, SeqCst);
        request_end()
    }

    /// Whether the process is to [exit](request_exit).
    pub(crate) fn is_exiting() -> bool {
        EXIT_STATUS.load(SeqCst) != NO_STATUS
    }

    /// The signal by which this process was asked to end.
    pub(crate) fn requested() -> Option<i32> {
        let signal = REQUESTED.load(SeqCst);
        (signal != 0 && is_watched()).then_some(signal)
    }

    fn write_to(wake: c_int, byte: u8) {
        // SAFETY: one byte of a local array is written.
        unsafe { libc::write(wake, [byte].as_ptr().cast(), 1) };
    }

    fn wait_for(wakened: c_int) -> Option<u8> {
        let mut byte = 0_u8;
        loop {
            // SAFETY: one byte of a local variable is filled in.
            match unsafe { libc::read(wakened, (&raw mut byte).cast(), 1) } {
                1 => return Some(byte),
                -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                _ => return None,
            }
        }
    }

    fn close(descriptor: c_int) {
        if descriptor >= 0 {
            // SAFETY: it is one of this module's, and nobody uses it any more.
            unsafe { libc::close(descriptor) };
        }
    }

    fn see_to_request(finish: fn(i32)) {
        let signal = REQUESTED.load(SeqCst);
        spawn(move || {
            finish(signal);
            die_with(signal, false)
        });
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            std::thread::sleep(PAUSE);
            interrupt_threads(signal);
        }
        die_with(signal, false)
    }

    /// Starts a thread that gets no signals, since those are to interrupt the program.
    fn spawn(work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
        // SAFETY: sets of signals are filled in, and the mask is put back.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            let builder = std::thread::Builder::new().name("hpy.debug".to_owned());
            let thread = builder.spawn(work);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
            thread.ok()
        }
    }

    /// Sends a signal to every thread of this process. Those of this module do not get it.
    fn interrupt_threads(signal: i32) {
        #[cfg(target_os = "linux")]
        for entry in std::fs::read_dir("/proc/self/task").into_iter().flatten() {
            let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
            if let Ok(thread) = name.to_string_lossy().parse::<libc::pid_t>() {
                // SAFETY: nothing but numbers is passed; a thread that has ended is an
                // error.
                unsafe { libc::syscall(libc::SYS_tgkill, process(), thread, signal) };
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = signal;
    }

    fn process() -> i32 {
        // SAFETY: it has no effect.
        unsafe { libc::getpid() }
    }

    /// Ends this process as `abort` does, whoever handles that.
    pub(crate) fn abort() -> ! {
        die(libc::SIGABRT)
    }

    /// Ends this process as it was asked to. A status of 0 becomes 1 if something was found.
    pub(crate) fn die_with(signal: i32, was_found: bool) -> ! {
        match EXIT_STATUS.load(SeqCst) {
            NO_STATUS => die(signal),
            // SAFETY: nothing but a number is passed.
            status if status & 0xFF == 0 && was_found => unsafe { libc::_exit(1) },
            // SAFETY: as above.
            status => unsafe { libc::_exit(status) },
        }
    }

    /// Ends this process by a signal, so that its parent sees that.
    pub(crate) fn die(signal: i32) -> ! {
        // SAFETY: sets of signals are filled in, and the rest are numbers.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            let mut this: libc::sigset_t = std::mem::zeroed();
            libc::sigaddset(&raw mut this, signal);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const this, std::ptr::null_mut());
            libc::kill(process(), signal);
            // Somebody may have set a handler in this moment.
            std::thread::sleep(PAUSE);
            libc::_exit(128 + signal)
        }
    }
}

#[cfg(any(not(unix), miri))]
pub(crate) fn on_exit(_: fn(i32) -> i32) {}

#[cfg(any(not(unix), miri))]
pub(crate) fn in_forked_children(_: fn()) {}

#[cfg(any(not(unix), miri))]
pub(crate) fn watch(_: fn(i32)) {}

#[cfg(any(not(unix), miri))]
pub(crate) fn stop_watching() {}

#[cfg(any(not(unix), miri))]
pub(crate) fn is_watched() -> bool {
    false
}

#[cfg(any(not(unix), miri))]
pub(crate) fn request(_: i32) {}

#[cfg(any(not(unix), miri))]
pub(crate) fn request_end() -> ! {
    std::process::abort()
}

#[cfg(any(not(unix), miri))]
pub(crate) fn request_exit(status: i32) -> ! {
    std::process::exit(status)
}

#[cfg(any(not(unix), miri))]
pub(crate) fn is_exiting() -> bool {
    false
}

#[cfg(any(not(unix), miri))]
pub(crate) fn die_with(signal: i32, _: bool) -> ! {
    die(signal)
}

#[cfg(any(not(unix), miri))]
pub(crate) fn requested() -> Option<i32> {
    None
}

#[cfg(any(not(unix), miri))]
pub(crate) fn runs_exit() -> bool {
    false
}

#[cfg(any(not(unix), miri))]
pub(crate) fn abort() -> ! {
    std::process::abort()
}

#[cfg(any(not(unix), miri))]
pub(crate) fn die(signal: i32) -> ! {
    std::process::exit(128 + signal)
}
