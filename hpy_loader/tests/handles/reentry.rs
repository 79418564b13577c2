//! Destructors, clones and visitors that come back to the table they are run by.
//!
//! Each object carries a little program that its destructor runs on the table:
//! it closes its own handle again, closes the others', opens new ones, visits
//! everything. Whatever it does, each object is dropped once, and the table
//! still has every slot that it had.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use hpy_loader::handles::{ArgumentScope, Closed, HandleTable, RawHandle};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases;

/// What everything in one test shares.
#[derive(Default)]
struct World {
    table: RefCell<Weak<HandleTable<Node>>>,
    words: RefCell<Vec<RawHandle>>,
    made: Cell<u32>,
    dropped: Cell<u32>,
}

impl World {
    /// The table, unless it is being dropped itself.
    fn table(&self) -> Option<Rc<HandleTable<Node>>> {
        self.table.borrow().upgrade()
    }

    fn node(self: &Rc<Self>, program: Vec<Act>) -> Node {
        self.made.set(self.made.get() + 1);
        let world = Rc::clone(self);
        Node(Rc::new(Life { world, program }))
    }

    fn open(self: &Rc<Self>, table: &HandleTable<Node>, program: Vec<Act>) -> Option<RawHandle> {
        let word = table.open(self.node(program)).ok()?;
        self.words.borrow_mut().push(word);
        Some(word)
    }

    fn word(&self, index: &Index) -> Option<RawHandle> {
        let words = self.words.borrow();
        (!words.is_empty()).then(|| *index.get(&words))
    }

    fn run(self: &Rc<Self>, table: &HandleTable<Node>, program: &[Act]) {
        for act in program {
            act.run(self, table);
        }
    }
}

/// A reference to an object, cloned and dropped as a VM's are.
#[derive(Clone)]
struct Node(Rc<Life>);

struct Life {
    world: Rc<World>,
    program: Vec<Act>,
}

impl Drop for Life {
    fn drop(&mut self) {
        self.world.dropped.set(self.world.dropped.get() + 1);
        if let Some(table) = self.world.table() {
            self.world.run(&table, &self.program);
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Open(Vec<Act>),
    Close(Index),
    /// Closes a handle of an object that others keep alive too.
    Retire(Index),
    Dup(Index),
    Take(Index),
    /// Closes a handle while its object is pinned.
    PinAndClose(Index),
    /// Closes a handle while its object is being cloned.
    TakeAndClose(Index),
    /// Closes handles while all roots are visited.
    VisitAndClose(Vec<Index>),
    /// Calls "C" with new objects, and C closes a handle.
    Call(Vec<Vec<Act>>, Index),
}

impl Act {
    fn run(&self, world: &Rc<World>, table: &HandleTable<Node>) {
        let word = |index| world.word(index).unwrap_or(RawHandle::NULL);
        match self {
            Act::Open(program) => {
                world.open(table, program.clone());
            }
            Act::Close(index) => {
                table.close(word(index));
            }
            Act::Retire(index) => table.close_deferred(word(index), |_| true, drop),
            Act::Dup(index) => {
                let _ = table.dup(word(index));
            }
            Act::Take(index) => drop(table.take(word(index))),
            Act::PinAndClose(index) => {
                let word = word(index);
                if let Some(pin) = table.pin(word) {
                    // What is lent stays open for longer than anyone would wait.
                    let closed = (0..1000).any(|_| table.close(word) != Closed::StillOpen);
                    assert!(!closed || !table.is_open(word) || table.is_close_deferred(word));
                    assert!(Rc::strong_count(&pin.0) >= 1);
                }
            }
            Act::TakeAndClose(index) => {
                let word = word(index);
                drop(table.take_with(word, |node| {
                    table.close(word);
                    node.clone()
                }));
            }
            Act::VisitAndClose(indices) => {
                let mut indices = indices.iter();
                table.for_each_root(|node| {
                    if let Some(index) = indices.next() {
                        table.close(word(index));
                    }
                    assert!(Rc::strong_count(&node.0) >= 1);
                });
            }
            Act::Call(arguments, index) => {
                let mut frame = ArgumentScope::new(table);
                for program in arguments {
                    if let Ok(word) = frame.push(world.node(program.clone())) {
                        world.words.borrow_mut().push(word);
                    }
                }
                table.close(word(index));
            }
        }
    }
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<Index>;
    let leaf = prop_oneof![
        2 => Just(Act::Open(Vec::new())),
        6 => index().prop_map(Act::Close),
        3 => index().prop_map(Act::Retire),
        2 => index().prop_map(Act::Dup),
        2 => index().prop_map(Act::Take),
        2 => index().prop_map(Act::PinAndClose),
        2 => index().prop_map(Act::TakeAndClose),
        1 => prop::collection::vec(index(), 0..4).prop_map(Act::VisitAndClose),
    ];
    leaf.prop_recursive(4, 64, 4, move |inner| {
        let program = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            4 => program().prop_map(Act::Open),
            1 => (prop::collection::vec(program(), 0..3), index())
                .prop_map(|(arguments, index)| Act::Call(arguments, index)),
        ]
    })
}

proptest! {
    #![proptest_config(cases(1500, 8))]

    #[test]
    fn destructors_may_use_the_table(
        slots in 2..30u32,
        program in prop::collection::vec(act(), 1..if cfg!(miri) { 10 } else { 40 }),
    ) {
        let table = Rc::new(HandleTable::with_capacity(slots).expect("a few pages"));
        let world = Rc::new(World::default());
        *world.table.borrow_mut() = Rc::downgrade(&table);
        world.run(&table, &program);
        // A scope finishes deferred closes, and destructors may leave more.
        let is_deferred = || world.words.borrow().iter().any(|&word| table.is_close_deferred(word));
        while is_deferred() {
            drop(ArgumentScope::new(&table));
        }

        let open = world.words.borrow().iter().filter(|&&word| table.is_open(word)).count();
        prop_assert_eq!(table.open_count() as usize, open);
        let living = world.made.get() - world.dropped.get();
        prop_assert_eq!(table.open_count(), living, "one object a slot");
        // No slot was lost: what is not open can be opened, and no more.
        for _ in living..table.capacity() {
            prop_assert!(world.open(&table, Vec::new()).is_some());
        }
        prop_assert!(world.open(&table, Vec::new()).is_none());
        drop(table);
        prop_assert_eq!(world.made.get(), world.dropped.get());
    }
}

/// The slot of a dying object is free for what its destructor opens.
#[test]
fn a_destructor_finds_its_own_slot_free() {
    let table = Rc::new(HandleTable::with_capacity(2).expect("a few pages"));
    let world = Rc::new(World::default());
    *world.table.borrow_mut() = Rc::downgrade(&table);
    let program = vec![Act::Open(Vec::new())];
    let first = world.open(&table, program).expect("one slot");
    assert_eq!(table.close(first), Closed::Freed(()));
    let second = *world
        .words
        .borrow()
        .last()
        .expect("opened by the destructor");
    assert!(second != first && table.is_open(second) && !table.is_open(first));
}

/// A panic from a destructor leaves a table that works.
#[test]
fn a_destructor_may_panic() {
    struct Bomb(Rc<Cell<u32>>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            assert!(self.0.get() != 1, "boom");
        }
    }
    let drops = Rc::new(Cell::new(0));
    let table = HandleTable::with_capacity(2).expect("a few pages");
    let word = table.open(Bomb(Rc::clone(&drops))).expect("room");
    let close = std::panic::AssertUnwindSafe(|| table.close(word));
    assert!(std::panic::catch_unwind(close).is_err());
    assert_eq!((table.open_count(), drops.get()), (0, 1));
    let word = table.open(Bomb(Rc::clone(&drops))).expect("room again");
    assert_eq!(table.close(word), Closed::Freed(()));
    assert_eq!(drops.get(), 2);
}
