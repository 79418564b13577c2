//! The end of the process, whoever brings it about: the one place where the findings come
//! out.
//!
//! A VM that [has asked for a report](Debug::report_at_end) takes the
//! [findings](Debug::last_findings) when its program is over, and writes them. Where the
//! program does not get that far, they are written here, once:
//!
//! | The end | How it comes here |
//! |---|---|
//! | `exit` in C, and by the VM | a function that the C library calls at the exit |
//! | a fault, `abort`, a full stack | the handler of signals, in `violations/fault.rs` |
//! | a signal that somebody has sent | the same handler, and a thread that waits for it |
//! | a violation that is fatal, `HPy_FatalError`, an exception that leaves C | [`Debug::end`] |
//!
//! What nobody can see comes out nowhere: `SIGKILL`, `_exit` in C, and a program that takes
//! the place of this one by `exec`.
//!
//! # Forks
//!
//! A forked process has its parent's findings, which its parent reports. Its own begin with
//! the fork. It reports them at its end if there are any.

use super::innermost_context::innermost;
use super::state::Debug;
use super::summary::Findings;
use super::summary_paragraph::SummaryFormat;
use super::violations::{Violation, ViolationKind, own_frames};
use crate::abi::HPy;
use crate::modes::WrappedContext;
use crate::platform::call_frame::Cause;
use crate::platform::faults::{self, Signal};
use crate::platform::{exits, threads};
use crate::report;
use crate::sites::Site;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs something under the HPy lock.
type Enter = dyn Fn(&mut dyn FnMut());

/// The HPy lock, whatever the VM.
pub(crate) struct LockAccess {
    pub enter: Box<Enter>,
    /// What is the same as long as C's code runs on another thread that has it.
    pub mark_of_holder: Box<dyn Fn() -> Option<(usize, usize)>>,
    /// Whether there is one, since other threads may come.
    pub has_threads: bool,
}

/// What is known of the report at the end.
pub(super) struct Ending {
    lock: LockAccess,
    /// The generation with which the report begins that somebody has asked for, or
    /// [`NOT_ASKED`].
    asked: AtomicI64,
    /// Those of the leak detectors that run, and of those that have found something: a
    /// test runner that keeps its words for the end may not get there. Under the lock.
    detectors: RefCell<Vec<i64>>,
    /// The first of all these, or [`NOT_ASKED`]: from there on handles count.
    since: AtomicI64,
    /// The thread that makes the report, or 0.
    reporter: AtomicUsize,
    /// Whether the report was made.
    is_over: AtomicBool,
    /// Whether it is written here.
    is_written: AtomicBool,
    was_found: AtomicBool,
    is_forked: AtomicBool,
}

const NOT_ASKED: i64 = -1;

/// How long a report may take if somebody keeps the lock.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a thread may go on in C when the program is over.
const PATIENCE: Duration = Duration::from_secs(1);

/// What may be done for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// What C may do: the API works.
    Sound,
    /// The VM may be in the middle of anything.
    Interrupted,
}

/// The mode that reports at the end of the process.
static REPORTING: OnceLock<&'static Debug> = OnceLock::new();

impl Ending {
    pub(super) fn new(lock: LockAccess) -> Self {
        Self {
            lock,
            asked: AtomicI64::new(NOT_ASKED),
            detectors: RefCell::default(),
            since: AtomicI64::new(NOT_ASKED),
            reporter: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            is_written: AtomicBool::new(false),
            was_found: AtomicBool::new(false),
            is_forked: AtomicBool::new(false),
        }
    }

    /// Notes which generation is the first.
    fn update_since(&self) {
        let asked = Some(self.asked.load(SeqCst)).filter(|&asked| asked != NOT_ASKED);
        let detectors = self.detectors.borrow();
        let first = detectors.iter().copied().chain(asked).min();
        self.since.store(first.unwrap_or(NOT_ASKED), SeqCst);
    }

    fn is_asked(&self) -> bool {
        self.asked.load(SeqCst) != NOT_ASKED
    }

    /// Whether the report is this thread's to make. Under the lock.
    fn claim(&self) -> bool {
        let this = threads::current();
        let claimed = self.reporter.compare_exchange(0, this, SeqCst, SeqCst);
        claimed.is_ok()
    }

    /// Whether it is this thread's to write, which may have been at it with more words when
    /// they ended the process. Once.
    fn claim_writing(&self) -> bool {
        let is_mine = self.claim() || self.reporter.load(SeqCst) == threads::current();
        is_mine && !self.is_written.swap(true, SeqCst)
    }
}

impl Debug {
    /// Has what is found from here on reported at the end of the process, whatever brings
    /// that about, and nothing before. Whoever asks takes the findings when the program is
    /// over; see [`last_findings`](Self::last_findings).
    ///
    /// The program goes on after violations where it can. The first mode in a process that
    /// is asked is the one that reports.
    pub fn report_at_end(&'static self) {
        report::keep_stream();
        (self.ending.lock.enter)(&mut || {
            self.set_going_on(true);
            self.set_silent(true);
            self.set_reports_faults(true);
            self.ending.asked.store(self.new_generation(), SeqCst);
            self.ending.update_since();
        });
        self.watch_ends();
    }

    /// Stops to watch for signals that somebody sends until
    /// [`watch_ends`](Self::watch_ends) is called, in the processes on both sides of a fork
    /// that is about to be made. That takes a thread, and a program without threads is to
    /// have none when it forks.
    pub fn prepare_fork(&self) {
        exits::stop_watching();
    }

    /// Begins to look for leaks: the generation of the handles that count. Should the
    /// process end before [`stop_detector`](Self::stop_detector), they are reported. Needs
    /// the HPy lock.
    pub fn start_detector(&self) -> i64 {
        let generation = self.new_generation();
        self.ending.detectors.borrow_mut().push(generation);
        self.ending.update_since();
        generation
    }

    /// Ends what [`start_detector`](Self::start_detector) began. What it `has_found` is
    /// reported again if the process does not come to its end.
    pub fn stop_detector(&self, generation: i64, has_found: bool) {
        if !has_found {
            let mut detectors = self.ending.detectors.borrow_mut();
            detectors.retain(|&other| other != generation);
        }
        self.ending.update_since();
    }

    /// Has this mode see how the process ends, unless another one does.
    pub(super) fn watch_end(&'static self) {
        report::keep_stream();
        if REPORTING.set(self).is_ok() {
            exits::on_exit(exiting);
            exits::in_forked_children(forked);
        }
    }

    /// Sees the signals that end the process first, before whoever has set a handler since
    /// that was done last.
    pub fn watch_ends(&self) {
        self.watch_faults();
        if self.is_report_due() && self.ending.lock.has_threads {
            exits::watch(requested);
            faults::intercept_requests();
        }
    }

    /// The findings of a program that is over, for whoever
    /// [has asked](Self::report_at_end) for them, once. Whoever takes them calls
    /// [`end_report`](Self::end_report) when they are in words: the `repr` of an object
    /// may run anything, and if it ends the process, they are reported without it.
    pub fn last_findings(&self) -> Option<Findings> {
        let ending = &self.ending;
        let mut findings = None;
        (ending.lock.enter)(&mut || {
            if ending.is_asked() && !ending.is_over.load(SeqCst) && ending.claim() {
                findings = Some(self.findings_at_end());
            }
        });
        findings
    }

    /// Says that the [findings](Self::last_findings) are in words. They are not reported
    /// after that.
    pub fn end_report(&self) {
        self.ending.is_over.store(true, SeqCst);
    }

    /// Says that the program is over, with an exit status, before
    /// [`last_findings`](Self::last_findings) is called. If another thread does not stop to
    /// run C, as a daemon thread may, the lock is not to be had: then that thread makes the
    /// report, and the process exits.
    pub fn program_is_over(&self, status: i32) {
        let (start, first) = (Instant::now(), (self.ending.lock.mark_of_holder)());
        while first.is_some() && (self.ending.lock.mark_of_holder)() == first {
            if start.elapsed() > PATIENCE && self.is_report_due() && exits::is_watched() {
                exits::request_exit(status);
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// Whether this process was forked by the one that has asked for the report.
    pub fn is_forked(&self) -> bool {
        self.ending.is_forked.load(SeqCst)
    }

    /// Reports that something leaves a C function which must not, and ends the process, if
    /// that function runs in debug mode on this thread.
    pub(crate) fn report_escape(cause: &Cause, what: &str) {
        let Some(context) = innermost() else { return };
        let kind = match cause {
            Cause::ThreadEnd => ViolationKind::ThreadEnd,
            Cause::Exception(..) => ViolationKind::Exception,
        };
        // Nothing was unwound yet.
        let site = Site::of_callback();
        let used = site.unwrap_or_else(|| Site::of_function(context.function.get()));
        context.debug.end(Violation {
            detail: what.to_owned(),
            python: context.capture_stack(),
            ..Violation::new(kind, &context.extension().name, used)
        })
    }

    pub(super) fn is_report_due(&self) -> bool {
        self.ending.since.load(SeqCst) != NOT_ASKED && !self.ending.is_over.load(SeqCst)
    }

    fn findings_at_end(&self) -> Findings {
        let findings = self.findings(self.ending.since.load(SeqCst));
        match self.is_forked() {
            true => findings.of_process(std::process::id()),
            false => findings,
        }
    }

    /// Writes the findings if they are to be reported and were not. `end` says what ends
    /// the process. Whether there are any.
    pub(super) fn settle(&self, end: &str, state: State) -> bool {
        let ending = &self.ending;
        if self.is_report_due() {
            if ending.lock.has_threads {
                limit();
            }
            // Whatever the process has done to its memory, it is to end as it would.
            let write = || (ending.lock.enter)(&mut || self.write_findings(end, state));
            let _ = catch_unwind(AssertUnwindSafe(write));
            ending.is_over.store(true, SeqCst);
            IS_OVER.store(true, SeqCst);
        }
        ending.was_found.load(SeqCst)
    }

    fn write_findings(&self, end: &str, state: State) {
        if !self.ending.claim_writing() {
            return;
        }
        let context = (state == State::Sound).then_some(self.inner);
        let findings = self.findings_at_end();
        let summary = findings.sum_up(&PlainWords(context));
        let summary = summary.ended_by(end, !self.is_silent.get());
        self.ending.was_found.store(!summary.is_clean(), SeqCst);
        if !(self.is_forked() && summary.is_clean()) {
            report::write(&format!("{summary}\n"));
        }
    }

    /// Whether the report has to be made by another thread, which keeps the lock.
    pub(super) fn is_for_another_thread(&self) -> bool {
        self.is_report_due() && exits::is_watched() && (self.ending.lock.mark_of_holder)().is_some()
    }

    /// Ends the process as somebody has requested by a signal: `violation` is where C was.
    pub(super) fn end_by_request(&self, signal: i32, violation: Option<Violation>) -> ! {
        let state = match violation {
            Some(_) => State::Sound,
            None => State::Interrupted,
        };
        let mut end = Signal::Request(signal).text().to_owned();
        match violation {
            Some(violation) if exits::is_exiting() => {
                let frame = own_frames(violation.used).find(|frame| !frame.is_of_system());
                let place = frame.map_or_else(|| "C".to_owned(), |frame| frame.to_string());
                end = format!("the program is over, and a thread goes on in {place}");
            }
            Some(violation) => report::write(&violation.to_string()),
            None => {}
        }
        let was_found = self.settle(&end, state);
        exits::die_with(signal, was_found)
    }
}

/// Whether the report was made, of whatever mode.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Ends the process soon if somebody keeps a lock for good, so that there is no report.
pub(super) fn limit() {
    let builder = std::thread::Builder::new();
    drop(builder.spawn(|| {
        sleep(LIMIT);
        if IS_OVER.load(SeqCst) {
            return;
        }
        report::write("hpy.debug: findings are lost: a thread keeps a lock that is needed\n");
        exits::abort()
    }));
}

/// The process exits with a status: the one that it is to have.
fn exiting(status: i32) -> i32 {
    let Some(debug) = REPORTING.get() else {
        return status;
    };
    let end = format!("exit({status})");
    let site = innermost().and_then(|context| Some((context, Site::of_callback()?)));
    if let Some((context, site)) = site
        && debug.reports_faults()
    {
        let violation = Violation {
            detail: end.clone(),
            python: (debug.vm.python)(),
            ..Violation::new(ViolationKind::Exit, &context.extension().name, site)
        };
        report::write(&violation.to_string());
    } else if !debug.ending.is_asked() {
        // The program is over, and a detector has told what it has found.
        return status;
    }
    let was_due = debug.is_report_due();
    // The C library has destroyed what the VM keeps for the thread.
    let was_found = debug.settle(&end, State::Interrupted);
    let counts = was_due && was_found && debug.ending.is_asked() && !debug.is_forked();
    // The system looks at eight bits.
    match status & 0xFF {
        0 if counts => 1,
        _ => status,
    }
}

/// This process is a fork: what was found is its parent's to report.
fn forked() {
    let Some(debug) = REPORTING.get() else {
        return;
    };
    let ending = &debug.ending;
    ending.is_forked.store(true, SeqCst);
    ending.is_over.store(false, SeqCst);
    ending.is_written.store(false, SeqCst);
    ending.was_found.store(false, SeqCst);
    ending.reporter.store(0, SeqCst);
    // There is this thread only. Another one may have been at work on these.
    if let Some(generation) = debug.try_new_generation() {
        if ending.is_asked() {
            ending.asked.store(generation, SeqCst);
        }
        if let Ok(mut detectors) = ending.detectors.try_borrow_mut() {
            detectors.fill(generation);
        }
        ending.update_since();
    }
    if let Ok(mut violations) = debug.violations.try_borrow_mut() {
        violations.clear();
    }
    if let Ok(mut counts) = debug.counts.try_borrow_mut() {
        counts.clear();
    }
}

/// Somebody has asked the process to end, by a signal. This is a thread of its own.
fn requested(signal: i32) {
    if let Some(debug) = REPORTING.get() {
        debug.end_by_request(signal, None);
    }
}

/// Words for objects, without any code of Python's.
struct PlainWords(Option<WrappedContext>);

impl SummaryFormat for PlainWords {
    fn object(&self, handle: HPy) -> String {
        let text = self.0.and_then(|context| context.plain_text(handle));
        text.unwrap_or_default()
    }
}
