//! The calls, one after the other.

use super::*;

impl Player<'_> {
    /// The bits of the next call, if there is one.
    pub(super) fn advance(&self) -> Option<u128> {
        let next = self.next.get();
        let bits = self.input.calls.get(next).copied()?;
        self.next.set(next + 1);
        Some(bits)
    }

    /// Makes the next call. False if there is none left.
    pub(super) fn step(&self, c: C) -> bool {
        let Some(bits) = self.advance() else {
            return false;
        };
        let mut choices = Choices::new(bits);
        let call = match choices.is(96) {
            true => choices.one_of(of_handles()),
            false => &calls()[choices.below(calls().len())],
        };
        // Most C looks at an error before it goes on.
        if self.state(|state| state.pending) != Pending::None && !choices.is(48) {
            c.clear();
            self.state(|state| state.pending = Pending::None);
        }
        if self.may_make(c, call, &mut choices) {
            self.make(c, call, choices);
        }
        true
    }

    /// Whether the call is one to make now.
    pub(super) fn may_make(&self, c: C, call: &Call, choices: &mut Choices) -> bool {
        let name = call.row.name;
        // They write to the terminal, or stay for ever.
        if matches!(name, "ctx_Dump" | "ctx_Type_FromSpec") && !choices.is(32) {
            return false;
        }
        if !self.is_careful() {
            return true;
        }
        let is_pending = self.state(|state| state.pending) != Pending::None;
        if is_pending && call.row.effect.needs_no_error() {
            c.clear();
            self.state(|state| state.pending = Pending::None);
        }
        let state = self.state.borrow();
        match name {
            _ if name.starts_with("ctx_AsStruct") => false,
            "ctx_TypeCheck" | "ctx_Type_IsSubtype" | "ctx_Unicode_Substring" => false,
            "ctx_ReenterPythonExecution" => false,
            "ctx_ListBuilder_Set" | "ctx_TupleBuilder_Set" => {
                state.builders.iter().any(|builder| {
                    let is_list = name.starts_with("ctx_List");
                    builder.is_list == is_list && !builder.is_over && !builder.is_set.is_empty()
                })
            }
            _ if name.ends_with("Builder_Build") => state.builders.iter().any(|builder| {
                let is_list = name.starts_with("ctx_List");
                builder.is_list == is_list && !builder.is_over && !builder.is_set.contains(&false)
            }),
            _ if name.ends_with("Builder_Cancel") => state
                .builders
                .iter()
                .any(|builder| builder.is_list == name.starts_with("ctx_List") && !builder.is_over),
            "ctx_Close" => state
                .words
                .iter()
                .any(|word| word.owned > 0 && word.h != self.holder.get().0),
            "ctx_Tracker_Add" => {
                let is_open = state.trackers.iter().any(|tracker| !tracker.is_over);
                is_open
                    && state
                        .words
                        .iter()
                        .any(|word| word.owned > 0 && word.h != self.holder.get().0)
            }
            "ctx_Tracker_ForgetAll" | "ctx_Tracker_Close" => {
                state.trackers.iter().any(|tracker| !tracker.is_over)
            }
            "ctx_Field_Load" => (0..stage::FIELDS).all(|field| {
                // SAFETY: as in `field`.
                !unsafe { self.field_place(field).read() }.is_null()
            }),
            "ctx_Global_Load" => (0..3).all(|global| self.global(global) != 0),
            _ => true,
        }
    }

    pub(super) fn make(&self, c: C, call: &Call, choices: Choices) {
        let before = self.state(|state| state.pending);
        let row = call.row;
        let mut arguments = Arguments::new(self, row, choices);
        if row.name == "ctx_ReenterPythonExecution" {
            // It waits for the lock, which this thread has.
            arguments.number = 0;
        }
        let answer = (call.make)(c, &mut arguments);
        if row.name == "ctx_LeavePythonExecution"
            && let Answer::ThreadState(state) = answer
        {
            // Nothing else may be called in between.
            c!(c.ctx_ReenterPythonExecution(state));
        }
        if let Some(failure) = self.failure.take() {
            resume_unwind(failure);
        }
        let is_pending = c.is_pending();
        if self.is_traced {
            let indent = " ".repeat(2 * self.depth());
            let error = if is_pending {
                ", an error is pending"
            } else {
                ""
            };
            eprintln!("{indent}-> {}: {answer:x?}{error}", row.name);
        }
        self.expect_error(c, row, answer, before, is_pending);
        self.follow(c, &mut arguments, answer);
        self.look(c, &mut arguments.choices);
    }

    /// Notes what C gives away by a call. It is gone when the call begins, since what dies
    /// of it may call C.
    pub fn give(&self, arguments: &Arguments<'_>) {
        let number = arguments.number;
        match arguments.row.name {
            "ctx_Close" => self.gave_up(arguments.handle_at(0)),
            // Who is careful does not close what a tracker is going to close.
            "ctx_Tracker_Add" if self.is_careful() => self.gave_up(arguments.handle_at(0)),
            name @ ("ctx_Tracker_ForgetAll" | "ctx_Tracker_Close") => {
                let is_close = name == "ctx_Tracker_Close";
                let handles = self.state(|state| {
                    let tracker = state
                        .trackers
                        .iter_mut()
                        .rev()
                        .find(|one| one.number == number);
                    let tracker = tracker.filter(|tracker| !tracker.is_over);
                    tracker.map(|tracker| {
                        tracker.is_over |= is_close;
                        std::mem::take(&mut tracker.handles)
                    })
                });
                let handles = handles.into_iter().flatten();
                match (is_close, self.is_careful()) {
                    (true, false) => handles.for_each(|h| self.gave_up(h)),
                    (false, true) => handles.for_each(|h| self.got_back(h)),
                    _ => {}
                }
            }
            name if name.ends_with("Builder_Build") || name.ends_with("Builder_Cancel") => {
                let is_list = name.starts_with("ctx_List");
                self.state(|state| {
                    let is_it = |one: &&mut Builder| one.number == number && one.is_list == is_list;
                    let builder = state.builders.iter_mut().rev().find(is_it);
                    if let Some(builder) = builder {
                        builder.is_over = true;
                    }
                });
            }
            _ => {}
        }
    }
}
