//! Things under numbers that are never used twice.

/// Something that is remembered for a while after it is over.
pub(super) trait Entry {
    /// Whether it may be forgotten.
    fn is_over(&self) -> bool;
}

/// Remembers what is not over, and the last of what is.
///
/// An entry lies where the lower bits of its number say. The next number is the
/// first one whose place holds nothing that is not over; if there is no such
/// place the ring grows, which brings no two entries to the same place.
#[derive(Debug)]
pub(super) struct Ring<T> {
    /// A power of two of places.
    places: Vec<Option<(isize, T)>>,
    next: isize,
}

/// How many there are at first.
const PLACES: usize = 1024;

impl<T: Entry> Default for Ring<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            next: 1,
        }
    }
}

impl<T: Entry> Ring<T> {
    #[inline(always)]
    fn place(&self, number: isize) -> usize {
        number.cast_unsigned() & self.places.len().wrapping_sub(1)
    }

    /// Remembers a new entry, which `make` makes of the one that is forgotten for
    /// it; its number, which is not 0.
    #[inline]
    pub fn insert(&mut self, make: impl FnOnce(Option<T>) -> T) -> isize {
        let number = self.vacate();
        let place = self.place(number);
        let former = self.places[place].take();
        self.places[place] = Some((number, make(former.map(|(_, former)| former))));
        self.next = number + 1;
        number
    }

    /// The next number whose place is vacant or over.
    #[inline]
    fn vacate(&mut self) -> isize {
        for number in (self.next..).take(self.places.len()) {
            let taken = self.places[self.place(number)].as_ref();
            if taken.is_none_or(|(_, entry)| entry.is_over()) {
                return number;
            }
        }
        self.grow();
        self.vacate()
    }

    #[cold]
    fn grow(&mut self) {
        let count = (2 * self.places.len()).max(PLACES);
        let entries = std::mem::take(&mut self.places);
        self.places.resize_with(count, || None);
        for entry in entries.into_iter().flatten() {
            let place = self.place(entry.0);
            self.places[place] = Some(entry);
        }
    }

    /// The entries that are not over, the first one made first.
    pub fn open(&self) -> Vec<&T> {
        let open = self.places.iter().flatten();
        let mut open: Vec<_> = open.filter(|(_, entry)| !entry.is_over()).collect();
        open.sort_by_key(|(number, _)| *number);
        open.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The entry of that number, if it is remembered.
    #[inline]
    pub fn get_mut(&mut self, number: isize) -> Option<&mut T> {
        let place = self.place(number);
        match self.places.get_mut(place)? {
            Some((of, entry)) if *of == number => Some(entry),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Entry for (isize, bool) {
        fn is_over(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn what_is_not_over_stays() {
        let mut ring = Ring::default();
        let mut open = Vec::new();
        for round in 0..10_000 {
            let number = ring.insert(|former| {
                assert!(former.is_none_or(|(_, is_over)| is_over));
                (round, false)
            });
            match round % 3 {
                0 => open.push((number, round)),
                _ => ring.get_mut(number).expect("just made").1 = true,
            }
        }
        for &(number, round) in &open {
            assert_eq!(ring.get_mut(number), Some(&mut (round, false)));
        }
        assert!(ring.places.len() < 10_000, "the others went");
        let rounds: Vec<isize> = ring.open().into_iter().map(|entry| entry.0).collect();
        assert!(open.iter().map(|&(_, round)| round).eq(rounds));
        assert_eq!(ring.get_mut(0), None);
        assert_eq!(ring.get_mut(-1), None);
    }

    #[test]
    fn the_last_that_are_over_are_remembered() {
        let mut ring = Ring::default();
        let numbers: Vec<_> = (0..5_000).map(|it| ring.insert(|_| (it, true))).collect();
        assert_eq!(ring.get_mut(numbers[0]), None);
        for number in &numbers[4_000..] {
            assert!(ring.get_mut(*number).is_some());
        }
    }
}
