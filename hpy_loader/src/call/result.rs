//! Judging what a C function has returned.

use super::Callee;
use super::running::RunningCall;
use crate::abi::{HPy, HPy_hash_t};
use crate::handles::RawHandle;
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};
use std::borrow::BorrowMut;

impl<R: Runtime, W: BorrowMut<[RawHandle]>> RunningCall<R, W> {
    /// Takes the object that the C function returned.
    #[inline(always)]
    pub(super) fn object(&mut self, result: HPy, callee: Callee<'_>) -> VmResult<R::Object, R> {
        let word = RawHandle::from_bits(result.0);
        if result.is_null() || self.core.is_error_pending() {
            return Err(self.failure(word, callee));
        }
        let (core, runtime) = (self.core, self.core.runtime());
        Ok(if let Some(object) = self.scope.take_back(word) {
            object
        } else if word.is_immediate() {
            match word.as_i64() {
                Some(value) => runtime.new_int(value),
                None => runtime.new_float(word.as_f64().unwrap_or_default()),
            }
        } else {
            let duplicate = |object: &R::Object| runtime.duplicate(object);
            match core.handles().take_with(word, duplicate) {
                Some(object) => object,
                None => return Err(self.stale(callee)),
            }
        })
    }

    #[cold]
    #[inline(never)]
    fn stale(&self, callee: Callee<'_>) -> R::Object {
        let message = format!("{} returned a handle that is closed", self.name(callee));
        let system_error = self.core.constants().h_SystemError;
        self.core.error(system_error, &message)
    }

    /// Takes an integer result, of which -1 may mean failure.
    #[inline(always)]
    pub(super) fn integer<T: PartialOrd + From<i8>>(
        &self,
        result: T,
        callee: Callee<'_>,
    ) -> VmResult<T, R> {
        let failed = result < T::from(0);
        if failed || self.core.is_error_pending() {
            let word = if failed {
                RawHandle::NULL
            } else {
                RawHandle::from_bits(NO_OBJECT)
            };
            return Err(self.failure(word, callee));
        }
        Ok(result)
    }

    /// Takes a hash: -1 is a failure if it comes with an error, and a hash like any
    /// other if not, as CPython's slot wrapper has it.
    #[inline(always)]
    pub(super) fn hash(&self, Hash(result): Hash) -> VmResult<HPy_hash_t, R> {
        let failed = result == -1 && self.core.is_error_pending();
        self.integer(if failed { -1_i8 } else { 0 }, Callee::Slot)?;
        Ok(result)
    }

    #[cold]
    #[inline(never)]
    fn failure(&self, result: RawHandle, callee: Callee<'_>) -> R::Object {
        let loader = self.core;
        let system_error = loader.constants().h_SystemError;
        if !loader.is_error_pending() {
            let message = self.failed_silently(callee);
            return loader.error(system_error, &message);
        }
        if !result.is_null() {
            // Its destructor and the name may be Python's.
            let object = loader.handles().release(result);
            loader.leave(|_| drop(object));
            let message = self.left_an_error(callee);
            if let Some(error) = loader.take_pending() {
                return loader.leave(|runtime| runtime.error_caused_by(&message, error));
            }
        }
        match loader.take_pending() {
            Some(error) => error,
            None => loader.error(system_error, "the handle of the error was closed"),
        }
    }
}

/// The words of CPython.
impl<R: Runtime, W: BorrowMut<[RawHandle]>> RunningCall<R, W> {
    /// What the callee is called.
    #[cold]
    fn name(&self, callee: Callee<'_>) -> String {
        match callee {
            Callee::Callable(name) => self.core.leave(|_| name()),
            Callee::Class => self.repr_of_class().unwrap_or_default(),
            Callee::Slot | Callee::Execution(_) => "a slot".to_owned(),
        }
    }

    /// None if there is none, as for a class whose metaclass fails to give it.
    fn repr_of_class(&self) -> Option<String> {
        let class = self.scope.words().first().copied()?;
        self.core.repr(&*self.core.handles().pin(class)?).ok()
    }

    fn failed_silently(&self, callee: Callee<'_>) -> String {
        match callee {
            Callee::Slot => "error return without exception set".to_owned(),
            Callee::Execution(name) => {
                format!("execution of module {name} failed without setting an exception")
            }
            _ => {
                let name = self.name(callee);
                format!("{name} returned NULL without setting an exception")
            }
        }
    }

    fn left_an_error(&self, callee: Callee<'_>) -> String {
        match callee {
            Callee::Execution(name) => {
                format!("execution of module {name} raised unreported exception")
            }
            _ => {
                let name = self.name(callee);
                format!("{name} returned a result with an exception set")
            }
        }
    }
}

/// An immediate, which stands for "a result that is no object" when judging it.
const NO_OBJECT: isize = match RawHandle::from_i64(0) {
    Some(word) => word.bits(),
    None => unreachable!(),
};

/// A result that says nothing about failure.
pub(super) struct Hash(pub(super) HPy_hash_t);

impl Outcome for Hash {
    fn is_failure(&self) -> Option<bool> {
        None
    }
}
