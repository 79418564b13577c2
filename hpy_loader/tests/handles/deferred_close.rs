//! Handles that are closed and opened again, at random, among objects that share
//! the places of the ring: who answers, and who lets go when.

use std::rc::Rc;

use hpy_loader::handles::{ArgumentScope, HandleTable, RawHandle};
use proptest::prelude::*;

use crate::cases;

/// More than the ring has places, so that some get the same one.
const OBJECTS: usize = 80;

#[derive(Clone, Debug)]
enum Op {
    /// A new handle of that object.
    Open(usize),
    /// A handle of that object as a load has it: one whose close is deferred, or a new one.
    Load(usize),
    /// Closes one of the handles that C has.
    Close(usize),
    /// Closes any word once more.
    CloseAgain(usize),
    /// A call begins.
    Call,
    /// The latest call ends.
    Return,
    /// Nobody but C has the object from now on.
    GiveUp(usize),
}

fn op() -> impl Strategy<Value = Op> {
    // Few objects are frequent, as in programs.
    let object = || prop_oneof![3 => 0..4usize, 2 => 0..OBJECTS];
    prop_oneof![
        2 => object().prop_map(Op::Open),
        8 => object().prop_map(Op::Load),
        10 => any::<usize>().prop_map(Op::Close),
        1 => any::<usize>().prop_map(Op::CloseAgain),
        1 => Just(Op::Call),
        1 => Just(Op::Return),
        1 => object().prop_map(Op::GiveUp),
    ]
}

struct Bench<'t> {
    table: &'t HandleTable<Rc<usize>>,
    /// What else has the objects, if something does.
    owners: Vec<Option<Rc<usize>>>,
    /// The handles that C has, with their objects.
    open: Vec<(RawHandle, usize)>,
    /// All that C has closed, in order, with their objects.
    closed: Vec<(RawHandle, usize)>,
    /// Calls, with how many words had been closed when each began.
    calls: Vec<(ArgumentScope<'t, Rc<usize>>, usize)>,
    /// Handles that were opened again.
    reopened: usize,
}

impl<'t> Bench<'t> {
    fn step(&mut self, op: &Op) {
        match *op {
            Op::Open(object) => {
                if let Some(owner) = &self.owners[object] {
                    let word = self.table.open(Rc::clone(owner)).expect("room");
                    self.take(word, object);
                }
            }
            Op::Load(object) => {
                let Some(owner) = &self.owners[object] else {
                    return;
                };
                let deferred_before = |&&(word, of): &&(RawHandle, usize)| {
                    of == object && self.table.is_close_deferred(word)
                };
                let before = self.closed.iter().filter(deferred_before).count();
                let word = match self.table.revive(owner) {
                    Some(word) => {
                        let after = self.closed.iter().filter(deferred_before).count();
                        assert_eq!(after + 1, before, "one of the deferred");
                        self.reopened += 1;
                        word
                    }
                    None => self.table.open(Rc::clone(owner)).expect("room"),
                };
                self.take(word, object);
            }
            Op::Close(which) if !self.open.is_empty() => {
                let (word, object) = self.open.swap_remove(which % self.open.len());
                // What is deferred counts, though it may have to make room for this.
                let is_kept = self.is_kept(object);
                let dead = self
                    .table
                    .close_deferred(word, |object| Rc::strong_count(object) > 1);
                if !is_kept {
                    assert!(dead.is_some_and(|dead| *dead == object), "it was the last");
                    assert!(!self.table.is_open(word));
                }
                self.closed.push((word, object));
            }
            Op::CloseAgain(which) if !self.closed.is_empty() => {
                let (word, _) = self.closed[which % self.closed.len()];
                assert!(self.table.close_deferred(word, |_| true).is_none());
            }
            Op::Call => self
                .calls
                .push((ArgumentScope::new(self.table), self.closed.len())),
            // C only runs in a call.
            Op::Return if self.calls.len() > 1 => self.end_call(),
            Op::GiveUp(object) => self.owners[object] = None,
            Op::Close(_) | Op::CloseAgain(_) | Op::Return => {}
        }
        self.check();
    }

    fn end_call(&mut self) {
        let (frame, since) = self.calls.pop().expect("a call");
        frame.finish();
        let mut late = self.closed[since..].iter();
        assert!(!late.any(|&(word, _)| self.table.is_open(word)));
    }

    /// C gets a handle, which nobody has yet.
    fn take(&mut self, word: RawHandle, object: usize) {
        let known = self.open.iter().chain(&self.closed);
        assert!(!known.clone().any(|&(other, _)| other == word));
        self.open.push((word, object));
    }

    /// Whether anything but the handle that C is about to close has the object.
    fn is_kept(&self, object: usize) -> bool {
        let is_deferred =
            |&&(word, of): &&(RawHandle, usize)| of == object && self.table.is_close_deferred(word);
        self.owners[object].is_some()
            || self.open.iter().any(|&(_, of)| of == object)
            || self.closed.iter().any(|entry| is_deferred(&entry))
    }

    fn check(&self) {
        for &(word, object) in &self.open {
            assert!(self.table.is_open(word) && !self.table.is_close_deferred(word));
            assert_eq!(self.table.pin(word).map(|pin| **pin), Some(object));
        }
        let mut deferred = 0;
        for &(word, object) in &self.closed {
            assert_eq!(self.table.is_open(word), self.table.is_close_deferred(word));
            if let Some(pin) = self.table.pin(word) {
                assert_eq!(**pin, object);
                deferred += 1;
            }
        }
        assert!(deferred <= 32);
        assert_eq!(self.table.open_count() as usize, self.open.len());
    }
}

fn run(ops: &[Op]) -> usize {
    let table = HandleTable::with_capacity(1000).expect("a few pages");
    let mut bench = Bench {
        table: &table,
        owners: (0..OBJECTS).map(|object| Some(Rc::new(object))).collect(),
        open: Vec::new(),
        closed: Vec::new(),
        calls: vec![(ArgumentScope::new(&table), 0)],
        reopened: 0,
    };
    ops.iter().for_each(|op| bench.step(op));
    while !bench.open.is_empty() {
        bench.step(&Op::Close(0));
    }
    while !bench.calls.is_empty() {
        bench.end_call();
    }
    // Nothing but the owners is left.
    for owner in bench.owners.iter().flatten() {
        assert_eq!(Rc::strong_count(owner), 1);
    }
    bench.reopened
}

proptest! {
    #![proptest_config(cases(400, 4))]

    #[test]
    fn closed_handles_answer_for_their_object_and_end_with_the_call(
        ops in prop::collection::vec(op(), 1..if cfg!(miri) { 40 } else { 400 }),
    ) {
        run(&ops);
    }
}

/// What the random test would not notice: that nothing is ever opened again.
#[test]
fn a_loop_opens_the_same_handles_again() {
    let once = || (0..4).flat_map(|object| [Op::Load(object), Op::Close(0)]);
    let ops: Vec<Op> = (0..50).flat_map(|_| once()).collect();
    let reopened = run(&ops);
    // Objects that share a place push one another out of it.
    assert!(reopened >= 49, "{reopened} of 200 loads");
}
