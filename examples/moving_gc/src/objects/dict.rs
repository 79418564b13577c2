//! Dicts: hash tables that keep the order of insertion.
//!
//! The table is an array object: two references for each entry (key and value),
//! and in its bytes the hash of each entry, followed by an index of open
//! addressing. Hashes are the objects' own and never an address, so nothing has
//! to be rehashed when the collector has moved the keys.
//!
//! Comparing keys may run Python code, which may change the table. The search
//! starts over then.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::CompareOp;

/// Words in the dict's bytes: entries, and those that are not deleted.
const USED: usize = 0;
const LIVE: usize = 1;

/// Entries of the smallest table.
const LEAST: usize = 4;

impl Vm {
    /// An empty `dict`.
    pub fn dict(&self) -> Local {
        let made = self.new_dict(&self.builtin("dict"));
        made.unwrap_or_else(|_| panic!("the heap is full"))
    }

    /// An empty instance of `dict` or a subclass.
    pub(crate) fn new_dict(&self, class: &Local) -> Result {
        let dict = self.allocate(Kind::Dict, class, 1, 16)?;
        let table = self.new_entries(LEAST)?;
        self.heap.set(&dict, 0, &table);
        self.finish_instance(&dict)
    }

    fn new_entries(&self, room: usize) -> Result {
        // A hash of eight bytes and two places in the index for each entry.
        self.allocate(Kind::Array, &self.builtin("object"), 2 * room, 16 * room)
    }

    fn entries_of(&self, dict: &Local) -> Local {
        match self.heap.get(dict, 0) {
            Some(table) => table,
            None => unreachable!("a dict has a table from its start"),
        }
    }

    fn room(&self, table: &Local) -> usize {
        self.heap.ref_count(table) / 2
    }

    /// The entry in a place of the index, if there is one.
    fn indexed(&self, table: &Local, place: usize) -> Option<usize> {
        let start = 8 * self.room(table) + 4 * place;
        self.heap.with_bytes(table, |bytes| {
            let bytes = &bytes[start..][..4];
            let entry = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            (entry as usize).checked_sub(1)
        })
    }

    fn set_indexed(&self, table: &Local, place: usize, entry: usize) {
        let start = 8 * self.room(table) + 4 * place;
        self.heap.with_bytes_mut(table, |bytes| {
            bytes[start..][..4].copy_from_slice(&(entry as u32 + 1).to_le_bytes());
        });
    }

    /// The entry with a key of this hash that satisfies a condition.
    fn find(
        &self,
        dict: &Local,
        hash: i64,
        is_wanted: impl Fn(&Local) -> Result<bool>,
    ) -> Result<Option<usize>> {
        'again: loop {
            let table = self.entries_of(dict);
            let used = self.heap.word(dict, USED);
            let places = 2 * self.room(&table);
            let mut place = (hash as u64 % places as u64) as usize;
            while let Some(entry) = self.indexed(&table, place) {
                place = (place + 1) % places;
                if self.heap.word(&table, entry).cast_signed() != hash {
                    continue;
                }
                let Some(key) = self.heap.get(&table, 2 * entry) else {
                    continue;
                };
                let found = is_wanted(&key)?;
                if !self.entries_of(dict).is(&table) || self.heap.word(dict, USED) != used {
                    continue 'again;
                }
                if found {
                    return Ok(Some(entry));
                }
            }
            return Ok(None);
        }
    }

    /// Whether a `str` has this text.
    pub(crate) fn is_text(&self, object: &Local, text: &str) -> bool {
        self.heap.kind(object) == Kind::Str
            && self.heap.with_bytes(object, |bytes| {
                let mut points = bytes.chunks_exact(4);
                text.chars()
                    .all(|c| points.next() == Some(&u32::from(c).to_le_bytes()))
                    && points.next().is_none()
            })
    }

    fn insert(&self, dict: &Local, hash: i64, key: &Local, value: &Local) -> Result<()> {
        let mut table = self.entries_of(dict);
        if self.heap.word(dict, USED) as usize == self.room(&table) {
            table = self.grow(dict)?;
        }
        let entry = self.heap.word(dict, USED) as usize;
        self.heap.set(&table, 2 * entry, key);
        self.heap.set(&table, 2 * entry + 1, value);
        self.heap.set_word(&table, entry, hash.cast_unsigned());
        self.index_entry(&table, entry, hash);
        self.heap.set_word(dict, USED, entry as u64 + 1);
        self.heap
            .set_word(dict, LIVE, self.heap.word(dict, LIVE) + 1);
        Ok(())
    }

    fn index_entry(&self, table: &Local, entry: usize, hash: i64) {
        let places = 2 * self.room(table);
        let mut place = (hash as u64 % places as u64) as usize;
        while self.indexed(table, place).is_some() {
            place = (place + 1) % places;
        }
        self.set_indexed(table, place, entry);
    }

    /// A larger table without the deleted entries.
    fn grow(&self, dict: &Local) -> Result {
        let live = self.heap.word(dict, LIVE) as usize;
        let new = self.new_entries((2 * live).max(LEAST))?;
        let old = self.entries_of(dict);
        let mut count = 0;
        for entry in 0..self.heap.word(dict, USED) as usize {
            if self.heap.get(&old, 2 * entry).is_some() {
                self.heap.copy_refs(&old, 2 * entry, &new, 2 * count, 2);
                let hash = self.heap.word(&old, entry);
                self.heap.set_word(&new, count, hash);
                self.index_entry(&new, count, hash.cast_signed());
                count += 1;
            }
        }
        self.heap.set(dict, 0, &new);
        self.heap.set_word(dict, USED, count as u64);
        Ok(new)
    }

    /// The number of entries.
    pub(crate) fn dict_len(&self, dict: &impl Reference) -> usize {
        self.heap.word(dict, LIVE) as usize
    }

    /// `dict.get(key)`.
    pub fn dict_get(&self, dict: &Local, key: &Local) -> Result<Option<Local>> {
        let (entry, _) = self.find_key(dict, key)?;
        Ok(entry.and_then(|entry| self.heap.get(&self.entries_of(dict), 2 * entry + 1)))
    }

    /// `dict[key] = value`.
    pub fn dict_set(&self, dict: &Local, key: &Local, value: &Local) -> Result<()> {
        match self.find_key(dict, key)? {
            (Some(entry), _) => {
                self.heap.set(&self.entries_of(dict), 2 * entry + 1, value);
                Ok(())
            }
            (None, hash) => self.insert(dict, hash, key, value),
        }
    }

    /// Takes an entry out, and gives its value.
    pub fn dict_remove(&self, dict: &Local, key: &Local) -> Result<Option<Local>> {
        let (entry, _) = self.find_key(dict, key)?;
        Ok(entry.and_then(|entry| self.remove_entry(dict, entry)))
    }

    fn remove_entry(&self, dict: &Local, entry: usize) -> Option<Local> {
        let table = self.entries_of(dict);
        let value = self.heap.get(&table, 2 * entry + 1);
        self.heap.clear(&table, 2 * entry);
        self.heap.clear(&table, 2 * entry + 1);
        self.heap
            .set_word(dict, LIVE, self.heap.word(dict, LIVE) - 1);
        value
    }

    fn find_text(&self, dict: &Local, key: &str) -> Option<usize> {
        let hash = super::hash::of_text(key.chars().map(u32::from));
        // Comparing texts neither fails nor runs anything.
        let found = self.find(dict, hash, |found| Ok(self.is_text(found, key)));
        found.ok().flatten()
    }

    /// The entry with a key, and the key's hash.
    fn find_key(&self, dict: &Local, key: &Local) -> Result<(Option<usize>, i64)> {
        let hash = self.hash(key)?;
        let entry = self.find(dict, hash, |found| {
            self.compare_bool(CompareOp::Eq, found, key)
        })?;
        Ok((entry, hash))
    }

    /// The value under a text, without running Python code.
    pub fn dict_get_str(&self, dict: &Local, key: &str) -> Option<Local> {
        let entry = self.find_text(dict, key)?;
        self.heap.get(&self.entries_of(dict), 2 * entry + 1)
    }

    /// Replaces the value under a text.
    ///
    /// # Panics
    ///
    /// If the heap is full.
    pub fn dict_set_str(&self, dict: &Local, key: &str, value: &Local) {
        let set = match self.find_text(dict, key) {
            Some(entry) => {
                self.heap.set(&self.entries_of(dict), 2 * entry + 1, value);
                Ok(())
            }
            None => {
                let hash = super::hash::of_text(key.chars().map(u32::from));
                self.insert(dict, hash, &self.str(key), value)
            }
        };
        assert!(set.is_ok(), "the heap is full");
    }

    /// Takes the value under a text out.
    pub fn dict_remove_str(&self, dict: &Local, key: &str) -> Option<Local> {
        let entry = self.find_text(dict, key)?;
        self.remove_entry(dict, entry)
    }

    /// Key and value of the first entry at or after a position, and the position
    /// behind it.
    pub(crate) fn next_entry(
        &self,
        dict: &Local,
        position: usize,
    ) -> Option<(usize, Local, Local)> {
        let table = self.entries_of(dict);
        (position..self.heap.word(dict, USED) as usize).find_map(|entry| {
            let key = self.heap.get(&table, 2 * entry)?;
            let value = self.heap.get(&table, 2 * entry + 1)?;
            Some((entry + 1, key, value))
        })
    }

    /// Keys and values, in order.
    pub fn entries(&self, dict: &Local) -> Vec<(Local, Local)> {
        let mut position = 0;
        std::iter::from_fn(|| {
            let (next, key, value) = self.next_entry(dict, position)?;
            position = next;
            Some((key, value))
        })
        .collect()
    }

    /// `dict.update(other)` for another dict.
    pub(crate) fn dict_update(&self, dict: &Local, other: &Local) -> Result<()> {
        for (key, value) in self.entries(other) {
            self.dict_set(dict, &key, &value)?;
        }
        Ok(())
    }
}
