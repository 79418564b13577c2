//! What a collection does to objects.

use crate::{heap, heap_of};
use moving_gc::heap::{Full, Kind};
use moving_gc::{Options, Reference, Zeal};

#[test]
fn everything_moves_and_nothing_changes() {
    let (heap, class) = heap(Zeal::Off);
    let pair = heap.allocate(Kind::Tuple, &class, 2, 16).expect("room");
    let leaf = heap.allocate(Kind::Bytes, &class, 0, 3).expect("room");
    heap.set(&pair, 0, &leaf);
    heap.set_word(&pair, 1, 0x1234_5678_9abc_def0);
    heap.with_bytes_mut(&leaf, |bytes| bytes.copy_from_slice(b"abc"));
    let identity = heap.identity(&leaf);
    for round in 1..300 {
        let old = format!("{pair:?} {leaf:?} {class:?}");
        heap.collect();
        let new = format!("{pair:?} {leaf:?} {class:?}");
        let (old, new): (Vec<_>, Vec<_>) = (old.split(' ').collect(), new.split(' ').collect());
        assert!(old.iter().zip(&new).all(|(old, new)| old != new), "{round}");
        assert_eq!(heap.kind(&pair), Kind::Tuple);
        assert!(heap.class(&pair).is(&class) && heap.class(&class).is(&class));
        assert!(heap.get(&pair, 0).expect("there").is(&leaf));
        assert!(heap.get(&pair, 1).is_none());
        assert_eq!(heap.word(&pair, 1), 0x1234_5678_9abc_def0);
        assert_eq!(heap.with_bytes(&leaf, <[u8]>::to_vec), b"abc");
        assert_eq!(heap.identity(&leaf), identity);
    }
    let statistics = heap.statistics();
    assert_eq!(statistics.collections, 299);
    assert_eq!(statistics.moves, 3 * 299);
    assert_eq!(statistics.most_moves, 299);
}

#[test]
fn what_nobody_roots_is_gone() {
    let (heap, class) = heap(Zeal::Off);
    let before = heap.used();
    let kept = heap.allocate(Kind::Tuple, &class, 1, 0).expect("room");
    let cycle = heap.allocate(Kind::Tuple, &class, 1, 0).expect("room");
    heap.set(&cycle, 0, &cycle);
    heap.set(&kept, 0, &cycle);
    heap.collect();
    let with_both = heap.used();
    drop(cycle);
    heap.collect();
    assert_eq!(heap.used(), with_both, "kept through a reference");
    heap.clear(&kept, 0);
    heap.collect();
    assert!(heap.used() < with_both, "a cycle keeps nobody alive");
    drop(kept);
    heap.collect();
    assert_eq!((heap.used(), heap.locals()), (before, 1));
}

#[test]
fn new_objects_are_empty_wherever_they_are() {
    let (heap, class) = heap(Zeal::Off);
    // More collections than there are spaces, so that memory is used again.
    for _ in 0..600 {
        let object = heap.allocate(Kind::Tuple, &class, 5, 40).expect("room");
        assert!((0..5).all(|index| heap.get(&object, index).is_none()));
        assert!((0..5).all(|index| heap.word(&object, index) == 0));
        for index in 0..5 {
            heap.set(&object, index, &object);
            heap.set_word(&object, index, u64::MAX);
        }
        heap.collect();
    }
}

#[test]
fn a_full_heap_refuses_and_goes_on() {
    let (heap, class) = heap_of(Options {
        capacity: 4 << 20,
        zeal: Zeal::Off,
    });
    let chain = heap.allocate(Kind::Tuple, &class, 1, 0).expect("room");
    let mut count = 0_u64;
    let refused = loop {
        match heap.allocate(Kind::Tuple, &class, 1, 1 << 16) {
            Ok(link) => {
                if let Some(next) = heap.get(&chain, 0) {
                    heap.set(&link, 0, &next);
                }
                heap.set(&chain, 0, &link);
                count += 1;
            }
            Err(full) => break full,
        }
    };
    assert_eq!(refused, Full);
    assert!((50..64).contains(&count), "{count}");
    // The reserve is for what can't be refused.
    let small = heap.allocate_small(Kind::Exception, &class, 3, 0);
    assert!(heap.get(&small, 0).is_none());
    assert_eq!(
        heap.allocate(Kind::Bytes, &class, 0, usize::MAX).err(),
        Some(Full)
    );
    assert_eq!(
        heap.allocate(Kind::Tuple, &class, 1 << 40, 0).err(),
        Some(Full)
    );
    heap.clear(&chain, 0);
    assert!(heap.allocate(Kind::Bytes, &class, 0, 3 << 20).is_ok());
}

#[test]
fn zeal_decides_when() {
    let collections = |zeal, allocations| {
        let (heap, class) = heap(zeal);
        for _ in 0..allocations {
            heap.allocate(Kind::Tuple, &class, 1, 0).expect("room");
        }
        heap.statistics().collections
    };
    assert_eq!(collections(Zeal::Off, 1000), 0);
    assert_eq!(collections(Zeal::Always, 1000), 1000);
    assert_eq!(collections(Zeal::Every(10), 1000), 100);
    let random = |seed| collections(Zeal::Random { seed, one_in: 10 }, 1000);
    assert_eq!(random(1), random(1));
    assert!((50..200).contains(&random(2)), "{}", random(2));
}

#[test]
fn bytes_that_are_borrowed_do_not_move() {
    let (heap, class) = heap(Zeal::Off);
    let text = heap.allocate(Kind::Bytes, &class, 0, 8).expect("room");
    let attempt = |operation: &dyn Fn()| {
        let looking = std::panic::AssertUnwindSafe(|| heap.with_bytes(&text, |_| operation()));
        std::panic::catch_unwind(looking).is_err()
    };
    assert!(attempt(&|| drop(heap.allocate(Kind::Tuple, &class, 1, 0))));
    assert!(attempt(&|| heap.collect()));
    assert!(attempt(&|| heap.set_word(&text, 0, 1)));
    assert!(!attempt(&|| drop(text.clone())));
    heap.collect();
    assert!(
        heap.allocate(Kind::Tuple, &class, 1, 0).is_ok(),
        "the borrows have ended"
    );
}

#[test]
fn a_paused_heap_does_not_move() {
    let (heap, class) = heap(Zeal::Always);
    heap.pause();
    let object = heap.allocate(Kind::Tuple, &class, 0, 0).expect("room");
    let before = format!("{object:?}");
    for _ in 0..10 {
        heap.allocate(Kind::Tuple, &class, 0, 0).expect("room");
    }
    assert_eq!(format!("{object:?}"), before);
    heap.resume();
    heap.allocate(Kind::Tuple, &class, 0, 0).expect("room");
    assert_ne!(format!("{object:?}"), before);
}
