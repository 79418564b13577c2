//! The handle word: every number survives it, and every bit pattern means one
//! thing, which no table mistakes for a handle.

use hpy_loader::handles::{Closed, Decoded, HandleTable, RawHandle, Stale};
use proptest::prelude::*;

use crate::cases;

/// Bits for words and doubles: uniform ones are nearly always ordinary doubles,
/// so the sixteen bits that decide are also drawn from the ends of the ranges.
fn bits() -> impl Strategy<Value = u64> {
    let tops = prop::sample::select(vec![
        0x0000u64, 0x0001, 0x7FEF, 0x7FF0, 0x7FF8, 0x7FFF, 0x8000, 0xFFEF, 0xFFF0, 0xFFF8, 0xFFFD,
        0xFFFE, 0xFFFF,
    ]);
    let rest = prop_oneof![Just(0), Just((1 << 48) - 1), 0..1u64 << 48];
    prop_oneof![
        any::<u64>(),
        (tops, rest).prop_map(|(top, rest)| top << 48 | rest),
    ]
}

fn integers() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        (RawHandle::MIN_INT - 3)..=(RawHandle::MAX_INT + 3),
        any::<i16>().prop_map(|near| RawHandle::MAX_INT + i64::from(near)),
        any::<i16>().prop_map(|near| RawHandle::MIN_INT + i64::from(near)),
    ]
}

proptest! {
    #![proptest_config(cases(50_000, 50))]

    #[test]
    fn doubles_survive_bit_for_bit(bits in bits()) {
        match RawHandle::from_f64(f64::from_bits(bits)) {
            Some(word) => {
                prop_assert_eq!(word.as_f64().map(f64::to_bits), Some(bits));
                prop_assert_eq!(word.as_i64(), None);
                prop_assert!(word.is_immediate());
            }
            None => prop_assert!(bits >= 0xFFFE << 48, "{bits:#x} has room"),
        }
    }

    #[test]
    fn integers_survive_up_to_48_bits(value in integers()) {
        let fits = (-(1i64 << 47)..1 << 47).contains(&value);
        let word = RawHandle::from_i64(value);
        prop_assert_eq!(word.is_some(), fits);
        if let Some(word) = word {
            prop_assert_eq!(word.as_i64(), Some(value));
            prop_assert_eq!(word.as_f64(), None);
            prop_assert!(word.is_immediate());
        }
    }

    #[test]
    fn every_word_is_of_one_class(bits in bits()) {
        let word = RawHandle::from_bits(bits as isize);
        prop_assert_eq!(word.bits(), bits as isize);
        let (int, float) = (word.as_i64(), word.as_f64());
        let classes = [word.is_null(), word.is_slot(), int.is_some(), float.is_some()];
        prop_assert_eq!(classes.iter().filter(|&&is| is).count(), 1);
        prop_assert_eq!(word.is_immediate(), int.is_some() || float.is_some());
        // The number is carried, not approximated: the way back is the same word.
        match word.decode() {
            Decoded::Null => prop_assert_eq!(bits, 0),
            Decoded::Slot => prop_assert!((1..1 << 48).contains(&bits)),
            Decoded::Int(value) => prop_assert_eq!(RawHandle::from_i64(value), Some(word)),
            Decoded::Float(value) => prop_assert_eq!(RawHandle::from_f64(value), Some(word)),
        }
    }

    #[test]
    fn no_table_takes_a_word_it_did_not_give(bits in bits(), open in 0..20u64, closed in 0..20u64) {
        let table = HandleTable::with_capacity(100).expect("a few pages");
        let words: Vec<RawHandle> = (0..open + closed)
            .map(|object| table.open(object).expect("room"))
            .collect();
        let (closed, open) = words.split_at(closed as usize);
        for &word in closed {
            prop_assert_eq!(table.close(word), Closed::Freed(()));
        }
        let garbage = RawHandle::from_bits(bits as isize);
        prop_assume!(!open.contains(&garbage));
        prop_assert!(!table.is_open(garbage));
        prop_assert!(table.pin(garbage).is_none());
        prop_assert!(table.take(garbage).is_none());
        // SAFETY: nothing is closed before the reference, were there one, goes.
        let borrowed = unsafe { table.get(garbage) };
        prop_assert!(borrowed.is_none());
        let (dup, close, stale) = if garbage.is_slot() {
            (Err(Stale), Closed::Stale, 1)
        } else {
            (Ok(garbage), Closed::NoSlot, 0)
        };
        prop_assert_eq!(table.dup(garbage), dup);
        prop_assert_eq!(table.close(garbage), close);
        prop_assert_eq!(table.counters().stale_closes, stale);
        prop_assert_eq!(table.counters().stale_uses, 4 * stale);
        for (object, &word) in (closed.len() as u64..).zip(open) {
            prop_assert_eq!(table.take(word), Some(object));
        }
    }
}

/// All slot words that could possibly hit: each index up to beyond the slots in
/// use, each generation up to beyond the present one.
#[test]
fn one_generation_of_a_slot_is_valid_at_a_time() {
    let table = HandleTable::with_capacity(8).expect("a few pages");
    for round in 0..4u64 {
        let word = table.open(round).expect("room");
        for index in 0..12 {
            for generation in 0..16 {
                let forged = RawHandle::from_bits(index | generation << 28);
                assert_eq!(table.is_open(forged), forged == word, "{forged:?}");
            }
        }
        assert_eq!(table.close(word), Closed::Freed(()));
    }
}
