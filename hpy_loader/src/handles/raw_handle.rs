//! The handle word: what the 64 bits of a handle say, without looking anywhere.
//!
//! | top 16 bits         | meaning                                             |
//! |---------------------|-----------------------------------------------------|
//! | `0x0000`            | all zero: `HPy_NULL`; otherwise a slot (see below)   |
//! | `0x0001 ..= 0xFFFE` | a double: its bits plus 2^48                        |
//! | `0xFFFF`            | an integer: the low 48 bits, sign-extended          |
//!
//! A slot word is an index (bits 0..28) and the slot's generation (bits 28..48).
//! The generation of an open slot is odd, so a word with an even one is never
//! valid, and neither is index 0.
//!
//! Every bit pattern falls in exactly one of the four classes, so decoding
//! cannot fail: a word made of garbage is at worst a wrong number or a slot
//! word that the table refuses.

use crate::abi::HPy;
use std::fmt;

/// Added to the bits of a double so that its top 16 bits are never zero.
const FLOAT_OFFSET: u64 = 1 << 48;
/// The first bit pattern that the offset would push out of the doubles' range.
const FLOAT_LIMIT: u64 = 0xFFFE << 48;
/// The top 16 bits of an integer.
const INT_TAG: u64 = 0xFFFF << 48;
/// Bits of an immediate integer, sign included.
const INT_BITS: u32 = 48;

/// Bits of a slot index.
pub(super) const INDEX_BITS: u32 = 28;
/// Bits of a generation.
pub(super) const GENERATION_BITS: u32 = 20;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;

const _: () = assert!(INDEX_BITS + GENERATION_BITS == 48);
const _: () = assert!(size_of::<isize>() == 8, "handles are words of 64 bits");

/// A handle as it crosses the boundary: `HPy_NULL`, an immediate number, or the
/// name of a slot.
///
/// Equality is equality of bits. Two words that are equal mean the same thing;
/// two words that differ may still be slots with the same object.
///
/// ```
/// use hpy_loader::handles::{Decoded, RawHandle};
///
/// let word = RawHandle::from_i64(-7).expect("48 bits are enough");
/// assert_eq!(word.as_i64(), Some(-7));
/// assert!(RawHandle::from_i64(i64::MAX).is_none());
///
/// // Any bits are a word: garbage is a number, or a slot that no table knows.
/// assert_eq!(RawHandle::from_bits(0).decode(), Decoded::Null);
/// assert_eq!(RawHandle::from_bits(0x1234).decode(), Decoded::Slot);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct RawHandle(u64);

impl From<HPy> for RawHandle {
    #[inline(always)]
    fn from(handle: HPy) -> Self {
        Self::from_bits(handle.0)
    }
}

impl From<RawHandle> for HPy {
    #[inline(always)]
    fn from(word: RawHandle) -> Self {
        HPy(word.bits())
    }
}

/// A word taken apart, for code that treats each class differently.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decoded {
    /// `HPy_NULL`.
    Null,
    /// An integer carried in the word.
    Int(i64),
    /// A double carried in the word.
    Float(f64),
    /// A slot, open or not: only the table knows.
    Slot,
}

impl RawHandle {
    /// `HPy_NULL`.
    pub const NULL: RawHandle = RawHandle(0);

    /// A word that is no handle: its generation is even, so no table answers to it.
    pub(crate) const NO_HANDLE: RawHandle = RawHandle(1);

    /// The largest integer a word carries.
    pub const MAX_INT: i64 = (1 << (INT_BITS - 1)) - 1;

    /// The smallest integer a word carries.
    pub const MIN_INT: i64 = -(1 << (INT_BITS - 1));

    /// The word with these bits. Any bits will do: they come from C.
    #[inline]
    pub const fn from_bits(bits: isize) -> RawHandle {
        RawHandle(bits as u64)
    }

    /// The bits, as C holds them.
    #[inline]
    pub const fn bits(self) -> isize {
        self.0 as isize
    }

    /// The word that carries `value`, unless it needs more than 48 bits.
    #[inline]
    pub const fn from_i64(value: i64) -> Option<RawHandle> {
        let shift = 64 - INT_BITS;
        if (value << shift) >> shift == value {
            Some(RawHandle(INT_TAG | value as u64))
        } else {
            None
        }
    }

    /// The word that carries `value`.
    ///
    /// `None` for the NaNs whose top 16 bits are `0xFFFE` or `0xFFFF`: they
    /// would not survive the offset. No arithmetic on numbers yields them, yet a
    /// program may store a payload in a NaN, and then a real object carries it.
    #[inline]
    pub const fn from_f64(value: f64) -> Option<RawHandle> {
        let bits = value.to_bits();
        if bits < FLOAT_LIMIT {
            Some(RawHandle(bits + FLOAT_OFFSET))
        } else {
            None
        }
    }

    /// Whether this is `HPy_NULL`.
    #[inline]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// Whether this word names a slot. It says nothing about the slot's state.
    #[inline]
    pub const fn is_slot(self) -> bool {
        // `HPy_NULL` wraps round to the largest value.
        self.0.wrapping_sub(1) < FLOAT_OFFSET - 1
    }

    /// Whether this word carries its number itself.
    #[inline]
    pub const fn is_immediate(self) -> bool {
        self.0 >= FLOAT_OFFSET
    }

    /// The integer that the word carries.
    #[inline]
    pub const fn as_i64(self) -> Option<i64> {
        if self.0 >= INT_TAG {
            let shift = 64 - INT_BITS;
            Some(((self.0 << shift) as i64) >> shift)
        } else {
            None
        }
    }

    /// The double that the word carries. Integers are not converted.
    #[inline]
    pub const fn as_f64(self) -> Option<f64> {
        if self.0.wrapping_sub(FLOAT_OFFSET) < FLOAT_LIMIT {
            Some(f64::from_bits(self.0 - FLOAT_OFFSET))
        } else {
            None
        }
    }

    /// The word taken apart.
    #[inline]
    pub const fn decode(self) -> Decoded {
        if self.is_null() {
            Decoded::Null
        } else if let Some(value) = self.as_i64() {
            Decoded::Int(value)
        } else if let Some(value) = self.as_f64() {
            Decoded::Float(value)
        } else {
            Decoded::Slot
        }
    }

    /// The word for an open slot.
    #[inline]
    pub(super) const fn slot(index: u32, generation: u32) -> RawHandle {
        debug_assert!(index != 0 && index >> INDEX_BITS == 0);
        debug_assert!(generation & 1 == 1 && generation >> GENERATION_BITS == 0);
        RawHandle(index as u64 | (generation as u64) << INDEX_BITS)
    }

    /// The word for entry `index`, not 0, of something beside the table, such as
    /// the records of the debug mode. Where a slot has its generation this has a
    /// `round`, doubled: being even, it is refused by every table.
    #[inline]
    pub(crate) const fn beside(index: u32, round: u32) -> RawHandle {
        debug_assert!(index != 0 && index >> INDEX_BITS == 0);
        let round = (round as u64) << 1 & ((1 << GENERATION_BITS) - 1);
        RawHandle(index as u64 | round << INDEX_BITS)
    }

    /// The word for the next round of the entry that a word [`beside`](Self::beside) the
    /// table is for, and after the last round that of the first.
    #[inline]
    pub(crate) const fn next_round(self) -> RawHandle {
        let next = self.0 + (2 << INDEX_BITS);
        RawHandle(next & ((1 << (INDEX_BITS + GENERATION_BITS)) - 1))
    }

    /// Whether a word [`beside`](Self::beside) the table is of its entry's last round.
    #[inline]
    pub(crate) const fn is_last_round(self) -> bool {
        self.generation() == (1 << GENERATION_BITS) - 2
    }

    /// The round of a word [`beside`](Self::beside) the table.
    #[inline]
    pub(crate) const fn round(self) -> u32 {
        (self.generation() >> 1) as u32
    }

    /// How many entries words beside the table can tell apart, counting entry 0.
    pub(crate) const BESIDE: u32 = 1 << INDEX_BITS;

    /// The index in a word that names something by index, in the table or beside
    /// it. Of any other word it is some number below [`BESIDE`](Self::BESIDE).
    #[inline(always)]
    pub(crate) const fn index(self) -> u32 {
        (self.0 & INDEX_MASK) as u32
    }

    /// Whether this is a word [`beside`](Self::beside) the table.
    #[inline]
    pub(crate) const fn is_beside(self) -> bool {
        let generation = self.0 >> INDEX_BITS;
        generation >> GENERATION_BITS == 0 && generation & 1 == 0 && self.index() != 0
    }

    /// The slot's index with the lowest generation bit, inverted, above it.
    ///
    /// For a word with an odd generation this is the plain index; for one with
    /// an even generation it is at least 2^28 and so fails the bounds check
    /// that has to be made anyway. That check therefore also refuses every word
    /// that cannot be open, `HPy_NULL` among them.
    #[inline]
    pub(super) const fn index_if_odd(self) -> u64 {
        const ODD: u64 = 1 << INDEX_BITS;
        (self.0 & (ODD | INDEX_MASK)) ^ ODD
    }

    /// The index times the `size` of a slot, a power of two of at least 16: the
    /// multiplication drops the bits of the generation by itself.
    #[inline(always)]
    pub(super) const fn index_bytes(self, size: usize) -> u32 {
        debug_assert!(size.is_power_of_two() && INDEX_BITS + size.trailing_zeros() >= 32);
        (self.0 as u32) << size.trailing_zeros()
    }

    /// Whether the word has no generation, but carries its number. What
    /// [`generation`](Self::generation) gives says it as well, and is at hand where
    /// this is asked.
    #[inline(always)]
    pub(super) const fn is_number(self) -> bool {
        self.generation() >= 1 << GENERATION_BITS
    }

    /// Whether the generation is odd, as those of open slots are. Of an immediate
    /// this says nothing.
    #[inline(always)]
    pub(super) const fn can_be_open(self) -> bool {
        self.0 & 1 << INDEX_BITS != 0
    }

    /// Everything above the index: for a slot its generation, for an immediate
    /// a number that no generation reaches.
    #[inline]
    pub(super) const fn generation(self) -> u64 {
        self.0 >> INDEX_BITS
    }

    /// A slot's generation in the topmost bits, with any bits below.
    #[inline(always)]
    pub(super) const fn generation_on_top(self) -> u32 {
        (self.0 >> (INDEX_BITS + GENERATION_BITS - u32::BITS)) as u32
    }
}

impl fmt::Debug for RawHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decode() {
            Decoded::Null => f.write_str("RawHandle(NULL)"),
            Decoded::Int(value) => write!(f, "RawHandle({value})"),
            Decoded::Float(value) => write!(f, "RawHandle({value:?})"),
            Decoded::Slot => {
                let index = self.0 & INDEX_MASK;
                write!(
                    f,
                    "RawHandle(slot {index} generation {})",
                    self.generation()
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_machine_word() {
        assert_eq!(size_of::<RawHandle>(), size_of::<isize>());
        assert_eq!(RawHandle::from_bits(-1).bits(), -1);
        assert_eq!(RawHandle::NULL.bits(), 0);
    }

    #[test]
    fn integers_end_at_48_bits() {
        for value in [0, 1, -1, RawHandle::MAX_INT, RawHandle::MIN_INT] {
            let word = RawHandle::from_i64(value).expect("fits");
            assert_eq!(word.decode(), Decoded::Int(value));
            assert!(word.is_immediate() && !word.is_slot() && !word.is_null());
            assert_eq!(word.as_f64(), None);
        }
        for value in [
            RawHandle::MAX_INT + 1,
            RawHandle::MIN_INT - 1,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(RawHandle::from_i64(value), None, "{value}");
        }
    }

    #[test]
    fn doubles_keep_their_bits() {
        for bits in [
            0,
            1,
            0x8000_0000_0000_0000,
            0x7FF0_0000_0000_0000,
            0xFFF0_0000_0000_0000,
            0x7FF8_0000_0000_0000,
            0x7FFF_FFFF_FFFF_FFFF,
            0xFFFD_FFFF_FFFF_FFFF,
        ] {
            let word = RawHandle::from_f64(f64::from_bits(bits)).expect("fits");
            assert_eq!(word.as_f64().map(f64::to_bits), Some(bits), "{bits:#x}");
            assert!(word.is_immediate() && !word.is_slot() && !word.is_null());
            assert_eq!(word.as_i64(), None);
        }
        for bits in [FLOAT_LIMIT, INT_TAG, u64::MAX] {
            assert_eq!(RawHandle::from_f64(f64::from_bits(bits)), None, "{bits:#x}");
        }
    }

    #[test]
    fn the_four_classes_meet_without_gap_or_overlap() {
        let class = |bits: u64| RawHandle(bits).decode();
        assert_eq!(class(0), Decoded::Null);
        assert_eq!(class(1), Decoded::Slot);
        assert_eq!(class(FLOAT_OFFSET - 1), Decoded::Slot);
        assert_eq!(class(FLOAT_OFFSET), Decoded::Float(0.0));
        assert!(matches!(class(INT_TAG - 1), Decoded::Float(nan) if nan.is_nan()));
        assert_eq!(class(INT_TAG), Decoded::Int(0));
        assert_eq!(class(u64::MAX), Decoded::Int(-1));
    }

    #[test]
    fn only_odd_generations_give_an_index_in_range() {
        assert_eq!(RawHandle::slot(7, 3).index_if_odd(), 7);
        assert_eq!(RawHandle::slot(7, 3).generation(), 3);
        assert!(RawHandle::NULL.index_if_odd() >= 1 << INDEX_BITS);
        assert!(RawHandle(7 | 2 << INDEX_BITS).index_if_odd() >= 1 << INDEX_BITS);
    }

    #[test]
    fn words_beside_the_table_are_no_slots_of_it() {
        let last = (1 << (GENERATION_BITS - 1)) - 1;
        for (index, round) in [(1, 0), (1, 1), ((1 << INDEX_BITS) - 1, last)] {
            let word = RawHandle::beside(index, round);
            assert!(word.is_beside());
            assert_eq!(word.index(), index);
            assert_eq!(
                word.next_round(),
                RawHandle::beside(index, (round + 1) & last)
            );
            assert!(word.index_if_odd() >= 1 << INDEX_BITS);
            assert!(!word.is_null() && !word.is_immediate());
        }
        assert_eq!(
            RawHandle::beside(1, last + 1),
            RawHandle::beside(1, 0),
            "it wraps"
        );
        for word in [
            RawHandle::NULL,
            RawHandle::slot(7, 3),
            RawHandle(INT_TAG),
            RawHandle(FLOAT_OFFSET),
        ] {
            assert!(!word.is_beside(), "{word:?}");
        }
    }

    #[test]
    fn debug_output_says_what_the_word_is() {
        assert_eq!(format!("{:?}", RawHandle::NULL), "RawHandle(NULL)");
        assert_eq!(format!("{:?}", RawHandle(u64::MAX)), "RawHandle(-1)");
        assert_eq!(format!("{:?}", RawHandle(FLOAT_OFFSET)), "RawHandle(0.0)");
        let slot = RawHandle::slot(7, 3);
        assert_eq!(format!("{slot:?}"), "RawHandle(slot 7 generation 3)");
    }
}
