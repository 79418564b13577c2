//! Hostile calls of every function of the context, with everything that C can give.
//!
//! An input is a list of numbers, each of which says what one call is and what its
//! arguments are; whatever the numbers are, they are an input. So inputs can come from a
//! seed, and be made shorter where one fails. The functions, and what is true of each, are
//! those of the table of the context: a new row is called as well.
//!
//! There is no model of Python here, which is what [`check_context`](crate::check_context)
//! has. What is seen after each call is what is true of all functions: failure and error
//! go together, an error that is pending stays, a handle that is given is open, a word
//! never comes to mean another object; and at the end nothing is left over.

mod argument;
mod call;
mod choices;
mod nested;
mod player;
mod stage;
mod work;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hpy_loader::abi::HPy;

use crate::extension::C;
use crate::{Manners, Subject};
use player::Player;
pub use stage::{Cells, dismantle, prepare};
pub use work::Work;

/// What is played: the first number is about all calls, each further one is a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The numbers.
    pub calls: Vec<u128>,
    /// Whether the calls are written to the standard error stream.
    pub is_traced: bool,
}

impl Input {
    /// These numbers.
    pub fn new(calls: Vec<u128>) -> Self {
        Self {
            calls,
            is_traced: false,
        }
    }

    /// The numbers as [`Work`] reads them.
    pub fn as_text(&self) -> String {
        let numbers: Vec<_> = self
            .calls
            .iter()
            .map(|number| format!("{number:x}"))
            .collect();
        numbers.join(",")
    }

    /// Plays it, in a call from the VM. `function` is a Python function.
    ///
    /// # Panics
    ///
    /// If something is not as it must be.
    pub fn play(&self, c: C, cells: &'static Cells, manners: Manners, function: HPy) {
        Player::play(c, self, cells, manners, function);
    }
}

/// How many types the inputs have made since the last question.
pub fn take_types() -> usize {
    Player::take_types()
}

/// Which inputs are played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// What they are made from.
    pub seed: u64,
    /// The number of the first one.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// How the extension behaves in the input with a number: every eighth breaks no rule.
pub fn manners_of(number: u64) -> Manners {
    match number % 8 {
        7 => Manners::Careful,
        _ => Manners::Careless,
    }
}

/// How many calls an input has at most.
const CALLS: usize = 32;

/// How often a shorter input is tried in the place of one that fails.
const ATTEMPTS: usize = 2000;

/// The input with a number.
pub fn input(seed: u64, number: u64) -> Input {
    // What a generator of numbers must be here is fast, and the same on every machine.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.rotate_left(32);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    };
    let count = 2 + next() as usize % (CALLS - 1);
    let calls = (0..count).map(|_| u128::from(next()) << 64 | u128::from(next()));
    Input::new(calls.collect())
}

/// The text of a panic.
pub fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}

/// A shorter input in the place of one that fails, and why it fails.
pub fn minimise(
    input: Input,
    failure: String,
    mut fails: impl FnMut(&Input) -> Option<String>,
) -> (Input, String) {
    let mut best = (input, failure);
    let mut attempts = 0;
    let mut try_instead = |best: &mut (Input, String), calls: Vec<u128>| {
        attempts += 1;
        let input = Input::new(calls);
        let failure = if attempts > ATTEMPTS {
            None
        } else {
            fails(&input)
        };
        let is_better = failure.is_some();
        if let Some(failure) = failure {
            *best = (input, failure);
        }
        is_better
    };
    let mut size = best.0.calls.len();
    while size > 0 {
        let mut at = 0;
        let mut was_shortened = false;
        while at < best.0.calls.len() {
            let mut calls = best.0.calls.clone();
            calls.drain(at..(at + size).min(calls.len()));
            if calls.is_empty() {
                break;
            }
            match try_instead(&mut best, calls) {
                true => was_shortened = true,
                false => at += size,
            }
        }
        // What stands behind may be needless now that something else is gone.
        if !was_shortened || size > 1 {
            size /= 2;
        }
    }
    for at in 0..best.0.calls.len() {
        // From the last byte on, since the first ones decide most.
        for bytes in 0..16 {
            let mut calls = best.0.calls.clone();
            calls[at] &= (1 << (8 * bytes)) - 1;
            if calls[at] == best.0.calls[at] || try_instead(&mut best, calls) {
                break;
            }
        }
    }
    best
}

/// Has the inputs of a plan played, after `begin` was told the number of each.
///
/// # Errors
///
/// What `play` panicked or failed with, and for which input.
pub fn check_inputs(
    plan: Plan,
    begin: impl Fn(u64),
    mut play: impl FnMut(&Input, Manners) -> Result<(), String>,
) -> Result<(), String> {
    for number in plan.first..plan.first + plan.count {
        begin(number);
        let (input, manners) = (input(plan.seed, number), manners_of(number));
        let played = catch_unwind(AssertUnwindSafe(|| play(&input, manners)));
        let played = played.unwrap_or_else(|panic| Err(text_of(&*panic)));
        let seed = plan.seed;
        played.map_err(|text| format!("{text} (seed {seed}, number {number}, {manners:?})"))?;
    }
    Ok(())
}

/// Has a plan played on a VM in the same program, and counts what is left over.
///
/// # Panics
///
/// With what [`check_inputs`] gives.
pub fn check_calls<S: Subject>(subject: &S, plan: Plan) {
    let fuzzed = Fuzzed::new(subject);
    let outcome = check_inputs(plan, |_| {}, |input, manners| fuzzed.play(input, manners));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    fuzzed.end();
}

/// A VM in the same program that inputs are played on.
pub struct Fuzzed<'a, S> {
    subject: &'a S,
    cells: &'static Cells,
}

impl<'a, S: Subject> Fuzzed<'a, S> {
    /// Makes what the inputs need.
    pub fn new(subject: &'a S) -> Self {
        let cells = Cells::new();
        let list = Box::leak(Box::new(cells.list()));
        // SAFETY: the array ends with null, and stays.
        unsafe { subject.loader().declare_globals(list.as_ptr()) };
        crate::sequences::in_c(subject, subject.identity(), |c, _| prepare(c, cells));
        Self { subject, cells }
    }

    /// Plays an input.
    ///
    /// # Errors
    ///
    /// What is left over, or what the mode has to say of an input that breaks no rule.
    pub fn play(&self, input: &Input, manners: Manners) -> Result<(), String> {
        let left = || {
            (
                crate::sequences::occupied(self.subject),
                self.subject.live(),
            )
        };
        let before = left();
        let complaints = self.subject.complaints();
        crate::sequences::in_c(self.subject, self.subject.identity(), |c, function| {
            input.play(c, self.cells, manners, function);
        });
        let after = left();
        let made = take_types();
        if before.0 != after.0 && !(self.subject.keeps_types() && made > 0) {
            return Err(format!("handles: {before:?} before, {after:?} after"));
        }
        let more = self.subject.complaints() - complaints;
        match manners == Manners::Careful && more > 0 {
            true => {
                let violations = self.subject.loader().debug().violations_with_times();
                let last = violations.last().map(|(last, _)| last.to_string());
                let last = last.unwrap_or_default();
                Err(format!("the mode reports {more} violations: {last}"))
            }
            false => Ok(()),
        }
    }

    /// Lets go of what the inputs needed.
    pub fn end(self) {
        crate::sequences::in_c(self.subject, self.subject.identity(), |c, _| {
            dismantle(c, self.cells);
        });
    }
}
