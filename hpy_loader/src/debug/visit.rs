//! One call of C in debug mode.

use super::extension::{Extension, NOBODY, Turn, this_thread};
use super::records::{Found, Origin, Record};
use super::violation::{Kind, Violation};
use crate::abi::{HPy, HPyContext};
use crate::handles::Word;
use crate::modes::Outcome;
use crate::sites::{Call, PythonStack, Site};
use smallvec::SmallVec;
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

/// A call in progress: the arguments have handles, and a context has its turn.
pub(crate) struct Visit<'a> {
    extension: &'static Extension,
    turn: &'static Turn,
    function: *const c_void,
    words: &'a [Word],
    handles: SmallVec<[HPy; 8]>,
    was_inside: Option<&'static Turn>,
    /// A call above may have the same turn.
    outer_user: usize,
    outer_above: Option<PythonStack>,
    _call: Call,
}

impl<'a> Visit<'a> {
    /// Starts a call of `function`, with the arguments `words`.
    pub(crate) fn new(
        extension: &'static Extension,
        function: *const c_void,
        words: &'a [Word],
    ) -> Self {
        let call = Call::of(function);
        let debug = extension.debug;
        let site = Site::of_function(function);
        let open = |word: &Word| {
            let (inner, number) = (HPy(word.bits()), extension.number);
            match inner.is_null() {
                true => inner,
                false => debug.open(inner, Origin::Argument, number, site, PythonStack::EMPTY),
            }
        };
        let handles = words.iter().map(open).collect();
        let turn = extension.next_turn();
        let outer_user = turn.user();
        turn.set_user(this_thread());
        Self {
            extension,
            turn,
            function,
            words,
            handles,
            was_inside: INSIDE.replace(Some(turn)),
            outer_user,
            outer_above: turn.above.replace(None),
            _call: call,
        }
    }

    /// The context for this call.
    pub(crate) fn context(&self) -> *mut HPyContext {
        self.turn.context()
    }

    /// The handle that C gets for an argument.
    pub(crate) fn handle(&self, inner: HPy) -> HPy {
        let place = self.words.iter().position(|word| word.bits() == inner.0);
        place.map_or(inner, |place| self.handles[place])
    }

    /// The handles that C gets, as an array.
    pub(crate) fn handles(&self) -> &[HPy] {
        &self.handles
    }

    /// The wrapped context's handle for one that C gives away.
    pub(crate) fn own(&self, handle: HPy) -> HPy {
        if handle.is_null() {
            return handle;
        }
        let debug = self.extension.debug;
        if let Some(entry) = debug.records.look(handle)
            && entry.is_owned_by(self.extension.number)
        {
            let inner = entry.inner.get();
            let orphan = debug.records.close(entry, Site::of_function(self.function));
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
    fn violation(&self, kind: Kind, record: Option<&Record>) {
        let debug = self.extension.debug;
        let mut violation = self.new_violation(kind, record);
        violation.python = (debug.python)();
        debug.violate(violation);
    }

    fn new_violation(&self, kind: Kind, record: Option<&Record>) -> Violation {
        Violation {
            kind,
            function: String::new(),
            module: self.extension.name.clone(),
            detail: String::new(),
            used: Site::of_function(self.function),
            opened: record.map_or(Site::UNKNOWN, |record| record.opened),
            closed: record.map_or(Site::UNKNOWN, |record| record.closed),
            python: PythonStack::EMPTY,
        }
    }

    /// Ends the call, with what C returned.
    pub(crate) fn finish<T: Outcome>(self, outcome: T) -> T {
        self.turn.set_user(self.outer_user);
        self.turn.above.set(self.outer_above);
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
        let goes_on = debug.goes_on();
        for (&handle, word) in self.handles.iter().zip(self.words) {
            let entry = debug.records.look(handle).filter(|_| !handle.is_null());
            let Some(entry) = entry else {
                continue;
            };
            let orphan = debug.records.close(entry, Site::UNKNOWN);
            debug.close_inner(orphan);
            if goes_on {
                debug.keep_argument(handle, HPy(word.bits()));
            }
        }
        outcome
    }
}
