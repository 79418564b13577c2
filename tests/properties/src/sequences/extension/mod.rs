//! The extension that takes the steps, and what it knows of its handles.

mod containers;
mod elsewhere;

use std::cell::RefCell;
use std::collections::HashMap;

use hpy_loader::abi::*;
use hpy_loader::handles::RawHandle;
use proptest::sample::Index;

use super::Manners;
use super::globals::{GLOBALS, Globals};
use super::holder::{FIELDS, Holder, HolderType};
use super::model::{Container, Value, place};
use super::step::Step;
use crate::extension::{C, c};

pub struct Extension {
    c: C,
    identity: HPy,
    manners: Manners,
    /// Every word there ever was.
    known: Vec<(HPy, Value)>,
    /// How many references C has of a word. A word that is missing here can't
    /// be relied on: C has closed it, or it never was C's to close.
    references: HashMap<isize, u32>,
    /// Words that were closed too often. They may be good or not.
    spoilt: Vec<isize>,
    age: usize,
    is_pending: bool,
    builders: Vec<Builder>,
    trackers: Vec<(HPyTracker, Option<Vec<HPy>>)>,
    holder: Holder,
    /// What the fields of the holder refer to.
    fields: [Option<Value>; FIELDS],
    globals: &'static Globals,
    /// What they refer to.
    kept: [Option<Value>; GLOBALS],
}

struct Builder {
    is_list: bool,
    number: isize,
    /// None once it is used up.
    items: Option<Vec<Value>>,
    /// Which of them are set.
    is_set: Vec<bool>,
    /// Whether it can be built: an item that it refuses spoils it.
    fate: Fate,
}

/// Whether a builder can be built.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Good,
    /// An item was a handle that need not be open.
    Doubtful,
    Spoilt,
}

/// A handle that was picked.
struct Picked {
    h: HPy,
    value: Value,
    /// Whether it must work. If not, it may be refused.
    is_open: bool,
}

impl Extension {
    pub fn new(c: C, identity: HPy, class: &HolderType, manners: Manners) -> Self {
        let none = c.known().h_None;
        Self {
            c,
            identity,
            manners,
            known: vec![(none, Value::None)],
            // A constant, which no close takes away.
            references: HashMap::from([(none.0, u32::MAX)]),
            spoilt: Vec::new(),
            age: 0,
            is_pending: false,
            builders: Vec::new(),
            trackers: Vec::new(),
            holder: Holder::new(c, class),
            fields: [const { None }; FIELDS],
            globals: class.globals(),
            kept: [const { None }; GLOBALS],
        }
    }

    fn is_careful(&self) -> bool {
        self.manners == Manners::Careful
    }

    /// How many references of a handle are C's to close.
    fn count(&self, h: HPy) -> u32 {
        self.references.get(&h.0).copied().unwrap_or(0)
    }

    fn pick(&self, index: &Index) -> Picked {
        let may_pick: Vec<_> = match self.manners {
            Manners::Careless => self.known.iter().collect(),
            Manners::Careful => {
                let open = self.known.iter().filter(|(h, _)| self.count(*h) > 0);
                open.collect()
            }
        };
        let (h, value) = may_pick[index.index(may_pick.len())].clone();
        let word = RawHandle::from_bits(h.0);
        let is_open = self.is_careful()
            || word.is_immediate()
            || self.count(h) > 0 && !self.spoilt.contains(&h.0);
        Picked { h, value, is_open }
    }

    /// Whether all must work. If one need not, errors are cleared, so that it
    /// can be told whether the next call makes one.
    fn are_open(&mut self, picked: &[&Picked]) -> bool {
        let are_open = picked.iter().all(|picked| picked.is_open);
        if !are_open {
            self.c.clear();
            self.is_pending = false;
        }
        are_open
    }

    /// C has got a handle.
    fn take(&mut self, h: HPy, value: Value) {
        let count = self.references.entry(h.0).or_insert(0);
        *count = count.saturating_add(1);
        if !self.known.iter().any(|(known, _)| *known == h) {
            self.known.push((h, value));
        }
    }

    fn close(&mut self, h: HPy) {
        self.c.close(h);
        self.closed(h);
    }

    /// C has given up a reference, or one that it did not have.
    fn closed(&mut self, h: HPy) {
        match self.references.get_mut(&h.0) {
            Some(&mut u32::MAX) => {}
            Some(count) if *count > 0 => *count -= 1,
            _ => self.spoilt.push(h.0),
        }
    }

    /// A call answered: it must have worked, or failed, or may have done either.
    fn answered(&mut self, has_worked: bool, may_fail: bool, may_work: bool) {
        assert!(has_worked || may_fail, "it failed");
        assert!(!has_worked || may_work, "it worked");
        self.is_pending |= !has_worked;
        assert_eq!(self.c.is_pending(), self.is_pending);
    }

    /// A handle came back. With no expected value the call must fail.
    fn got(&mut self, h: HPy, expected: Option<Value>, may_fail: bool) {
        self.answered(
            !h.is_null(),
            may_fail || expected.is_none(),
            expected.is_some(),
        );
        if let (false, Some(value)) = (h.is_null(), expected) {
            self.take(h, value);
        }
    }

    /// Whether a step breaks a rule of HPy's, other than by the handle that it
    /// picks.
    fn is_rude(&self, step: &Step) -> bool {
        match step {
            Step::Poke(_) => true,
            Step::Close(index) => self.count(self.pick(index).h) == u32::MAX,
            Step::Set(builder, index, _) if !self.builders.is_empty() => {
                let items = &self.builders[builder.index(self.builders.len())].items;
                let count = items.as_ref().map_or(0, Vec::len);
                !usize::try_from(*index).is_ok_and(|index| index < count)
            }
            Step::Build(builder) if !self.builders.is_empty() => {
                let builder = &self.builders[builder.index(self.builders.len())];
                builder.items.is_none() || builder.is_set.contains(&false)
            }
            Step::Cancel(builder) if !self.builders.is_empty() => {
                let builder = &self.builders[builder.index(self.builders.len())];
                builder.items.is_none()
            }
            Step::Track(tracker, _) | Step::Forget(tracker) | Step::CloseTracked(tracker)
                if !self.trackers.is_empty() =>
            {
                self.trackers[tracker.index(self.trackers.len())]
                    .1
                    .is_none()
            }
            &Step::LoadField(field) => self.fields[field].is_none(),
            &Step::LoadGlobal(global) => self.kept[global].is_none(),
            _ => false,
        }
    }

    fn next_age(&mut self) -> usize {
        self.age += 1;
        self.age
    }

    pub fn step(&mut self, step: &Step) {
        let c = self.c;
        if self.is_careful() {
            if self.is_pending {
                c.clear();
                self.is_pending = false;
            }
            if self.is_rude(step) {
                return;
            }
        }
        match step {
            &Step::Int(value) => {
                let h = c.int(value);
                self.got(h, Some(Value::Int(value)), false);
            }
            &Step::Float(bits) => {
                let h = c.float(f64::from_bits(bits));
                self.got(h, Some(Value::Float(bits)), false);
            }
            Step::Text(text) => {
                let h = c.text(text);
                self.got(h, Some(Value::Text(text.as_str().into())), false);
            }
            Step::NewList => {
                let list = Container::new(self.next_age(), RefCell::default());
                self.got(c!(c.ctx_List_New(0)), Some(Value::List(list)), false);
            }
            Step::NewDict => {
                let dict = Container::new(self.next_age(), RefCell::default());
                self.got(c!(c.ctx_Dict_New()), Some(Value::Dict(dict)), false);
            }
            Step::NewTuple(items) => {
                let picked: Vec<_> = items.iter().map(|item| self.pick(item)).collect();
                let are_open = self.are_open(&picked.iter().collect::<Vec<_>>());
                let handles: Vec<_> = picked.iter().map(|picked| picked.h).collect();
                let values = picked.into_iter().map(|picked| picked.value).collect();
                let tuple = Container::new(self.next_age(), values);
                self.got(c.tuple(&handles), Some(Value::Tuple(tuple)), !are_open);
            }
            Step::Dup(index) => {
                let picked = self.pick(index);
                let is_open = self.are_open(&[&picked]);
                self.got(c.dup(picked.h), Some(picked.value), !is_open);
            }
            Step::Close(index) => {
                let picked = self.pick(index);
                self.close(picked.h);
                self.answered(true, false, true);
            }
            Step::Read(index) => {
                let picked = self.pick(index);
                let is_open = self.are_open(&[&picked]);
                let duplicate = c.dup(picked.h);
                self.answered(!duplicate.is_null(), !is_open, true);
                if !duplicate.is_null() {
                    self.agree(duplicate, &picked.value);
                    c.close(duplicate);
                }
            }
            Step::Is(a, b) => {
                let (a, b) = (self.pick(a), self.pick(b));
                let are_open = self.are_open(&[&a, &b]);
                let answer = c!(c.ctx_Is(a.h, b.h));
                self.answered(answer >= 0, !are_open, true);
                if let (0.., Some(is_same)) = (answer, a.value.is_same(&b.value)) {
                    assert_eq!(answer == 1, is_same);
                }
            }
            Step::Call(index) => {
                let picked = self.pick(index);
                let is_open = self.are_open(&[&picked]);
                let h = c.call(self.identity, &[picked.h]);
                self.got(h, Some(picked.value), !is_open);
            }
            &Step::Poke(bits) => {
                c.clear();
                let repr = c!(c.ctx_Repr(HPy(bits.cast_signed() as isize)));
                self.is_pending = repr.is_null();
                assert_eq!(c.is_pending(), self.is_pending);
                c.close(repr);
            }
            Step::Raise => {
                c.raise("raised");
                self.is_pending = true;
                self.answered(true, false, true);
            }
            Step::Clear => {
                c.clear();
                self.is_pending = false;
                self.answered(true, false, true);
            }
            _ => self.step_in_containers(step),
        }
    }

    /// Whether the object is what the model says, through and through.
    fn agree(&self, h: HPy, value: &Value) {
        let c = self.c;
        match value {
            Value::None => assert_eq!(c!(c.ctx_Is(h, c.known().h_None)), 1),
            Value::Int(value) => assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), *value),
            Value::Float(bits) => {
                assert_eq!(c!(c.ctx_Float_AsDouble(h)).to_bits(), *bits);
            }
            Value::Text(text) => {
                let mut size = -1;
                let found = c!(c.ctx_Unicode_AsUTF8AndSize(h, &mut size));
                // SAFETY: so many bytes belong to the str, which lives.
                let found =
                    unsafe { std::slice::from_raw_parts(found.cast::<u8>(), size.cast_unsigned()) };
                assert_eq!(found, text.as_bytes());
            }
            Value::Tuple(_) | Value::List(_) => {
                let is_tuple = matches!(value, Value::Tuple(_));
                assert_eq!(c!(c.ctx_Tuple_Check(h)) == 1, is_tuple);
                let items = value.items().unwrap_or_default();
                assert_eq!(c!(c.ctx_Length(h)), items.len().cast_signed());
                for (index, item) in items.iter().enumerate() {
                    let h = c.item(h, index.cast_signed());
                    self.agree(h, item);
                    c.close(h);
                }
            }
            Value::Dict(dict) => {
                let keys = c!(c.ctx_Dict_Keys(h));
                let entries = dict.items.borrow();
                assert_eq!(c!(c.ctx_Length(keys)), entries.len().cast_signed());
                for (index, (key, value)) in entries.iter().enumerate() {
                    let key_handle = c.item(keys, index.cast_signed());
                    self.agree(key_handle, key);
                    let value_handle = c!(c.ctx_GetItem(h, key_handle));
                    self.agree(value_handle, value);
                    c.close(key_handle);
                    c.close(value_handle);
                }
                c.close(keys);
            }
        }
    }

    /// Checks what C has, and gives it all up.
    pub fn finish(self) {
        let c = self.c;
        c.clear();
        for at in 0..self.known.len() {
            let (h, value) = self.known[at].clone();
            let count = self.count(h);
            if count > 0 && !self.spoilt.contains(&h.0) {
                self.agree(h, &value);
            }
            assert!(!c.is_pending());
            if count < u32::MAX {
                (0..count).for_each(|_| c.close(h));
            }
        }
        for (field, value) in self.fields.iter().enumerate() {
            if let Some(value) = value {
                let h = self.holder.load(field);
                self.agree(h, value);
                c.close(h);
            }
        }
        // What the other fields refer to goes with the holder.
        let holder = self.holder.h;
        c!(c.ctx_Field_Store(holder, self.holder.field(0), HPy::NULL));
        c.close(holder);
        for at in 0..GLOBALS {
            c!(c.ctx_Global_Store(self.globals.of_step(at), HPy::NULL));
        }
        let is_careful = self.is_careful();
        for builder in self.builders {
            if is_careful && builder.items.is_none() {
                continue;
            }
            match builder.is_list {
                true => c!(c.ctx_ListBuilder_Cancel(HPyListBuilder(builder.number))),
                false => c!(c.ctx_TupleBuilder_Cancel(HPyTupleBuilder(builder.number))),
            }
        }
        for (tracker, handles) in self.trackers {
            if let Some(handles) = handles {
                c!(c.ctx_Tracker_ForgetAll(tracker));
                if is_careful {
                    handles.into_iter().for_each(|h| c.close(h));
                }
                c!(c.ctx_Tracker_Close(tracker));
            }
        }
        assert!(!c.is_pending());
    }
}
