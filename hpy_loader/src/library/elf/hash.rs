//! The hash tables by which the system's loader looks symbols up.
//!
//! There are two kinds; a file has one or both. The loader follows the chains in them
//! without a bound. And a symbol that is defined, but not found, may be taken for one that
//! is missing and need not be there: then the code calls the address 0. So each symbol has
//! to be in the chain in which it is looked for, and each chain has to end.
//!
//! How many symbols there are is written nowhere else.

use object::ReadRef;
use object::elf::{self, DT_GNU_HASH, DT_HASH};
use object::endian::{NativeEndian, U32Bytes, U64Bytes};
use object::pod;

use super::super::cause::Cause;
use super::dynamic::Dynamic;
use super::symbols::{Symbols, is_exported};
use super::{ElfImage, damaged};

const NAME: &str = "its symbol hash table";

type Word = U32Bytes<NativeEndian>;

fn contradiction() -> Cause {
    damaged(format!("{NAME} contradicts itself"))
}

fn unreachable_symbols() -> Cause {
    damaged(format!("{NAME} does not lead to its symbols"))
}

fn words(bytes: &[u8]) -> Result<&[Word], Cause> {
    pod::slice_from_all_bytes(bytes).map_err(|()| contradiction())
}

/// One or both.
pub(super) struct HashTables<'d> {
    gnu: Option<GnuTable<'d>>,
    old: Option<OldTable<'d>>,
}

impl<'d> HashTables<'d> {
    pub(super) fn read<R: ReadRef<'d>>(
        image: &ElfImage<'d, R>,
        dynamic: &Dynamic<'d>,
    ) -> Result<Self, Cause> {
        let gnu = dynamic.get(DT_GNU_HASH);
        let gnu = gnu.map(|address| GnuTable::read(image, address));
        let old = match (dynamic.get(DT_HASH), &gnu) {
            (None, Some(_)) => None,
            _ => Some(OldTable::read(image, dynamic.need(DT_HASH, NAME)?)?),
        };
        let gnu = gnu.transpose()?;
        Ok(Self { gnu, old })
    }

    /// How many symbols there are, with the first, which stands for "none". If there is a
    /// `section` of them, none of its symbols may be missing.
    pub(super) fn symbol_count(&self, section: Option<u64>) -> Result<u64, Cause> {
        let hashed = self.gnu.as_ref().map(GnuTable::symbol_count).transpose()?;
        match (&self.old, hashed) {
            (Some(old), Some(Some(count))) if count > old.chains.len() as u64 => {
                Err(contradiction())
            }
            (Some(old), _) => Ok(old.chains.len() as u64),
            (None, Some(Some(count))) if section.is_some_and(|all| count < all) => {
                Err(unreachable_symbols())
            }
            (None, Some(Some(count))) => Ok(count),
            (None, _) => {
                let base = self.gnu.as_ref().map_or(0, |table| table.base.into());
                Ok(section.unwrap_or(0).max(base))
            }
        }
    }

    /// Checks that every symbol that the file defines is found.
    pub(super) fn check(&self, symbols: &Symbols<'d>) -> Result<(), Cause> {
        let gnu = self.gnu.as_ref().is_none_or(|table| table.finds(symbols));
        let old = self.old.as_ref().is_none_or(|table| table.finds(symbols));
        match gnu && old {
            true => Ok(()),
            false => Err(unreachable_symbols()),
        }
    }
}

/// The symbols from `base` on, by buckets; of each bucket one run, whose last hash is odd.
/// The others are even, the lowest bit being replaced.
struct GnuTable<'d> {
    base: u32,
    shift: u32,
    bloom: &'d [U64Bytes<NativeEndian>],
    /// The first symbol of each run, or 0.
    buckets: &'d [Word],
    /// What follows, as far as the segment goes.
    hashes: &'d [Word],
}

impl<'d> GnuTable<'d> {
    fn read<R: ReadRef<'d>>(image: &ElfImage<'d, R>, address: u64) -> Result<Self, Cause> {
        const HEADER: u64 = 16;
        let header = words(image.bytes(NAME, address, HEADER)?)?;
        let &[buckets, base, bloom, shift] = header else {
            return Err(contradiction());
        };
        let [buckets, base, bloom, shift] =
            [buckets, base, bloom, shift].map(|word| word.get(NativeEndian));
        // The loader divides by the first, and asserts the second.
        if buckets == 0 || !bloom.is_power_of_two() || shift >= u32::BITS {
            return Err(contradiction());
        }
        let at = |offset: u64| address.checked_add(offset).ok_or_else(contradiction);
        let (bloom_size, buckets_size) = (u64::from(bloom) * 8, u64::from(buckets) * 4);
        let bloom = image.bytes(NAME, at(HEADER)?, bloom_size)?;
        let buckets = image.bytes(NAME, at(HEADER + bloom_size)?, buckets_size)?;
        let hashes = at(HEADER + bloom_size + buckets_size)?;
        let hashes = image.rest(NAME, hashes)?;
        Ok(Self {
            base,
            shift,
            bloom: pod::slice_from_all_bytes(bloom).map_err(|()| contradiction())?,
            buckets: words(buckets)?,
            hashes: words(&hashes[..hashes.len() - hashes.len() % 4])?,
        })
    }

    /// Symbols that are only used come first and are not hashed. With none but those, their
    /// number is not known.
    fn symbol_count(&self) -> Result<Option<u64>, Cause> {
        let firsts = self.buckets.iter().map(|first| first.get(NativeEndian));
        let last_run = match firsts.max() {
            Some(0) | None => return Ok(None),
            Some(first) => first.checked_sub(self.base).ok_or_else(contradiction)?,
        };
        let from = self.hashes.get(last_run as usize..).unwrap_or_default();
        let is_last = |hash: &Word| hash.get(NativeEndian) & 1 == 1;
        let length = from.iter().position(is_last).ok_or_else(contradiction)?;
        let count = u64::from(self.base) + u64::from(last_run) + length as u64 + 1;
        Ok(Some(count))
    }

    fn finds(&self, symbols: &Symbols<'d>) -> bool {
        if self
            .buckets
            .iter()
            .all(|first| first.get(NativeEndian) == 0)
        {
            return !symbols.iter().any(is_exported);
        }
        let count = symbols.count() as u32;
        // The bucket of the run that the symbol before belongs to, unless that ended there.
        let mut run = None;
        let mut runs = 0;
        for index in self.base..count {
            let place = (index - self.base) as usize;
            let (Some(symbol), Some(expected)) = (symbols.get(index), self.hashes.get(place))
            else {
                return false;
            };
            let expected = expected.get(NativeEndian);
            let hash = elf::gnu_hash(symbols.name(symbol));
            let bucket = hash as usize % self.buckets.len();
            if run.is_none() {
                runs += 1;
            }
            let in_place = match run {
                None => self.buckets[bucket].get(NativeEndian) == index,
                Some(run) => run == bucket,
            };
            if !in_place || hash | 1 != expected | 1 || !self.passes_bloom(hash) {
                return false;
            }
            run = (expected & 1 == 0).then_some(bucket);
        }
        let is_used = |first: &&Word| first.get(NativeEndian) != 0;
        let used = self.buckets.iter().filter(is_used).count();
        let mut unhashed = (1..self.base).filter_map(|index| symbols.get(index));
        run.is_none() && used == runs && !unhashed.any(is_exported)
    }

    fn passes_bloom(&self, hash: u32) -> bool {
        let word = self.bloom[(hash / 64) as usize % self.bloom.len()].get(NativeEndian);
        word >> (hash % 64) & word >> ((hash >> self.shift) % 64) & 1 == 1
    }
}

/// All symbols, by buckets; of each a linked list that ends with 0.
struct OldTable<'d> {
    buckets: &'d [Word],
    /// For each symbol the next of its bucket.
    chains: &'d [Word],
}

impl<'d> OldTable<'d> {
    fn read<R: ReadRef<'d>>(image: &ElfImage<'d, R>, address: u64) -> Result<Self, Cause> {
        let &[buckets, chains] = words(image.bytes(NAME, address, 8)?)? else {
            return Err(contradiction());
        };
        let (buckets, chains) = (buckets.get(NativeEndian), chains.get(NativeEndian));
        if buckets == 0 || chains == 0 {
            return Err(contradiction());
        }
        let size = (u64::from(buckets) + u64::from(chains)) * 4;
        let address = address.checked_add(8).ok_or_else(contradiction)?;
        let (buckets, chains) =
            words(image.bytes(NAME, address, size)?)?.split_at(buckets as usize);
        Ok(Self { buckets, chains })
    }

    fn finds(&self, symbols: &Symbols<'d>) -> bool {
        let mut found = vec![false; self.chains.len()];
        for (bucket, first) in self.buckets.iter().enumerate() {
            let mut index = first.get(NativeEndian);
            while index != 0 {
                let (Some(found), Some(symbol)) =
                    (found.get_mut(index as usize), symbols.get(index))
                else {
                    return false;
                };
                let hash = elf::hash(symbols.name(symbol));
                let is_here = hash as usize % self.buckets.len() == bucket;
                // One that was found before would be found for ever.
                if !is_here || std::mem::replace(found, true) {
                    return false;
                }
                index = self.chains[index as usize].get(NativeEndian);
            }
        }
        let missing = |(symbol, found): (_, &bool)| is_exported(symbol) && !found;
        !symbols.iter().zip(&found[1..]).any(missing)
    }
}
