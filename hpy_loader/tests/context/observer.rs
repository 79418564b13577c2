//! The program around the VM of a test: what it has heard, and what it refuses.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};

use toy_vm::{Embedder, ThreadEvent, Toy, lock};

#[derive(Default)]
pub struct Observer {
    reports: Mutex<Vec<String>>,
    /// How often a thread had to wait for the HPy lock.
    waits: AtomicUsize,
    /// Threads that are detached now.
    detached: AtomicIsize,
    /// The next new list or tuple finds no memory, and leaves the items alone.
    pub refuse_containers: AtomicBool,
    /// Making the next exceptions panics with these, from the last to the first.
    panics: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Embedder for Observer {
    fn grants_container(&self) -> bool {
        !self.refuse_containers.load(Ordering::SeqCst)
    }

    fn makes_exception(&self) {
        let panic = lock(&self.panics).pop();
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }

    fn report(&self, text: String) {
        lock(&self.reports).push(text);
    }

    fn thread(&self, event: ThreadEvent) {
        match event {
            ThreadEvent::Waits => drop(self.waits.fetch_add(1, Ordering::SeqCst)),
            ThreadEvent::Detaches => drop(self.detached.fetch_add(1, Ordering::SeqCst)),
            ThreadEvent::Attaches => drop(self.detached.fetch_sub(1, Ordering::SeqCst)),
        }
    }
}

/// What a test asks the observer of its VM.
pub trait Observed {
    fn observer(&self) -> &Observer;

    /// What was reported since the last call: warnings, exceptions that nobody
    /// catches.
    fn take_reports(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.observer().reports))
    }

    fn waits(&self) -> usize {
        self.observer().waits.load(Ordering::SeqCst)
    }

    fn detached(&self) -> isize {
        self.observer().detached.load(Ordering::SeqCst)
    }

    /// Lets the next making of an exception panic.
    fn panic_with(&self, payload: impl Any + Send) {
        lock(&self.observer().panics).push(Box::new(payload));
    }
}

impl<const THREADS: bool> Observed for Toy<THREADS> {
    fn observer(&self) -> &Observer {
        let embedder: &dyn Any = self.embedder();
        embedder.downcast_ref().expect("the VM of a test")
    }
}

/// Panics without a backtrace, since C gets to see it as an error.
pub fn panic_quietly(message: &str) -> ! {
    resume_unwind(Box::new(message.to_owned()))
}
