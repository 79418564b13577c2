//! Handles: the words that C holds, and the objects behind them.
//!
//! C code holds 64-bit words, the VM holds objects, and this module is the only
//! place that knows how the one names the other. It depends on nothing else:
//! the table is generic over the object, which is whatever one reference is in
//! the VM.
//!
//! # The word
//!
//! A [`RawHandle`] is `HPy_NULL`, a number, or the name of a slot. Numbers (doubles,
//! and integers of 48 bits) sit in the word itself, boxed into the bit patterns
//! that doubles leave unused, so making, copying, reading and closing them
//! touches no memory. A slot's name is its index and its *generation*, which
//! counts how often the slot was opened and closed.
//!
//! # The table
//!
//! A [`HandleTable`] is one reserved range of address space, seen as an array of
//! 16-byte slots. It never moves: a caller can borrow an object where it lies,
//! a collector that moves objects can rewrite it there, and looking a word up is
//! one load and a comparison: no index that fits into a word is out of bounds,
//! unless the address space is limited ([`FullRangeTable`]). Free slots form a chain, last in,
//! first out, so that the slot used next is one that is still in the cache, and
//! memory grows with the number of handles open at a time, not with the number
//! ever opened.
//!
//! `HPy_Dup` adds to the slot's use count and gives the same word; `HPy_Close`
//! subtracts, and drops the object at zero. Nothing is atomic, since the table
//! belongs to the thread that has the HPy lock. What dominates the cost of a
//! handle is elsewhere: cloning and dropping an object may be atomic and is
//! several times the price of all of the above. Hence arguments move into their
//! [`ArgumentScope`], results move out with [`HandleTable::take`], and uses borrow.
//!
//! # What C closes once too often
//!
//! CPython's handles are addresses of objects, and an extension that closes an
//! argument, or closes a handle and uses it afterwards, gets the right result
//! there as long as something else keeps the object alive. Three means give it
//! the same here:
//!
//! - Arguments and the references in globals are
//!   [borrowed](HandleTable::open_borrowed): no close by C takes them away.
//! - Where somebody else keeps the object alive, the table *defers the close* of a handle
//!   until the call is over ([`HandleTable::close_deferred`]), however many there are: the
//!   handle can be used, not closed.
//! - A result that is closed or borrowed is cloned ([`HandleTable::take`]).
//!
//! # What is caught
//!
//! The generation is odd while the slot is open and even while it is free. A
//! word is compared with it before anything else happens, in every build, which
//! catches handles that were closed, come from elsewhere or are garbage. Using
//! one is an error for the caller to report; closing one is ignored and counted.
//!
//! No word ever names two objects: after 2^19 objects a slot has no further generation and
//! is retired, which costs its 16 bytes.
//!
//! What is *not* caught: garbage that looks like a number is a number, and a forged word can
//! hit an open slot. C then gets hold of a live object that is not the one it meant. Memory
//! safety does not rest on the check being perfect: no word, whatever its bits, reaches
//! anything but an occupied slot.
//!
//! # Pins
//!
//! Borrowing an object from its slot is free, but many operations run foreign
//! code while they hold the borrow: a comparison calls an `__eq__`, which is C
//! again and closes the very handle. The slot must not be emptied under them. A
//! [`Pin`] says so to the slot: closing makes the word stale at once, and the
//! object waits for the last pin. It costs an addition and a subtraction in a
//! word that the check has loaded anyway, where a clone of the object might be
//! two atomic operations. [`HandleTable::get`] is the variant without, for code
//! that can prove that nothing runs meanwhile.
//!
//! For the same reason every operation is re-entrant. An object is dropped only
//! after it was moved out and its slot is back in the chain.

mod argument_scope;
mod deferred_close;
mod full_range_table;
mod older_closes;
mod outcome;
mod pin;
mod raw_handle;
mod references;
mod reservation;
mod slot;
mod table;

pub use argument_scope::{ArgumentScope, HandleVec};
pub use deferred_close::LastReference;
pub use full_range_table::FullRangeTable;
pub use outcome::{Closed, Counters, Exhausted, Released, Stale};
pub use pin::Pin;
pub use raw_handle::{Decoded, RawHandle};
pub(crate) use reservation::Reservation;
pub use reservation::ReserveError;
pub use table::HandleTable;
