//! Hostile calls of every function of the context, with everything that C can give.
//!
//! An input is a list of numbers, each of which says what one call is and what its
//! arguments are; whatever the numbers are, they are an input. So inputs can come from a
//! seed, be made shorter where one fails, and be what a fuzzer mutates. The functions,
//! and what is true of each, are those of the table of the context: a new row is called
//! as well.
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
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

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
        let numbers: Vec<_> = self.calls.iter().map(|number| format!("{number:x}")).collect();
        numbers.join(",")
    }

    /// The numbers in the order of their bytes, for a fuzzer that has those.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let numbers = bytes.chunks(16).map(|chunk| {
            let mut number = [0; 16];
            number[..chunk.len()].copy_from_slice(chunk);
            u128::from_le_bytes(number)
        });
        Self::new(numbers.collect())
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

fn tree(seed: u64, number: u64) -> impl ValueTree<Value = Vec<u128>> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let numbers = prop::collection::vec(any::<u128>(), 2..CALLS);
    numbers.new_tree(&mut runner).expect("numbers are not filtered")
}

/// The input with a number.
pub fn input(seed: u64, number: u64) -> Input {
    Input::new(tree(seed, number).current())
}

/// The text of a panic.
pub fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}

/// The shortest input that is found in the place of one that fails, and why it fails.
pub fn minimise(
    seed: u64,
    number: u64,
    mut failure: String,
    mut fails: impl FnMut(&Input) -> Option<String>,
) -> (Input, String) {
    let mut tree = tree(seed, number);
    let mut shortest = Input::new(tree.current());
    let mut may_go_on = tree.simplify();
    for _ in 0..ATTEMPTS {
        if !may_go_on {
            break;
        }
        let input = Input::new(tree.current());
        may_go_on = match fails(&input) {
            Some(text) => {
                (shortest, failure) = (input, text);
                tree.simplify()
            }
            None => tree.complicate(),
        };
    }
    (shortest, failure)
}

/// Has the inputs of a plan played, after `begin` was told the number of each.
///
/// # Errors
///
/// The shortest input that `play` panicked or failed for, why, and how to have it again.
pub fn check_inputs(
    plan: Plan,
    begin: impl Fn(u64),
    mut play: impl FnMut(&Input, Manners) -> Result<(), String>,
) -> Result<(), String> {
    for number in plan.first..plan.first + plan.count {
        begin(number);
        let manners = manners_of(number);
        let mut fails = |input: &Input| {
            let played = catch_unwind(AssertUnwindSafe(|| play(input, manners)));
            match played {
                Ok(outcome) => outcome.err(),
                Err(panic) => Some(text_of(&*panic)),
            }
        };
        if let Some(failure) = fails(&input(plan.seed, number)) {
            let (shortest, text) = minimise(plan.seed, number, failure, &mut fails);
            let (seed, shortest) = (plan.seed, shortest.as_text());
            return Err(format!(
                "{text}\n  seed {seed}, number {number}, {manners:?}, made shorter: {shortest}"
            ));
        }
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
        let left = || (crate::sequences::occupied(self.subject), self.subject.live());
        let before = left();
        let complaints = self.subject.complaints();
        crate::sequences::in_c(self.subject, self.subject.identity(), |c, function| {
            input.play(c, self.cells, manners, function);
        });
        let after = left();
        if before.0 != after.0 {
            return Err(format!("handles: {before:?} before, {after:?} after"));
        }
        let more = self.subject.complaints() - complaints;
        match manners == Manners::Careful && more > 0 {
            true => Err(format!("the mode reports {more} violations")),
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
