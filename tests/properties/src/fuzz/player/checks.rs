//! What must be true after a call.

use super::*;

impl Player<'_> {
    /// The error that is pending now is as it must be.
    pub(super) fn expect_error(
        &self,
        c: C,
        row: &Row,
        answer: Answer,
        before: Pending,
        is_pending: bool,
    ) {
        let name = row.name;
        let class = |class: usize| {
            let known = c.known();
            let classes: [HPy; CLASSES] = [
                known.h_SystemError,
                known.h_TypeError,
                known.h_ValueError,
                known.h_IndexError,
                known.h_MemoryError,
                known.h_OverflowError,
            ];
            c!(c.ctx_Err_ExceptionMatches(classes[class])) == 1
        };
        let clears = matches!(name, "ctx_Err_Clear" | "ctx_Err_WriteUnraisable");
        match before {
            _ if clears => assert!(!is_pending, "{name} leaves an error"),
            Pending::None => {
                answer.assert_discipline(row, is_pending);
                let is_silent = row.is_void() && !row.sets_error();
                assert!(
                    !(is_silent && is_pending),
                    "{name}, which answers nothing, sets an error"
                );
                assert!(is_pending || !row.sets_error(), "{name} sets no error");
            }
            Pending::Some(known) => {
                assert!(is_pending, "{name} loses the error that was pending");
                if let (Some(known), false) = (known, row.sets_error()) {
                    assert!(class(known), "{name} replaces the error that was pending");
                }
            }
        }
        let now = match (is_pending, before) {
            (false, _) => Pending::None,
            (true, Pending::Some(known)) if !row.sets_error() => Pending::Some(known),
            (true, _) => Pending::Some((0..CLASSES).find(|&number| class(number))),
        };
        self.state(|state| state.pending = now);
    }

    /// Notes what C has got, and looks at it.
    pub(super) fn follow(&self, c: C, arguments: &mut Arguments<'_>, answer: Answer) {
        let name = arguments.row.name;
        let h = arguments.handle_at(0);
        let number = arguments.number;
        match name {
            "ctx_Type_FromSpec" => TYPES_MADE.set(TYPES_MADE.get() + 1),
            "ctx_Tracker_Add" => self.state(|state| {
                let tracker = state
                    .trackers
                    .iter_mut()
                    .rev()
                    .find(|one| one.number == number);
                if let Some(tracker) = tracker.filter(|tracker| !tracker.is_over) {
                    tracker.handles.push(h);
                }
            }),
            "ctx_ListBuilder_Set" | "ctx_TupleBuilder_Set" => self.state(|state| {
                let builder = state
                    .builders
                    .iter_mut()
                    .rev()
                    .find(|one| one.number == number);
                let index = usize::try_from(arguments.size);
                if let (Some(builder), Ok(index)) = (builder, index)
                    && let Some(is_set) = builder.is_set.get_mut(index)
                {
                    *is_set = true;
                }
            }),
            _ => {}
        }
        // Whatever was put there is taken away again.
        if let Some(stray) = arguments.stray_global() {
            c!(c.ctx_Global_Store(stray, HPy::NULL));
        }
        let (result, size) = arguments.results();
        if !result.is_null() {
            self.take(c, result);
        }
        let count = usize::try_from(arguments.size).unwrap_or(0);
        match answer {
            Answer::Handle(result) if !result.is_null() => {
                self.expect_open(c, result, name);
                if name == "ctx_Dup" && self.keeps {
                    self.same_meaning(c, h, result);
                }
                self.take(c, result);
                if name == "ctx_GetIter" {
                    // What a list has while it is added to it has no end.
                    self.note_large(result);
                }
            }
            Answer::Text(text) if !text.is_null() => {
                // SAFETY: the function gives text that ends.
                let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
                if name == "ctx_Unicode_AsUTF8AndSize" && size != 0 {
                    assert!(bytes.len() <= size.cast_unsigned(), "the size of a text");
                }
            }
            Answer::ListBuilder(HPyListBuilder(number))
            | Answer::TupleBuilder(HPyTupleBuilder(number))
                if number != 0 =>
            {
                let is_list = matches!(answer, Answer::ListBuilder(_));
                self.state(|state| {
                    let is_used = state.builders.iter().any(|one| one.number == number);
                    assert!(!is_used, "{name} gives the number of an old builder");
                    state.builders.push(Builder {
                        number,
                        is_list,
                        is_set: vec![false; count.min(64)],
                        is_over: false,
                    });
                });
            }
            Answer::Tracker(HPyTracker(number)) if number != 0 => self.state(|state| {
                let is_used = state.trackers.iter().any(|one| one.number == number);
                assert!(!is_used, "{name} gives the number of an old tracker");
                state.trackers.push(Tracker {
                    number,
                    handles: Vec::new(),
                    is_over: false,
                });
            }),
            _ => {}
        }
    }

    /// A handle that a function has given is good.
    pub(super) fn expect_open(&self, c: C, h: HPy, what: &str) {
        let duplicate = c.dup(h);
        assert!(
            !duplicate.is_null(),
            "{what} gives {h:x?}, which is not open"
        );
        assert_eq!(c!(c.ctx_Is(duplicate, h)), 1, "{what} gives {h:x?}");
        c.close(duplicate);
    }

    /// Two handles mean the same, as far as is known of the first.
    pub(super) fn same_meaning(&self, c: C, h: HPy, other: HPy) {
        let meaning = self.state(|state| {
            let word = state.words.iter().find(|word| word.h == h);
            word.and_then(|word| word.meaning)
        });
        if let Some(meaning) = meaning {
            self.expect_meaning(c, other, meaning, "a duplicate");
        }
    }

    /// Looks at one of the words that there ever were.
    pub(super) fn look(&self, c: C, choices: &mut Choices) {
        if self.is_careful() || !choices.is(64) {
            return;
        }
        let looked = self.state(|state| match state.words.len() {
            0 => None,
            count => {
                let word = &state.words[choices.below(count)];
                Some((word.h, word.meaning, word.is_sure()))
            }
        });
        let Some((h, meaning, is_sure)) = looked else {
            return;
        };
        let was_pending = self.state(|state| state.pending) != Pending::None;
        let duplicate = c.dup(h);
        if duplicate.is_null() {
            assert!(!is_sure, "{h:x?} is C's, and is refused");
            if !was_pending {
                c.clear();
            }
            return;
        }
        if let Some(meaning) = meaning {
            self.expect_meaning(c, duplicate, meaning, "a word that may be closed");
        }
        c.close(duplicate);
    }
}
