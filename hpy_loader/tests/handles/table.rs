//! The handle table against a naive model: random sequences of operations, with
//! words that are open, closed, or were never handed out at all.
//!
//! After every step the table and the model must agree on which words are open,
//! what they name, which objects live, what was counted, and how often each
//! object was dropped: once, and never while it is pinned.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use hpy_loader::handles::{
    ArgumentScope, Closed, Counters, HandleTable, Pin, RawHandle, Released, Stale,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases;

/// How often each object was dropped, by its number.
type Ledger = Rc<RefCell<Vec<u32>>>;

/// An object that is 8 bytes wide and reports its end.
struct Tracked(Box<Record>);

struct Record {
    id: usize,
    ledger: Ledger,
}

impl Tracked {
    fn new(ledger: &Ledger) -> Self {
        let id = ledger.borrow().len();
        ledger.borrow_mut().push(0);
        let ledger = Rc::clone(ledger);
        Tracked(Box::new(Record { id, ledger }))
    }

    fn id(&self) -> usize {
        self.0.id
    }
}

impl Clone for Tracked {
    fn clone(&self) -> Self {
        Tracked::new(&self.0.ledger)
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.0.ledger.borrow_mut()[self.0.id] += 1;
    }
}

/// Where an operation takes its word from.
#[derive(Clone, Debug)]
enum Pick {
    /// Any word that the table has ever given, so mostly stale ones at the end.
    Known(Index),
    /// A slot word near the ones in use.
    Forged {
        index: u64,
        generation: u64,
    },
    Bits(u64),
    Null,
    Int(i32),
    Float(f32),
}

#[derive(Clone, Debug)]
enum Op {
    Open,
    OpenImmortal,
    Dup(Pick),
    Close(Pick),
    CloseTwice(Pick),
    Release(Pick),
    Retire(Pick, bool),
    Take(Pick),
    Get(Pick),
    Pin(Pick),
    Unpin(Index),
    PushFrame(usize),
    PopFrame,
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        24 => any::<Index>().prop_map(Pick::Known),
        2 => (0..40u64, 0..8u64).prop_map(|(index, generation)| Pick::Forged { index, generation }),
        2 => any::<u64>().prop_map(Pick::Bits),
        1 => Just(Pick::Null),
        1 => any::<i32>().prop_map(Pick::Int),
        1 => any::<f32>().prop_map(Pick::Float),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => Just(Op::Open),
        1 => Just(Op::OpenImmortal),
        4 => pick().prop_map(Op::Dup),
        6 => pick().prop_map(Op::Close),
        1 => pick().prop_map(Op::CloseTwice),
        2 => pick().prop_map(Op::Release),
        6 => (pick(), any::<bool>()).prop_map(|(pick, shared)| Op::Retire(pick, shared)),
        4 => pick().prop_map(Op::Take),
        4 => pick().prop_map(Op::Get),
        4 => pick().prop_map(Op::Pin),
        4 => any::<Index>().prop_map(Op::Unpin),
        2 => (0..12usize).prop_map(Op::PushFrame),
        3 => Just(Op::PopFrame),
    ]
}

/// An object in the table, as the model sees it.
struct Root {
    id: usize,
    /// `None` for an immortal handle, 0 for one that is_deferred. C's own references
    /// to what is lent, which it may have closed too often.
    refs: Option<i32>,
    lent: bool,
    open: bool,
    pins: u32,
}

#[derive(Default)]
struct Model {
    roots: Vec<Root>,
    open: HashMap<isize, usize>,
    /// The words whose close is deferred, the oldest first, with the number of each.
    deferred: Vec<(RawHandle, usize)>,
    /// How many closes were deferred, less those that a scope has finished.
    top: usize,
    dropped: BTreeSet<usize>,
    counters: Counters,
}

impl Model {
    fn open(&mut self, word: RawHandle, id: usize, refs: Option<i32>) {
        self.roots.push(Root {
            id,
            refs,
            lent: refs == Some(0),
            open: true,
            pins: 0,
        });
        let clash = self.open.insert(word.bits(), self.roots.len() - 1);
        assert!(clash.is_none(), "{word:?} was given twice");
    }

    fn occupied(&self) -> BTreeSet<usize> {
        let live = self.roots.iter().filter(|root| root.open || root.pins > 0);
        live.map(|root| root.id).collect()
    }

    fn find(&self, word: RawHandle) -> Option<usize> {
        self.open.get(&word.bits()).copied()
    }

    /// The root that a use of `word` reaches.
    fn use_of(&mut self, word: RawHandle) -> Option<usize> {
        let root = self.find(word);
        if root.is_none() && is_slot(word) {
            self.counters.stale_uses += 1;
        }
        root
    }

    /// What closing must answer, with the number of the object that it frees.
    fn close(&mut self, word: RawHandle) -> Released<usize> {
        if !is_slot(word) {
            return Released::NoSlot;
        }
        let Some(at) = self.find(word) else {
            self.counters.stale_closes += 1;
            return Released::Stale;
        };
        let root = &mut self.roots[at];
        match &mut root.refs {
            None => {
                self.counters.immortal_closes += 1;
                Released::Immortal
            }
            Some(refs) if root.lent => {
                *refs -= 1;
                Released::StillOpen
            }
            Some(0) => {
                self.counters.stale_closes += 1;
                Released::Stale
            }
            Some(1) => {
                root.open = false;
                self.open.remove(&word.bits());
                if root.pins == 0 {
                    Released::Freed(root.id)
                } else {
                    Released::Deferred
                }
            }
            Some(refs) => {
                *refs -= 1;
                Released::StillOpen
            }
        }
    }

    fn close_and_drop(&mut self, word: RawHandle) -> Closed {
        self.close(word).map(|id| {
            self.dropped.insert(id);
        })
    }

    /// What retiring must return, by its number.
    fn close_deferred(&mut self, word: RawHandle, shared: bool) -> Option<usize> {
        if let Some(at) = self.find(word) {
            let root = &mut self.roots[at];
            if root.refs == Some(1) && !root.lent && (shared || root.pins > 0) {
                root.refs = Some(0);
                // What C has opened again keeps its place.
                if !self.deferred.iter().any(|&(other, _)| other == word) {
                    self.deferred.push((word, self.top));
                    self.top += 1;
                }
                return None;
            }
        }
        match self.close(word) {
            Released::Freed(id) => Some(id),
            _ => None,
        }
    }

    /// The end of a word that is_deferred, if it still does.
    fn end(&mut self, word: RawHandle) -> Option<usize> {
        let at = self.find(word)?;
        let root = &mut self.roots[at];
        if root.refs != Some(0) || root.lent {
            return None;
        }
        root.open = false;
        self.open.remove(&word.bits());
        (root.pins == 0).then_some(root.id)
    }

    fn end_frame(&mut self, words: &[RawHandle], start: usize) {
        for &word in words {
            let Some(at) = self.find(word) else {
                panic!("what is lent can't be closed")
            };
            let root = &mut self.roots[at];
            let refs = root.refs.expect("what is lent is mortal");
            root.lent = false;
            if refs > 0 {
                continue;
            }
            self.counters.stale_closes += u64::from(refs.unsigned_abs());
            root.open = false;
            self.open.remove(&word.bits());
            if root.pins == 0 {
                self.dropped.insert(root.id);
            }
        }
        while self.top > start {
            self.top -= 1;
            if self.deferred.last().is_some_and(|(_, n)| *n == self.top)
                && let Some((word, _)) = self.deferred.pop()
            {
                let ended = self.end(word);
                self.dropped.extend(ended);
            }
        }
    }

    fn unpin(&mut self, at: usize) {
        let root = &mut self.roots[at];
        root.pins -= 1;
        if root.pins == 0 && !root.open {
            self.dropped.insert(root.id);
        }
    }
}

/// The definition, not the table's way to decide it.
fn is_slot(word: RawHandle) -> bool {
    let bits = word.bits() as u64;
    bits != 0 && bits >> 48 == 0
}

/// A table, its model, and what the test holds of either.
struct Bench<'t> {
    table: &'t HandleTable<Tracked>,
    ledger: Ledger,
    model: Model,
    known: Vec<RawHandle>,
    pins: Vec<(Pin<'t, Tracked>, usize)>,
    /// With what was deferred when it began.
    frames: Vec<(ArgumentScope<'t, Tracked>, usize)>,
}

impl<'t> Bench<'t> {
    fn word(&self, pick: &Pick) -> RawHandle {
        match pick {
            Pick::Known(index) if self.known.is_empty() => {
                RawHandle::from_bits(index.index(9) as isize)
            }
            Pick::Known(index) => *index.get(&self.known),
            Pick::Forged { index, generation } => {
                RawHandle::from_bits((index | generation << 28) as isize)
            }
            Pick::Bits(bits) => RawHandle::from_bits(*bits as isize),
            Pick::Null => RawHandle::NULL,
            Pick::Int(value) => RawHandle::from_i64((*value).into()).expect("32 bits fit"),
            Pick::Float(value) => RawHandle::from_f64((*value).into()).expect("an f32 fits"),
        }
    }

    /// Opens an object by `open`, which must fail just when the table is full.
    fn open(
        &mut self,
        refs: Option<i32>,
        open: impl FnOnce(&mut Self, Tracked) -> Result<RawHandle, Tracked>,
    ) {
        let full = self.model.occupied().len() == self.table.capacity() as usize;
        let object = Tracked::new(&self.ledger);
        let id = object.id();
        match open(self, object) {
            Ok(word) => {
                assert!(!full);
                self.model.open(word, id, refs);
                self.known.push(word);
            }
            Err(object) => {
                assert!(full && object.id() == id);
                self.model.dropped.insert(id);
            }
        }
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Open => self.open(Some(1), |bench, object| {
                bench.table.open(object).map_err(|full| full.object)
            }),
            Op::OpenImmortal => self.open(None, |bench, object| {
                bench
                    .table
                    .open_immortal(object)
                    .map_err(|full| full.object)
            }),
            Op::Dup(pick) => self.dup(self.word(pick)),
            Op::Close(pick) => self.close(self.word(pick)),
            Op::CloseTwice(pick) => {
                let word = self.word(pick);
                self.close(word);
                self.close(word);
            }
            Op::Release(pick) => self.release(self.word(pick)),
            // With more of them the oldest would have to go, and which one that is
            // is the table's affair.
            Op::Retire(..) if self.model.top == 32 => {}
            Op::Retire(pick, shared) => {
                let word = self.word(pick);
                let expected = self.model.close_deferred(word, *shared);
                let mut dropped = None;
                self.table
                    .close_deferred(word, |_| *shared, |object| dropped = Some(object));
                assert_eq!(dropped.as_ref().map(Tracked::id), expected);
                drop(dropped);
                self.model.dropped.extend(expected);
            }
            Op::Take(pick) => self.take(self.word(pick)),
            Op::Get(pick) => {
                let word = self.word(pick);
                let expected = self.model.use_of(word).map(|at| self.model.roots[at].id);
                // SAFETY: the reference is gone before the next operation.
                let got = unsafe { self.table.get(word) }.map(Tracked::id);
                assert_eq!(got, expected);
            }
            Op::Pin(pick) => {
                let word = self.word(pick);
                let expected = self.model.use_of(word);
                let pin = self.table.pin(word);
                assert_eq!(pin.is_some(), expected.is_some());
                if let (Some(pin), Some(at)) = (pin, expected) {
                    self.model.roots[at].pins += 1;
                    self.pins.push((pin, at));
                }
            }
            Op::Unpin(index) => {
                if !self.pins.is_empty() {
                    let (pin, at) = self.pins.swap_remove(index.index(self.pins.len()));
                    drop(pin);
                    self.model.unpin(at);
                }
            }
            Op::PushFrame(arguments) => {
                self.frames
                    .push((ArgumentScope::new(self.table), self.model.top));
                for _ in 0..*arguments {
                    self.open(Some(0), |bench, object| {
                        let (frame, _) = bench.frames.last_mut().expect("pushed above");
                        frame.push(object).map_err(|full| full.object)
                    });
                }
            }
            Op::PopFrame => {
                if let Some((frame, start)) = self.frames.pop() {
                    let words = frame.words().to_vec();
                    drop(frame);
                    // The last frame takes everything along.
                    let start = if self.frames.is_empty() { 0 } else { start };
                    self.model.end_frame(&words, start);
                }
            }
        }
    }

    fn dup(&mut self, word: RawHandle) {
        let expected = match self.model.use_of(word) {
            None if is_slot(word) => Err(Stale),
            None => Ok(word),
            Some(at) => {
                if let Some(refs) = &mut self.model.roots[at].refs {
                    *refs += 1;
                }
                Ok(word)
            }
        };
        assert_eq!(self.table.dup(word), expected);
    }

    fn close(&mut self, word: RawHandle) {
        let expected = self.model.close_and_drop(word);
        assert_eq!(self.table.close(word), expected);
    }

    fn release(&mut self, word: RawHandle) {
        let expected = self.model.close(word);
        let released = self.table.release(word);
        self.compare_drops();
        assert_eq!(released.map(|object| object.id()), expected);
        if let Released::Freed(id) = expected {
            self.model.dropped.insert(id);
        }
    }

    fn take(&mut self, word: RawHandle) {
        let next = self.ledger.borrow().len();
        let expected = self.model.use_of(word).map(|at| {
            let root = &self.model.roots[at];
            let (id, immortal) = (root.id, root.refs.is_none());
            if root.refs == Some(0) && !root.lent {
                self.model.counters.stale_uses += 1;
                return next;
            }
            if root.refs == Some(1) && root.pins == 0 && !root.lent {
                self.model.close(word);
                return id;
            }
            if !immortal {
                self.model.close(word);
            }
            next
        });
        let taken = self.table.take(word);
        self.compare_drops();
        assert_eq!(taken.as_ref().map(Tracked::id), expected);
        self.model.dropped.extend(expected);
    }

    fn compare_drops(&self) {
        for (id, drops) in self.ledger.borrow().iter().enumerate() {
            let expected = u32::from(self.model.dropped.contains(&id));
            assert_eq!(*drops, expected, "drops of object {id}");
        }
    }

    fn compare(&self) {
        self.compare_drops();
        let is_deferred = |at: &&usize| {
            let root = &self.model.roots[**at];
            root.refs == Some(0) && !root.lent
        };
        let deferred = self.model.open.values().filter(is_deferred).count();
        let open = self.model.open.len() - deferred;
        assert_eq!(self.table.open_count() as usize, open);
        assert_eq!(self.table.counters(), self.model.counters);
        for &word in &self.known {
            let at = self.model.find(word);
            assert_eq!(self.table.is_open(word), at.is_some(), "{word:?}");
            assert_eq!(
                self.table.is_close_deferred(word),
                at.is_some_and(|at| is_deferred(&&at))
            );
            if let Some(at) = at {
                let pin = self.table.pin(word).expect("open");
                assert_eq!(pin.id(), self.model.roots[at].id, "{word:?}");
            }
        }
        for (pin, at) in &self.pins {
            assert_eq!(pin.id(), self.model.roots[*at].id);
        }
        let mut roots = Vec::new();
        self.table.for_each_root(|object| roots.push(object.id()));
        assert_eq!(roots.len(), self.model.occupied().len(), "each root once");
        assert_eq!(BTreeSet::from_iter(roots), self.model.occupied());
    }
}

fn run(slots: u32, ops: &[Op]) {
    let table = HandleTable::with_capacity(slots).expect("a few pages");
    let ledger = Ledger::default();
    let mut bench = Bench {
        table: &table,
        ledger: Rc::clone(&ledger),
        model: Model::default(),
        known: Vec::new(),
        pins: Vec::new(),
        frames: Vec::new(),
    };
    for op in ops {
        bench.step(op);
        bench.compare();
    }
    while let Some((pin, at)) = bench.pins.pop() {
        drop(pin);
        bench.model.unpin(at);
        bench.compare();
    }
    drop(bench);
    drop(table);
    assert!(ledger.borrow().iter().all(|&drops| drops == 1));
}

proptest! {
    #![proptest_config(cases(1500, 8))]

    #[test]
    fn the_table_behaves_like_the_model(
        slots in 2..40u32,
        ops in prop::collection::vec(op(), 1..if cfg!(miri) { 40 } else { 150 }),
    ) {
        run(slots, &ops);
    }
}

#[test]
fn closed_slots_are_used_again() {
    let table = HandleTable::with_capacity(64).expect("a few pages");
    let ledger = Ledger::default();
    let rounds = if cfg!(miri) { 10 } else { 10_000 };
    for _ in 0..rounds {
        let open = || table.open(Tracked::new(&ledger)).expect("never full");
        let words: Vec<RawHandle> = (0..63).map(|_| open()).collect();
        for word in words {
            assert_eq!(table.close(word), Closed::Freed(()));
        }
    }
    assert_eq!(ledger.borrow().len(), 63 * rounds);
    assert!(ledger.borrow().iter().all(|&drops| drops == 1));
}

#[test]
fn too_many_pins_make_an_object_immortal() {
    let table = HandleTable::with_capacity(4).expect("a few pages");
    let ledger = Ledger::default();
    for (pins, survives) in [(4094, false), (4095, true)] {
        let object = Tracked::new(&ledger);
        let id = object.id();
        let word = table.open(object).expect("room");
        let guards: Vec<_> = (0..pins).map(|_| table.pin(word).expect("open")).collect();
        assert_eq!(table.close(word), Closed::Deferred);
        assert!(table.pin(word).is_none());
        assert_eq!(ledger.borrow()[id], 0);
        drop(guards);
        assert_eq!(ledger.borrow()[id] == 0, survives, "after {pins} pins");
    }
    assert_eq!(table.open_count(), 0);
    drop(table);
    assert_eq!(*ledger.borrow(), [1, 1]);
}
