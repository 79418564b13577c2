//! Builders and trackers, which C knows by numbers that are never used twice.

use crate::sites::Site;

/// One builder or tracker. It is remembered for a while after it was closed.
#[derive(Debug)]
pub(super) struct NumberedRecord<T> {
    /// What it is about.
    pub value: T,
    is_open: bool,
    /// How many handles there had been when it was opened.
    age: u64,
    opened: Site,
    closed: Site,
}

impl<T> NumberedRecord<T> {
    /// Closes it.
    #[inline]
    pub fn close(&mut self, closed: Site) {
        self.is_open = false;
        self.closed = closed;
    }

    /// Where it was opened, and where it was closed.
    pub fn sites(&self) -> (Site, Site) {
        (self.opened, self.closed)
    }
}

/// Remembers what is open, and the last of what was closed.
///
/// A record lies where the lower bits of its number say. The next number is the first
/// one whose slot holds nothing that is open. If there is no such slot the table
/// grows, which brings no two records to the same slot.
#[derive(Debug)]
pub(super) struct NumberedRecords<T> {
    /// A power of two of slots.
    slots: Vec<Option<(isize, NumberedRecord<T>)>>,
    next: isize,
}

/// How many slots there are at first.
const SLOTS: usize = 1024;

impl<T> Default for NumberedRecords<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            next: 1,
        }
    }
}

impl<T> NumberedRecords<T> {
    #[inline(always)]
    fn slot(&self, number: isize) -> usize {
        number.cast_unsigned() & self.slots.len().wrapping_sub(1)
    }

    /// Opens a record and tells its number, which is not 0. `make` gets the value of
    /// the record that is forgotten for this one.
    #[inline]
    pub fn open(&mut self, age: u64, opened: Site, make: impl FnOnce(Option<T>) -> T) -> isize {
        let number = self.vacate();
        let slot = self.slot(number);
        let former = self.slots[slot].take();
        let record = NumberedRecord {
            value: make(former.map(|(_, former)| former.value)),
            is_open: true,
            age,
            opened,
            closed: Site::UNKNOWN,
        };
        self.slots[slot] = Some((number, record));
        self.next = number + 1;
        number
    }

    /// The next number whose slot is vacant or holds what was closed.
    #[inline]
    fn vacate(&mut self) -> isize {
        for number in (self.next..).take(self.slots.len()) {
            let taken = self.slots[self.slot(number)].as_ref();
            if taken.is_none_or(|(_, record)| !record.is_open) {
                return number;
            }
        }
        self.grow();
        self.vacate()
    }

    #[cold]
    fn grow(&mut self) {
        let count = (2 * self.slots.len()).max(SLOTS);
        let records = std::mem::take(&mut self.slots);
        self.slots.resize_with(count, || None);
        for record in records.into_iter().flatten() {
            let slot = self.slot(record.0);
            self.slots[slot] = Some(record);
        }
    }

    /// The age and the place of what is open, the first one opened first.
    pub fn all_open(&self) -> Vec<(u64, Site)> {
        let open = self.slots.iter().flatten();
        let mut open: Vec<_> = open.filter(|(_, record)| record.is_open).collect();
        open.sort_by_key(|(number, _)| *number);
        let place = |(_, record): &(isize, NumberedRecord<T>)| (record.age, record.opened);
        open.into_iter().map(place).collect()
    }

    /// The record of that number if it is remembered, whether it is open or not.
    #[inline]
    pub fn get_mut(&mut self, number: isize) -> Option<&mut NumberedRecord<T>> {
        let slot = self.slot(number);
        match self.slots.get_mut(slot)? {
            Some((of, record)) if *of == number => Some(record),
            _ => None,
        }
    }

    /// The record of that number if it is open.
    ///
    /// # Errors
    ///
    /// Where it was opened and closed, as far as that is remembered.
    #[inline]
    pub fn get_open(&mut self, number: isize) -> Result<&mut NumberedRecord<T>, (Site, Site)> {
        match self.get_mut(number) {
            Some(record) if record.is_open => Ok(record),
            Some(record) => Err(record.sites()),
            None => Err((Site::UNKNOWN, Site::UNKNOWN)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_stays() {
        let mut records = NumberedRecords::default();
        let mut open = Vec::new();
        for round in 0..10_000_u64 {
            let number = records.open(round, Site::UNKNOWN, |_| round);
            match round % 3 {
                0 => open.push((number, round)),
                _ => records.get_open(number).expect("open").close(Site::UNKNOWN),
            }
        }
        for &(number, round) in &open {
            assert_eq!(records.get_open(number).expect("open").value, round);
        }
        assert!(records.slots.len() < 10_000, "the others went");
        let ages: Vec<u64> = records.all_open().iter().map(|&(age, _)| age).collect();
        assert!(open.iter().map(|&(_, round)| round).eq(ages));
        assert!(records.get_mut(0).is_none());
        assert!(records.get_mut(-1).is_none());
    }

    #[test]
    fn the_last_that_were_closed_are_remembered() {
        let mut records = NumberedRecords::default();
        let numbers: Vec<_> = (0..5_000)
            .map(|_| {
                let number = records.open(0, Site::UNKNOWN, |_| ());
                records.get_open(number).expect("open").close(Site::UNKNOWN);
                number
            })
            .collect();
        assert!(records.get_mut(numbers[0]).is_none());
        for &number in &numbers[4_000..] {
            assert!(records.get_open(number).is_err());
            assert!(records.get_mut(number).is_some());
        }
    }
}
