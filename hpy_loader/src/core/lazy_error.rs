//! An error that C has set and nobody has looked at.
//!
//! An exception takes several objects to make, and many extensions set one only to
//! clear it or to set another. So `HPyErr_SetString` keeps what the exception is to be
//! made of. The first one who wants to see the exception makes it: Python, when C
//! returns, or a function of the context that may reach Python code. CPython 3.11 does
//! the same: its `PyErr_SetString` calls no class.
//!
//! Without it, setting and clearing an error takes 255 ns and not 9, and the mean of the
//! comparison's rows in C is 1.07 of what it is. Six whole programs show no difference.
//!
//! Meanwhile the pending error is [`LAZY`], a word that is no handle.

use super::Core;
use crate::handles::{Pin, RawHandle};
use crate::runtime::Runtime;
use std::cell::Cell;

/// Stands for the handle of an error that is not made yet.
const LAZY: RawHandle = RawHandle::NO_HANDLE;

/// Longer messages are not kept: the exception is made at once.
const LONGEST: usize = 256;

/// What the error is made of, if the pending one is [`LAZY`].
pub(super) struct LazyError<R: Runtime> {
    class: Cell<Option<Pin<'static, R::Object>>>,
    /// Keeps its memory from one message to the next.
    message: Cell<String>,
}

impl<R: Runtime> LazyError<R> {
    pub(super) const fn new() -> Self {
        Self {
            class: Cell::new(None),
            message: Cell::new(String::new()),
        }
    }
}

impl<R: Runtime> Core<R> {
    /// Makes `class(message)` the pending error, which is made when somebody wants
    /// to see it. `class` is the handle of an exception class. None, and nothing
    /// has changed, if it has to be made at once. Otherwise what is returned may
    /// be an object for the caller to drop.
    #[inline]
    pub(crate) fn set_lazy_error(
        &'static self,
        class: RawHandle,
        message: &str,
    ) -> Option<Option<R::Object>> {
        let pending = self.pending.get();
        if message.len() > LONGEST || !(pending.is_null() || pending == LAZY) {
            return None;
        }
        let class = self.handles.peek_pin(class)?;
        let mut text = self.lazy_error.message.take();
        text.clear();
        text.push_str(message);
        self.lazy_error.message.set(text);
        self.pending.set(LAZY);
        let old = self.lazy_error.class.replace(Some(class));
        Some(old.and_then(Pin::release))
    }

    /// Clears the pending error, if none has to be dropped for it. None, and
    /// nothing has changed, if one has; else there may be the class to drop.
    #[inline]
    pub(crate) fn clear_lazy_error(&self) -> Option<Option<R::Object>> {
        let pending = self.pending.get();
        if pending.is_null() {
            return Some(None);
        }
        if pending != LAZY {
            return None;
        }
        self.pending.set(RawHandle::NULL);
        Some(self.lazy_error.class.take().and_then(Pin::release))
    }

    /// Makes the pending error if it is not made yet, so that its word is a handle.
    #[cold]
    pub(super) fn force_pending(&self) -> RawHandle {
        if self.pending.get() == LAZY
            && let Some(error) = self.take_lazy_error()
        {
            self.set_pending(error);
        }
        self.pending.get()
    }

    /// Makes the pending error and takes it away, unless it was made before.
    #[inline]
    pub(super) fn take_lazy_error(&self) -> Option<R::Object> {
        if self.pending.get() != LAZY {
            return None;
        }
        self.pending.set(RawHandle::NULL);
        let class = self.lazy_error.class.take()?;
        let message = self.lazy_error.message.take();
        let make = |vm: &R| match vm.new_str(&message) {
            Ok(message) => vm.error_from_value(&class, Some(&message)),
            Err(error) => error,
        };
        let error = self.leave(make);
        self.lazy_error.message.set(message);
        Some(error)
    }

    /// Drops what an error was to be made of.
    pub(super) fn forget_lazy_error(&self) {
        if let Some(class) = self.lazy_error.class.take().and_then(Pin::release) {
            self.leave(|_| drop(class));
        }
    }

    /// Whether `word` is the handle of an error.
    #[inline]
    pub(super) fn is_forced(word: RawHandle) -> bool {
        word != LAZY
    }
}
