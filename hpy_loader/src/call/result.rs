//! Judging what a C function has returned.

use super::running::RunningCall;
use super::{AskedBy, Callee};
use crate::abi::{HPy, HPy_hash_t};
use crate::handles::RawHandle;
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};
use std::borrow::BorrowMut;
use std::ffi::c_int;

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

    /// Takes an integer result, which `is_failure` says is one.
    #[inline(always)]
    pub(super) fn integer<T>(
        &self,
        result: T,
        is_failure: bool,
        callee: Callee<'_>,
    ) -> VmResult<T, R> {
        if is_failure || self.core.is_error_pending() {
            let word = match is_failure {
                true => RawHandle::NULL,
                false => RawHandle::from_bits(NO_OBJECT),
            };
            return Err(self.failure(word, callee));
        }
        Ok(result)
    }

    /// Takes an integer result of a slot, of which the caller of an operator takes some
    /// for a failure. A call by the slot's name fails with -1 and an error alone.
    #[inline(always)]
    pub(super) fn slot_integer<T: Copy + PartialEq + From<i8>>(
        &self,
        result: T,
        is_failure: impl Fn(T) -> bool,
        asked: AskedBy,
    ) -> VmResult<T, R> {
        let failed = match asked {
            AskedBy::Operator => is_failure(result),
            AskedBy::Name => result == T::from(-1) && self.core.is_error_pending(),
        };
        self.integer(result, failed, Callee::Slot)
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
            Callee::Slot | Callee::Creation(_) | Callee::Execution(_) => "a slot".to_owned(),
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
            Callee::Creation(name) => {
                format!("creation of module {name} failed without setting an exception")
            }
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
            Callee::Creation(name) => {
                format!("creation of module {name} raised unreported exception")
            }
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

/// A hash, which must not be -1 without an error, though Python may ask for it by name.
pub(super) struct Hash(pub(super) HPy_hash_t);

impl Outcome for Hash {
    fn is_failure(&self) -> bool {
        self.0 == -1
    }
}

/// The result of a function that sets something: any number but 0 is a failure.
pub(super) struct Status(pub(super) c_int);

impl Outcome for Status {
    fn is_failure(&self) -> bool {
        self.0 != 0
    }
}
