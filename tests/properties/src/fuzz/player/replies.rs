//! What C functions do and return that are called while somebody plays.

use super::*;

impl Player<'_> {
    /// A function of C's is called: goes on with the next calls, and answers as the
    /// input says.
    pub fn nested<T: Reply>(c: C, arguments: &[HPy]) -> T {
        let reply = Self::with(|player| player.inside(c, arguments));
        reply.unwrap_or_else(|| T::idle(c))
    }

    /// What the input says of an answer that is more than a number.
    pub fn choices() -> Option<Choices> {
        Self::with(|player| Choices::new(player.advance().unwrap_or_default()))
    }

    pub(super) fn inside<T: Reply>(&self, c: C, arguments: &[HPy]) -> T {
        let is_over = self.next.get() >= self.input.calls.len();
        if is_over || self.depth.get() >= DEPTH || self.failure.borrow().is_some() {
            return T::idle(c);
        }
        let before = self.state(|state| std::mem::replace(&mut state.pending, Pending::None));
        self.depth.set(self.depth.get() + 1);
        let played = catch_unwind(AssertUnwindSafe(|| {
            assert!(
                !c.is_pending(),
                "a function is called with an error pending"
            );
            for &argument in arguments {
                if !argument.is_null() {
                    self.enter(c, argument, |word| word.lent += 1);
                }
            }
            let calls = Choices::new(self.advance().unwrap_or_default()).below(4);
            for _ in 0..calls {
                self.step(c);
            }
            T::choose(self, c)
        }));
        self.depth.set(self.depth.get() - 1);
        self.state(|state| {
            state.pending = before;
            for argument in arguments {
                let word = state.words.iter_mut().find(|word| word.h == *argument);
                if let Some(word) = word {
                    word.lent = word.lent.saturating_sub(1);
                }
            }
        });
        played.unwrap_or_else(|failure| {
            *self.failure.borrow_mut() = Some(failure);
            c.clear();
            T::idle(c)
        })
    }

    /// Makes an error pending, if it is to be and none is; or none, if none is to be.
    pub(super) fn settle(&self, c: C, is_failure: bool) {
        match (is_failure, c.is_pending()) {
            (true, false) => c.raise("raised"),
            (false, true) => c.clear(),
            _ => {}
        }
    }

    /// Whether an answer is a failure, and whether that and an error go together.
    pub(super) fn outcome(&self, c: C, choices: &mut Choices) -> bool {
        let is_failure = choices.is(64);
        if self.is_careful() || !choices.is(48) {
            self.settle(c, is_failure);
        }
        is_failure
    }

    pub fn reply_handle(&self, c: C) -> HPy {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        if self.outcome(c, &mut choices) {
            return HPy::NULL;
        }
        if self.is_careful() || !choices.is(self.hostility) {
            return c.dup(self.any(&mut choices, |word| word.is_sure() && word.is_small));
        }
        let h = match choices.is(128) {
            true => self.any(&mut choices, |word| word.is_small),
            false => self.bad_word(&mut choices, true),
        };
        self.gave_up(h);
        h
    }

    pub fn reply_number<T: Copy + From<i8>>(&self, c: C, odd: &[T]) -> T {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        match self.outcome(c, &mut choices) {
            true => T::from(-1),
            false if !self.is_careful() && choices.is(self.hostility) => choices.one_of(odd),
            // For some functions, all but 0 is a failure.
            false if self.is_careful() => T::from(0),
            false => T::from(choices.below(2) as i8),
        }
    }

    pub fn reply_nothing(&self, c: C) {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        match self.is_careful() {
            true => self.settle(c, false),
            false => drop(self.outcome(c, &mut choices)),
        }
    }
}
