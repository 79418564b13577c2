//! Judging what a C function has returned.

use super::{Call, Callee};
use crate::abi::{HPy, HPy_hash_t};
use crate::handles::Word;
use crate::modes::Outcome;
use crate::runtime::{Fallible, Runtime};

impl<R: Runtime> Call<R> {
    /// Takes the object that the C function returned.
    #[inline(always)]
    pub(super) fn object(mut self, result: HPy, callee: Callee<'_>) -> Fallible<R::Object, R> {
        let word = Word::from_bits(result.0);
        if result.is_null() || self.core.is_error_pending() {
            return Err(self.failure(word, callee));
        }
        if let Some(object) = self.frame.take_back(word) {
            return Ok(object);
        }
        let runtime = self.core.runtime();
        let taken = self
            .loader
            .handles()
            .take_with(word, |object| runtime.duplicate(object));
        match taken {
            Some(object) => Ok(object),
            None => self.immediate(word, callee),
        }
    }

    #[inline(never)]
    fn immediate(self, word: Word, callee: Callee<'_>) -> Fallible<R::Object, R> {
        if let Some(value) = word.as_i64() {
            return Ok(self.core.runtime().new_int(value));
        }
        if let Some(value) = word.as_f64() {
            return Ok(self.core.runtime().new_float(value));
        }
        let message = format!("{} returned a handle that is closed", self.name(callee));
        Err(self
            .loader
            .error(self.core.constants().h_SystemError, &message))
    }

    /// Takes an integer result, of which -1 may mean failure.
    #[inline]
    pub(super) fn integer<T: PartialOrd + From<i8>>(self, result: T) -> Fallible<T, R> {
        let failed = result < T::from(0);
        if failed || self.core.is_error_pending() {
            let word = if failed {
                Word::NULL
            } else {
                Word::from_bits(NO_OBJECT)
            };
            return Err(self.failure(word, Callee::Slot));
        }
        Ok(result)
    }

    #[cold]
    fn failure(&self, result: Word, callee: Callee<'_>) -> R::Object {
        let loader = self.core;
        let system_error = loader.constants().h_SystemError;
        if !loader.is_error_pending() {
            let message = match callee {
                Callee::Slot => "error return without exception set".to_owned(),
                _ => format!(
                    "{} returned NULL without setting an exception",
                    self.name(callee)
                ),
            };
            return loader.error(system_error, &message);
        }
        if !result.is_null() {
            // Its destructor and the name may be Python's.
            let object = loader.handles().release(result);
            loader.leave(|_| drop(object));
            let message = format!(
                "{} returned a result with an exception set",
                self.name(callee)
            );
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

impl<R: Runtime> Call<R> {
    /// What the callee is called in messages.
    #[cold]
    fn name(&self, callee: Callee<'_>) -> String {
        match callee {
            Callee::Callable(name) => self.core.leave(|_| name()),
            Callee::Class => self.repr_of_class().unwrap_or_default(),
            Callee::Slot => "a slot".to_owned(),
        }
    }

    /// Empty if there is none, as for a class whose metaclass fails to give it.
    fn repr_of_class(&self) -> Option<String> {
        let class = self
            .core
            .handles()
            .pin(self.frame.words().first().copied()?)?;
        self.core.leave(|vm| {
            let repr = vm.repr(&class).ok()?;
            // SAFETY: the text lives as long as the object beside it.
            let text = unsafe { &*vm.utf8(&repr).ok()? };
            Some(String::from_utf8_lossy(text).into_owned())
        })
    }
}

/// An immediate, which stands for "a result that is no object" when judging it.
const NO_OBJECT: isize = match Word::from_i64(0) {
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
