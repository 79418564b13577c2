//! Random sequences of context calls against a naive model that keeps values.
//!
//! What C does is mostly right and sometimes wrong: handles are used and closed
//! after they were closed, builders after they were used up, indices are out of
//! range. After every step the answer is what the model says, an error is
//! pending exactly if one should be, and at the end nothing is left over.

mod extension;
mod globals;
mod holder;
mod model;
mod step;

use hpy_loader::abi::HPy;
use hpy_loader::runtime::Roots;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::Subject;
use crate::extension::{C, call};
use extension::Extension;
pub use globals::Globals;
pub use holder::HolderType;
use step::Step;

/// What the words of immediates can and cannot carry.
fn int() -> impl Strategy<Value = i64> {
    let edge = 1_i64 << 47;
    prop_oneof![
        -3..4_i64,
        edge - 2..edge + 2,
        -edge - 2..-edge + 2,
        any::<i64>(),
    ]
}

fn index() -> impl Strategy<Value = isize> {
    prop_oneof![
        8 => 0..4_isize,
        2 => -4..0_isize,
        1 => prop_oneof![Just(isize::MIN), Just(isize::MAX)],
    ]
}

/// Short enough to be equal to another one now and then.
fn text() -> impl Strategy<Value = String> {
    let letters = prop::collection::vec(prop::sample::select(vec!['a', 'b', 'c']), 0..4);
    letters.prop_map(|letters| letters.into_iter().collect())
}

fn pick() -> impl Strategy<Value = Index> {
    any::<Index>()
}

fn step() -> impl Strategy<Value = Step> {
    let values = prop_oneof![
        3 => int().prop_map(Step::Int),
        2 => any::<u64>().prop_map(Step::Float),
        3 => text().prop_map(Step::Text),
        3 => Just(Step::NewList),
        2 => Just(Step::NewDict),
        2 => prop::collection::vec(pick(), 0..4).prop_map(Step::NewTuple),
    ];
    let handles = prop_oneof![
        4 => pick().prop_map(Step::Dup),
        6 => pick().prop_map(Step::Close),
        4 => pick().prop_map(Step::Read),
        2 => (pick(), pick()).prop_map(|(a, b)| Step::Is(a, b)),
        2 => pick().prop_map(Step::Call),
        1 => any::<u64>().prop_map(Step::Poke),
        1 => (0..200_u64, 0..9_u64).prop_map(|(slot, age)| Step::Poke(slot | age << 28)),
    ];
    let containers = prop_oneof![
        4 => (pick(), pick()).prop_map(|(list, item)| Step::Append(list, item)),
        2 => pick().prop_map(Step::Length),
        4 => (pick(), index()).prop_map(|(list, index)| Step::GetAt(list, index)),
        3 => (pick(), index(), pick())
            .prop_map(|(list, index, item)| Step::SetAt(list, index, item)),
        2 => (pick(), index()).prop_map(|(list, index)| Step::DeleteAt(list, index)),
        4 => (pick(), pick(), pick())
            .prop_map(|(dict, key, value)| Step::Put(dict, key, value)),
        3 => (pick(), pick()).prop_map(|(dict, key)| Step::Get(dict, key)),
        2 => (pick(), pick()).prop_map(|(dict, key)| Step::Delete(dict, key)),
        2 => (pick(), pick()).prop_map(|(dict, key)| Step::Contains(dict, key)),
        1 => pick().prop_map(Step::Keys),
    ];
    let builders = prop_oneof![
        2 => (any::<bool>(), 0..4_isize)
            .prop_map(|(is_list, size)| Step::NewBuilder(is_list, size)),
        5 => (pick(), index(), pick())
            .prop_map(|(builder, index, item)| Step::Set(builder, index, item)),
        3 => pick().prop_map(Step::Build),
        1 => pick().prop_map(Step::Cancel),
        1 => Just(Step::NewTracker),
        3 => (pick(), pick()).prop_map(|(tracker, h)| Step::Track(tracker, h)),
        1 => pick().prop_map(Step::Forget),
        1 => pick().prop_map(Step::CloseTracked),
    ];
    let elsewhere = prop_oneof![
        3 => (0..3_usize, pick()).prop_map(|(field, h)| Step::StoreField(field, h)),
        3 => (0..3_usize).prop_map(Step::LoadField),
        3 => (0..3_usize, pick()).prop_map(|(global, h)| Step::StoreGlobal(global, h)),
        3 => (0..3_usize).prop_map(Step::LoadGlobal),
        1 => Just(Step::Raise),
        3 => Just(Step::Clear),
    ];
    prop_oneof![
        3 => values,
        4 => handles,
        4 => containers,
        3 => builders,
        3 => elsewhere,
    ]
}

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many sequences.
    pub sequences: u32,
    /// How long each is at most.
    pub steps: usize,
}

/// How the extension behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// It breaks no rule of HPy's: no mode may have anything to report.
    Careful,
    /// It uses and closes what it has closed, makes words up, goes on with an
    /// error pending. It gets errors for it, and nothing else is harmed.
    Careless,
}

/// What one run of the extension does.
#[derive(Clone, Debug)]
pub struct Sequence(Vec<Step>);

impl Sequence {
    /// Does it, in a call from the VM. `identity` is a Python function that
    /// returns its argument.
    ///
    /// # Panics
    ///
    /// If the VM does something else than the model.
    pub fn play(&self, c: C, identity: HPy, holder: &HolderType, manners: Manners) {
        let mut extension = Extension::new(c, identity, holder, manners);
        for step in &self.0 {
            extension.step(step);
        }
        extension.finish();
    }
}

/// Has random sequences played.
///
/// # Errors
///
/// The shortest sequence that `play` panicked or failed for, and why.
pub fn check_sequences(
    effort: Effort,
    play: impl Fn(&Sequence) -> Result<(), String>,
) -> Result<(), String> {
    let mut runner = TestRunner::new(Config {
        cases: effort.sequences,
        failure_persistence: None,
        ..Config::default()
    });
    let sequences = prop::collection::vec(step(), 1..effort.steps).prop_map(Sequence);
    let outcome = runner.run(&sequences, |sequence| {
        play(&sequence).map_err(TestCaseError::fail)
    });
    outcome.map_err(|failure| failure.to_string())
}

/// The slots of the handle table that are occupied.
pub(crate) fn occupied<S: Subject>(subject: &S) -> usize {
    let loader = subject.loader();
    let mut occupied = 0;
    let _entered = loader.lock().enter(loader.runtime());
    // SAFETY: the lock is held.
    unsafe { loader.for_each_root(|_| occupied += 1) };
    occupied
}

/// Runs `function` in C, with a handle of `receiver`.
pub(crate) fn in_c<S: Subject, T>(
    subject: &S,
    receiver: <S::Runtime as Roots>::Object,
    function: impl FnOnce(C, HPy) -> T,
) -> T {
    let mut result = None;
    let none = call(subject.loader(), receiver, |c, h| {
        result = Some(function(c, h));
        c.dup(c.known().h_None)
    });
    assert!(none.is_ok(), "C has left an error");
    result.expect("the function has run")
}

/// Random sequences of context calls against the model, careless ones and
/// careful ones. The careful ones give the mode no reason to complain.
///
/// # Panics
///
/// If the VM does something else than the model, or leaves something over; with
/// the shortest sequence that shows it.
pub fn check_context<S: Subject>(subject: &S, effort: Effort) {
    let globals = Globals::new();
    // SAFETY: the array ends with null.
    unsafe { subject.loader().declare_globals(globals.as_ptr()) };
    let holder = in_c(subject, subject.identity(), |c, _| {
        HolderType::new(c, globals)
    });
    let left = || (occupied(subject), subject.live());
    let before = left();
    for manners in [Manners::Careless, Manners::Careful] {
        let outcome = check_sequences(effort, |sequence| {
            let complaints = subject.complaints();
            in_c(subject, subject.identity(), |c, identity| {
                sequence.play(c, identity, &holder, manners);
            });
            let after = left();
            if before != after {
                return Err(format!(
                    "handles and objects: {before:?} before, {after:?} after"
                ));
            }
            let more = subject.complaints() - complaints;
            match manners == Manners::Careful && more > 0 {
                true => Err(format!("the mode reports {more} violations")),
                false => Ok(()),
            }
        });
        if let Err(failure) = outcome {
            panic!("{manners:?}: {failure}");
        }
    }
    in_c(subject, subject.identity(), |c, _| holder.end(c));
}
