//! The program around the VM: what it hears, and what it may refuse.

use std::any::Any;

/// What a thread does that others may want to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadEvent {
    /// It is about to wait for the HPy lock.
    Waits,
    /// It stops running Python code.
    Detaches,
    /// It runs Python code again.
    Attaches,
}

/// A program that has a VM in it. It need not care for any of this.
pub trait Embedder: Any + Send + Sync {
    /// Whether there is memory for another list or tuple.
    fn grants_container(&self) -> bool {
        true
    }

    /// An exception is about to be made.
    fn makes_exception(&self) {}

    /// A line for a person to read: an exception that nobody catches, a warning, or
    /// what C has dumped.
    fn report(&self, text: String) {
        eprintln!("{text}");
    }

    /// A thread does something.
    fn thread(&self, _event: ThreadEvent) {}
}

/// A program that does not care.
#[derive(Debug, Clone, Copy)]
pub struct Standalone;

impl Embedder for Standalone {}
