//! One call of C in debug mode.

use super::extension::{Extension, NOBODY, Taken, Turn, this_thread};
use super::records::{Found, Origin, Record};
use super::violations::{Kind, Violation};
use crate::abi::{HPy, HPyContext};
use crate::handles::Word;
use crate::modes::Outcome;
use crate::sites::{Call, PythonStack, Site};
use std::cell::Cell;
use std::ffi::c_void;

thread_local! {
    /// The turn of the innermost call, if this thread is in C and has not left.
    static INSIDE: Cell<Option<&'static Turn>> = const { Cell::new(None) };
    /// The turn that may be used again when C comes back.
    static LEFT: Cell<Option<&'static Turn>> = const { Cell::new(None) };
}

/// Whether C on this thread may use any context, or might if it were not in a
/// function of one.
pub(super) fn is_inside() -> bool {
    INSIDE.get().is_some()
}

/// The turn of the innermost call of C on this thread, unless that has left.
pub(super) fn innermost() -> Option<&'static Turn> {
    INSIDE.get()
}

/// `HPy_LeavePythonExecution` was called.
pub(super) fn leave(turn: &'static Turn) {
    if turn.has_unplaced() {
        turn.place();
    }
    turn.set_user(NOBODY);
    INSIDE.set(None);
    LEFT.set(Some(turn));
}

/// `HPy_ReenterPythonExecution` was called.
pub(super) fn reenter() {
    if let Some(left) = LEFT.replace(None) {
        INSIDE.set(Some(left));
        left.set_user(this_thread());
    }
}

/// A function of the context at work that may run other code. C that runs
/// meanwhile gets a turn of its own, or no context, as the function of a capsule.
pub(super) struct Busy {
    turn: &'static Turn,
    user: usize,
}

impl Busy {
    #[inline(always)]
    pub fn new(turn: &'static Turn) -> Self {
        if turn.has_unplaced() {
            turn.place();
        }
        Self::placed(turn)
    }

    /// The same, if nothing is unplaced.
    #[inline(always)]
    pub fn placed(turn: &'static Turn) -> Self {
        let user = turn.user();
        turn.set_user(NOBODY);
        Self { turn, user }
    }
}

impl Drop for Busy {
    #[inline(always)]
    fn drop(&mut self) {
        self.turn.set_user(self.user);
    }
}

/// A call in progress: a context has its turn.
pub(crate) struct DebugCall {
    extension: &'static Extension,
    turn: &'static Turn,
    was_inside: Option<&'static Turn>,
    /// A call above may have the same turn.
    outer: Taken,
    _call: Call,
}

impl DebugCall {
    /// Starts a call of `function`.
    #[inline(always)]
    pub(crate) fn new(extension: &'static Extension, function: *const c_void) -> Self {
        let turn = extension.next_turn();
        Self {
            extension,
            turn,
            was_inside: INSIDE.replace(Some(turn)),
            outer: turn.take(function),
            _call: Call::of(function),
        }
    }

    /// The context for this call.
    #[inline(always)]
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.turn.context()
    }

    /// The handle that C gets for one that the wrapped context passes, as long as the
    /// call lasts.
    #[inline(always)]
    pub(crate) fn open(&self, inner: HPy) -> HPy {
        if inner.is_null() {
            return inner;
        }
        let (number, site) = (self.extension.number, self.site());
        let (origin, above) = (Origin::Argument, Some(PythonStack::EMPTY));
        self.extension
            .debug
            .open(inner, origin, number, site, above)
    }

    /// Puts the handles that C gets into the places of those that the wrapped context
    /// passes.
    #[inline(always)]
    pub(crate) fn open_all(&self, words: &mut [Word]) {
        for word in words {
            *word = Word::from_bits(self.open(HPy(word.bits())).0);
        }
    }

    /// The function, as a place.
    #[inline(always)]
    fn site(&self) -> Site {
        Site::of_function(self.turn.function())
    }

    /// The wrapped context's handle for one that C gives away.
    #[inline]
    pub(crate) fn own(&self, handle: HPy) -> HPy {
        if handle.is_null() {
            return handle;
        }
        let debug = self.extension.debug;
        if let Some(entry) = debug.records.look(handle)
            && entry.is_owned_by(self.extension.number)
        {
            let inner = entry.inner.get();
            let orphan = debug.records.close(entry, self.site());
            debug.close_inner(orphan);
            return inner;
        }
        self.own_invalid(handle)
    }

    #[cold]
    #[inline(never)]
    fn own_invalid(&self, handle: HPy) -> HPy {
        let debug = self.extension.debug;
        let records = &debug.records;
        let found = records.find(handle);
        let index = match found {
            Found::Open(index) | Found::Closed(index) => index,
            Found::Forgotten | Found::Nothing => {
                let kind = match found {
                    Found::Nothing => Kind::NoHandle,
                    _ => Kind::UseAfterClose,
                };
                self.violation(kind, None);
                // For the loader to refuse.
                return handle;
            }
        };
        let record = records.get(index);
        let kind = match (found, record.origin) {
            (Found::Open(_), Origin::Result) => Kind::ForeignHandle,
            (Found::Open(_), Origin::Argument) => Kind::ArgumentReturned,
            (Found::Open(_), Origin::Constant) => Kind::ConstantReturned,
            (_, Origin::Argument) => Kind::UseAfterCall,
            _ => Kind::UseAfterClose,
        };
        self.violation(kind, Some(&record));
        // The caller takes a reference away, which has to be there.
        // SAFETY: the context is whole, and any word may be duplicated.
        unsafe { ((*debug.inner).ctx_Dup)(debug.inner, record.inner) }
    }

    #[cold]
    #[inline(never)]
    fn violation(&self, kind: Kind, record: Option<&Record>) {
        let debug = self.extension.debug;
        // A hook may run.
        self.turn.place();
        let mut violation = self.new_violation(kind, record);
        violation.python = (debug.python)();
        debug.violate(violation);
    }

    #[cold]
    fn new_violation(&self, kind: Kind, record: Option<&Record>) -> Violation {
        Violation {
            kind,
            function: String::new(),
            module: self.extension.name.clone(),
            detail: String::new(),
            used: self.site(),
            opened: record.map_or(Site::UNKNOWN, |record| record.opened),
            closed: record.map_or(Site::UNKNOWN, |record| record.closed),
            python: PythonStack::EMPTY,
        }
    }

    /// Ends the call, with what C returned, and closes the handles that it had.
    #[inline(always)]
    pub(crate) fn finish<T: Outcome>(self, outcome: T, receiver: HPy, args: &[Word]) -> T {
        self.turn.set_user(self.outer.user);
        let debug = self.extension.debug;
        if INSIDE.replace(self.was_inside).is_none() {
            // Nor has it come back: the lock may be somebody else's by now.
            debug.end(self.new_violation(Kind::WithoutLock, None));
        }
        let is_pending = debug.is_error_pending();
        match outcome.is_failure() {
            Some(true) if !is_pending => self.violation(Kind::ErrorMissing, None),
            Some(false) if is_pending => self.violation(Kind::ErrorLeft, None),
            _ => {}
        }
        let outcome = outcome.map_handle(|handle| self.own(handle));
        self.turn.settle();
        self.close(receiver);
        for word in args {
            self.close(HPy(word.bits()));
        }
        self.turn.give_back(&self.outer);
        outcome
    }

    /// Closes the handle of an argument.
    #[inline(always)]
    fn close(&self, handle: HPy) {
        if handle.is_null() {
            return;
        }
        let debug = self.extension.debug;
        let Some(entry) = debug.records.look(handle) else {
            return;
        };
        let inner = entry.inner.get();
        let orphan = debug.records.close(entry, Site::UNKNOWN);
        debug.close_inner(orphan);
        if debug.goes_on() {
            debug.keep_argument(handle, inner);
        }
    }
}
