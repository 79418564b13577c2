//! Builders and trackers, which C knows by numbers that are never used twice.

use super::pooled_context::Opener;
use crate::registry::Registry;
use crate::sites::Site;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// One builder or tracker that is open.
#[derive(Debug)]
pub(super) struct NumberedRecord<T> {
    /// What it is about.
    pub value: T,
    pub opened: Site,
    opener: Opener,
    /// How many records there had been when it was opened.
    order: u64,
}

/// What is open, and where the last of what was closed had been opened and closed.
pub(super) struct NumberedRecords<T> {
    open: Registry<NumberedRecord<T>>,
    closed: RefCell<VecDeque<(isize, (Site, Site))>>,
    count: Cell<u64>,
}

/// How many closed ones are remembered.
const REMEMBERED: usize = 1024;

impl<T> Default for NumberedRecords<T> {
    fn default() -> Self {
        Self {
            open: Registry::new(),
            closed: RefCell::default(),
            count: Cell::default(),
        }
    }
}

impl<T> NumberedRecords<T> {
    /// Opens a record and tells its number, which is not 0.
    #[inline]
    pub fn open(&self, opener: Opener, opened: Site, value: T) -> isize {
        let order = self.count.get();
        self.count.set(order + 1);
        self.open.insert(NumberedRecord {
            value,
            opened,
            opener,
            order,
        })
    }

    /// Works on what is open.
    ///
    /// # Errors
    ///
    /// Where it was opened and closed, as far as that is remembered.
    #[inline]
    pub fn with<U>(
        &self,
        number: isize,
        work: impl FnOnce(&mut NumberedRecord<T>) -> U,
    ) -> Result<U, (Site, Site)> {
        let done = self.open.with(number, work);
        done.ok_or_else(|| self.sites_of_closed(number))
    }

    /// Closes what is open.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    #[inline]
    pub fn close(&self, number: isize, site: Site) -> Result<T, (Site, Site)> {
        let Some(record) = self.open.remove(number) else {
            return Err(self.sites_of_closed(number));
        };
        let mut closed = self.closed.borrow_mut();
        if closed.len() == REMEMBERED {
            closed.pop_front();
        }
        closed.push_back((number, (record.opened, site)));
        Ok(record.value)
    }

    #[cold]
    fn sites_of_closed(&self, number: isize) -> (Site, Site) {
        let closed = self.closed.borrow();
        let found = closed.iter().find(|(known, _)| *known == number);
        found.map_or((Site::UNKNOWN, Site::UNKNOWN), |(_, sites)| *sites)
    }

    /// Who has opened what is open, and where, the first one opened first.
    pub fn all_open(&self) -> Vec<(Opener, Site)> {
        let mut open = Vec::new();
        self.open.for_each(|record| {
            open.push((record.order, (record.opener, record.opened)));
        });
        open.sort_by_key(|&(order, _)| order);
        open.into_iter().map(|(_, place)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opener(number: u64) -> Opener {
        Opener {
            owner: 1,
            context: 0,
            number,
        }
    }

    #[test]
    fn what_is_open_stays() {
        let records = NumberedRecords::default();
        let mut open = Vec::new();
        for round in 0..10_000_u64 {
            let number = records.open(opener(round), Site::UNKNOWN, round);
            match round % 3 {
                0 => open.push((number, round)),
                _ => assert_eq!(records.close(number, Site::UNKNOWN), Ok(round)),
            }
        }
        for &(number, round) in &open {
            assert_eq!(records.with(number, |record| record.value), Ok(round));
        }
        assert!(records.closed.borrow().len() < 10_000, "the others went");
        let all = records.all_open();
        let ages: Vec<u64> = all.iter().map(|(opener, _)| opener.number).collect();
        assert!(open.iter().map(|&(_, round)| round).eq(ages));
        assert!(records.with(0, |_| ()).is_err());
        assert!(records.with(-1, |_| ()).is_err());
    }

    #[test]
    fn the_last_that_were_closed_are_remembered() {
        let records = NumberedRecords::default();
        let site = Site::of_function(std::ptr::without_provenance(8));
        let numbers: Vec<_> = (0..5_000)
            .map(|_| {
                let number = records.open(opener(0), site, ());
                records.close(number, site).expect("open");
                number
            })
            .collect();
        let unknown = (Site::UNKNOWN, Site::UNKNOWN);
        assert_eq!(records.with(numbers[0], |_| ()), Err(unknown));
        for &number in &numbers[4_000..] {
            assert_eq!(records.with(number, |_| ()), Err((site, site)));
        }
    }
}
