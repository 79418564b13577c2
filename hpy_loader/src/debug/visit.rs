//! One call of C in debug mode.

use super::extension::{Extension, Turn};
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
    /// Whether this thread may call the context: it is in C and has not left.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether C on this thread may call a context.
#[inline(always)]
pub(super) fn is_inside() -> bool {
    INSIDE.with(Cell::get)
}

/// For `HPy_LeavePythonExecution` and `HPy_ReenterPythonExecution`.
pub(super) fn set_inside(inside: bool) {
    INSIDE.with(|cell| cell.set(inside));
}

/// A call in progress: the arguments have handles, and a context has its turn.
pub(crate) struct Visit<'a> {
    extension: &'static Extension,
    turn: &'static Turn,
    function: *const c_void,
    words: &'a [Word],
    handles: SmallVec<[HPy; 8]>,
    was_inside: bool,
    /// A call above may have got the same context.
    was_valid: bool,
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
            debug.open(inner, Origin::Argument, number, site, PythonStack::EMPTY)
        };
        let handles = words.iter().map(open).collect();
        let turn = extension.next_turn();
        Self {
            extension,
            turn,
            function,
            words,
            handles,
            was_inside: INSIDE.with(|cell| cell.replace(true)),
            was_valid: turn.is_valid.replace(true),
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
        let mut records = debug.records.borrow_mut();
        let found = records.find(handle);
        let index = match found {
            Found::Open(index) | Found::Closed(index) => index,
            Found::Forgotten | Found::Nothing => {
                drop(records);
                let kind = match found {
                    Found::Nothing => Kind::NoHandle,
                    _ => Kind::UseAfterClose,
                };
                self.violation(kind, None);
                // For the loader to refuse.
                return handle;
            }
        };
        let record = *records.get(index);
        let kind = match (found, record.origin) {
            (Found::Open(_), Origin::Result) if record.owner == self.extension.number => {
                let orphan = records.close(index, Site::of_function(self.function));
                drop(records);
                debug.close_inner(orphan);
                return record.inner;
            }
            (Found::Open(_), Origin::Result) => Kind::ForeignHandle,
            (Found::Open(_), Origin::Argument) => Kind::ArgumentReturned,
            (Found::Open(_), Origin::Constant) => Kind::ConstantReturned,
            (_, Origin::Argument) => Kind::UseAfterCall,
            _ => Kind::UseAfterClose,
        };
        drop(records);
        self.violation(kind, Some(&record));
        // The caller takes a reference away, which has to be there.
        // SAFETY: the context is whole, and any word may be duplicated.
        unsafe { ((*debug.inner).ctx_Dup)(debug.inner, record.inner) }
    }

    #[cold]
    fn violation(&self, kind: Kind, record: Option<&Record>) {
        let debug = self.extension.debug;
        debug.violate(Violation {
            kind,
            function: String::new(),
            module: self.extension.name.clone(),
            detail: String::new(),
            used: Site::of_function(self.function),
            opened: record.map_or(Site::UNKNOWN, |record| record.opened),
            closed: record.map_or(Site::UNKNOWN, |record| record.closed),
            python: (debug.python)(),
        });
    }

    /// Ends the call, with what C returned.
    pub(crate) fn finish<T: Outcome>(self, outcome: T) -> T {
        self.turn.is_valid.set(self.was_valid);
        INSIDE.with(|cell| cell.set(self.was_inside));
        let debug = self.extension.debug;
        let is_pending = debug.is_error_pending();
        match outcome.is_failure() {
            Some(true) if !is_pending => self.violation(Kind::ErrorMissing, None),
            Some(false) if is_pending => self.violation(Kind::ErrorLeft, None),
            _ => {}
        }
        let outcome = outcome.map_handle(|handle| self.own(handle));
        let goes_on = debug.on_invalid_handle.get().is_some() || debug.going_on.get();
        for (&handle, word) in self.handles.iter().zip(self.words) {
            let mut records = debug.records.borrow_mut();
            let Found::Open(index) = records.find(handle) else {
                continue;
            };
            let orphan = records.close(index, Site::UNKNOWN);
            drop(records);
            debug.close_inner(orphan);
            if goes_on {
                debug.keep_argument(index, HPy(word.bits()));
            }
        }
        outcome
    }
}
