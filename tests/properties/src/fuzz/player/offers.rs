//! What there is for the arguments of a call: good words and bad ones.

use super::*;

impl Player<'_> {
    /// Any word: closed, of something else, made up.
    pub fn bad_word(&self, choices: &mut Choices, is_small: bool) -> HPy {
        let (some, builder, tracker) = self.state(|state| {
            let some = match state.words.len() {
                0 => HPy::NULL,
                count => state.words[choices.below(count)].h,
            };
            let builder = state.builders.last().map_or(0, |builder| builder.number);
            let tracker = state.trackers.last().map_or(0, |tracker| tracker.number);
            (some, builder, tracker)
        });
        let bits = some.0;
        let word = match choices.below(18) {
            0..4 => bits,
            4 => 0,
            5 => choices.below(300).cast_signed(),
            6 => bits.wrapping_add(1),
            7 => bits.wrapping_sub(1),
            8 => bits ^ 1 << (choices.below(20) + 28),
            9 => bits.wrapping_add(2 << 28),
            10 => bits | 1 << (choices.below(16) + 48),
            11 => choices.word().cast_signed() as isize,
            12 => choices.one_of(&[-1, isize::MIN, isize::MAX, 1 << 48, 0xffff << 48]),
            13 => builder,
            14 => tracker,
            15 => self.global(choices.below(3)),
            16 => self.field(choices),
            _ => bits ^ 1 << choices.below(28),
        };
        // SAFETY: the cells are C's, and nobody else is in C now.
        let own = unsafe {
            [
                self.cells.kept.get().read().0,
                self.cells.types.get().read().0,
            ]
        };
        let number = RawHandle::from_bits(word);
        let is_large = number.is_immediate()
            && number
                .as_i64()
                .is_none_or(|value| value.unsigned_abs() > 16)
            || !self.state(|state| {
                let known = state.words.iter().find(|known| known.h.0 == word);
                known.is_none_or(|known| known.is_small)
            });
        match own.contains(&word) || is_small && is_large {
            true => HPy::NULL,
            false => HPy(word),
        }
    }

    /// A handle that is open, and of the type that the function must have, if there is
    /// one.
    pub fn good_word(&self, choices: &mut Choices, row: &Row, name: &str, is_small: bool) -> HPy {
        if matches!(name, "target_object" | "source_object") {
            return self.holder.get().0;
        }
        if self.is_careful() && name == "kwnames" {
            return HPy::NULL;
        }
        if self.is_careful() && matches!(name, "r#type" | "sub" | "h_type") {
            // SAFETY: contexts live as long as the process.
            let known = unsafe { &*self.context };
            return choices.one_of(&[known.h_ValueError, known.h_LongType, known.h_ListType]);
        }
        if row.name == "ctx_Close" || row.name == "ctx_Tracker_Add" {
            // The holder, and what was not C's to close, stay open.
            return self.any(choices, |word| {
                word.owned > 0 && word.h != self.holder.get().0
            });
        }
        self.any(choices, |word| {
            word.is_sure() && (word.is_small || !is_small)
        })
    }

    /// One of the words that fit, the latest first; `None` if there is no other.
    pub(super) fn any(&self, choices: &mut Choices, fits: impl Fn(&Word) -> bool) -> HPy {
        self.state(|state| {
            let fitting: Vec<HPy> = state
                .words
                .iter()
                .filter(|word| fits(word))
                .map(|word| word.h)
                .collect();
            match fitting.len() {
                0 => self.none,
                count => fitting[count - 1 - choices.below(count)],
            }
        })
    }

    /// Where a field of the holder is.
    pub fn field_place(&self, index: usize) -> *mut HPyField {
        // SAFETY: the struct lives as long as the holder, which is kept.
        unsafe { &raw mut (*self.holder.get().1).fields[index] }
    }

    /// What is in a field of the holder.
    pub fn field(&self, choices: &mut Choices) -> isize {
        let place = self.field_place(choices.below(stage::FIELDS));
        // SAFETY: as above.
        unsafe { place.read() }.0
    }

    /// One of the globals that are free to use.
    pub fn global_place(&self, index: usize) -> *mut HPyGlobal {
        self.cells.free[index].get()
    }

    /// What is in such a global.
    pub fn global(&self, index: usize) -> isize {
        // SAFETY: the cell is C's, and nobody else is in C now.
        unsafe { self.global_place(index).read() }.0
    }

    /// A builder that the function may use, or any.
    pub fn builder(&self, choices: &mut Choices, row: &Row, is_list: bool) -> isize {
        let is_good = |builder: &&Builder| {
            let is_complete = !builder.is_set.contains(&false);
            let is_fit = match row.name {
                name if name.ends_with("_Build") => is_complete,
                name if name.ends_with("_Set") => !builder.is_set.is_empty(),
                _ => true,
            };
            builder.is_list == is_list && !builder.is_over && is_fit
        };
        self.state(|state| {
            let good = state.builders.iter().rev().find(is_good);
            match good {
                Some(good) if self.is_careful() || choices.is(200) => good.number,
                None if self.is_careful() => 0,
                _ => match state.builders.len() {
                    0 => choices.below(300).cast_signed(),
                    count => state.builders[choices.below(count)].number,
                },
            }
        })
    }

    /// An index that the function takes of a builder.
    pub fn index_for(&self, row: &Row, number: isize, choices: &mut Choices) -> Option<isize> {
        if !row.name.ends_with("Builder_Set") {
            return None;
        }
        self.state(|state| {
            let builder = state
                .builders
                .iter()
                .rev()
                .find(|one| one.number == number)?;
            let free = builder.is_set.iter().position(|&is_set| !is_set);
            match (free, builder.is_set.len()) {
                (Some(free), _) => Some(free.cast_signed()),
                (None, 0) => None,
                (None, count) => Some(choices.below(count).cast_signed()),
            }
        })
    }

    /// A tracker, or any number.
    pub fn tracker(&self, choices: &mut Choices) -> isize {
        self.state(|state| {
            let good = state.trackers.iter().rev().find(|tracker| !tracker.is_over);
            match good {
                Some(good) if self.is_careful() || choices.is(200) => good.number,
                None if self.is_careful() => 0,
                _ => match state.trackers.len() {
                    0 => choices.below(300).cast_signed(),
                    count => state.trackers[choices.below(count)].number,
                },
            }
        })
    }
}
