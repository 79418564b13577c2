//! The extension that takes the steps, and what it knows of its handles.

use std::cell::RefCell;
use std::collections::HashMap;

use hpy_loader::abi::*;
use hpy_loader::handles::Word;
use proptest::sample::Index;

use super::model::{Container, Value, place};
use super::step::Step;
use crate::extension::{C, c};

pub struct Extension {
    c: C,
    identity: HPy,
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
    fields: [(HPyField, Option<Value>); 3],
    globals: [(HPyGlobal, Option<Value>); 3],
}

struct Builder {
    is_list: bool,
    number: isize,
    /// None once it is used up.
    items: Option<Vec<Value>>,
}

/// A handle that was picked.
struct Picked {
    h: HPy,
    value: Value,
    /// Whether it must work. If not, it may be refused.
    is_open: bool,
}

impl Extension {
    pub fn new(c: C, identity: HPy) -> Self {
        let none = c.known().h_None;
        Self {
            c,
            identity,
            known: vec![(none, Value::None)],
            // A constant, which no close takes away.
            references: HashMap::from([(none.0, u32::MAX)]),
            spoilt: Vec::new(),
            age: 0,
            is_pending: false,
            builders: Vec::new(),
            trackers: Vec::new(),
            fields: [const { (HPyField::NULL, None) }; 3],
            globals: [const { (HPyGlobal::NULL, None) }; 3],
        }
    }

    fn pick(&self, index: &Index) -> Picked {
        let (h, value) = self.known[index.index(self.known.len())].clone();
        let word = Word::from_bits(h.0);
        let count = self.references.get(&h.0).copied().unwrap_or(0);
        let is_open = word.is_immediate() || count > 0 && !self.spoilt.contains(&h.0);
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

    fn next_age(&mut self) -> usize {
        self.age += 1;
        self.age
    }

    pub fn step(&mut self, step: &Step) {
        let c = self.c;
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

    fn step_in_containers(&mut self, step: &Step) {
        let c = self.c;
        match step {
            Step::Append(list, item) => {
                let (list, item) = (self.pick(list), self.pick(item));
                let Value::List(items) = &list.value else {
                    return;
                };
                if !list.value.may_hold(&item.value) {
                    return;
                }
                let are_open = self.are_open(&[&list, &item]);
                let has_worked = c!(c.ctx_List_Append(list.h, item.h)) == 0;
                self.answered(has_worked, !are_open, true);
                if has_worked {
                    items.items.borrow_mut().push(item.value);
                }
            }
            Step::Length(index) => {
                let picked = self.pick(index);
                let is_open = self.are_open(&[&picked]);
                let answer = c!(c.ctx_Length(picked.h));
                let expected = picked.value.length();
                self.answered(
                    answer >= 0,
                    !is_open || expected.is_none(),
                    expected.is_some(),
                );
                if answer >= 0 {
                    assert_eq!(Some(answer.cast_unsigned()), expected);
                }
            }
            &Step::GetAt(ref list, index) => {
                let list = self.pick(list);
                let Some(items) = list.value.items() else {
                    return;
                };
                let expected = place(index, items.len()).map(|place| items[place].clone());
                let is_open = self.are_open(&[&list]);
                self.got(c.item(list.h, index), expected, !is_open);
            }
            &Step::SetAt(ref list, index, ref item) => {
                let (list, item) = (self.pick(list), self.pick(item));
                let Value::List(items) = &list.value else {
                    return;
                };
                if !list.value.may_hold(&item.value) {
                    return;
                }
                let are_open = self.are_open(&[&list, &item]);
                let has_worked = c!(c.ctx_SetItem_i(list.h, index, item.h)) == 0;
                let place = place(index, items.items.borrow().len());
                self.answered(has_worked, !are_open || place.is_none(), place.is_some());
                if let (true, Some(place)) = (has_worked, place) {
                    items.items.borrow_mut()[place] = item.value;
                }
            }
            &Step::DeleteAt(ref list, index) => {
                let list = self.pick(list);
                let Value::List(items) = &list.value else {
                    return;
                };
                let is_open = self.are_open(&[&list]);
                let has_worked = c!(c.ctx_DelItem_i(list.h, index)) == 0;
                let place = place(index, items.items.borrow().len());
                self.answered(has_worked, !is_open || place.is_none(), place.is_some());
                if let (true, Some(place)) = (has_worked, place) {
                    items.items.borrow_mut().remove(place);
                }
            }
            Step::Put(dict, key, value) => {
                let (dict, key, value) = (self.pick(dict), self.pick(key), self.pick(value));
                let Value::Dict(entries) = &dict.value else {
                    return;
                };
                if !key.value.is_key() || !dict.value.may_hold(&value.value) {
                    return;
                }
                let are_open = self.are_open(&[&dict, &key, &value]);
                let has_worked = c!(c.ctx_SetItem(dict.h, key.h, value.h)) == 0;
                self.answered(has_worked, !are_open, true);
                if has_worked {
                    let mut entries = entries.items.borrow_mut();
                    let known = entries
                        .iter_mut()
                        .find(|(other, _)| other.is_same_key(&key.value));
                    match known {
                        Some((_, old)) => *old = value.value,
                        None => entries.push((key.value, value.value)),
                    }
                }
            }
            Step::Get(dict, key) => {
                let (dict, key) = (self.pick(dict), self.pick(key));
                let (Value::Dict(_), true) = (&dict.value, key.value.is_key()) else {
                    return;
                };
                let are_open = self.are_open(&[&dict, &key]);
                let expected = dict.value.get(&key.value);
                self.got(c!(c.ctx_GetItem(dict.h, key.h)), expected, !are_open);
            }
            Step::Delete(dict, key) => {
                let (dict, key) = (self.pick(dict), self.pick(key));
                let (Value::Dict(entries), true) = (&dict.value, key.value.is_key()) else {
                    return;
                };
                let are_open = self.are_open(&[&dict, &key]);
                let has_worked = c!(c.ctx_DelItem(dict.h, key.h)) == 0;
                let is_there = dict.value.get(&key.value).is_some();
                self.answered(has_worked, !are_open || !is_there, is_there);
                if has_worked {
                    let mut entries = entries.items.borrow_mut();
                    entries.retain(|(other, _)| !other.is_same_key(&key.value));
                }
            }
            Step::Contains(dict, key) => {
                let (dict, key) = (self.pick(dict), self.pick(key));
                let (Value::Dict(_), true) = (&dict.value, key.value.is_key()) else {
                    return;
                };
                let are_open = self.are_open(&[&dict, &key]);
                let answer = c!(c.ctx_Contains(dict.h, key.h));
                self.answered(answer >= 0, !are_open, true);
                if answer >= 0 {
                    assert_eq!(answer == 1, dict.value.get(&key.value).is_some());
                }
            }
            Step::Keys(dict) => {
                let dict = self.pick(dict);
                let Value::Dict(entries) = &dict.value else {
                    return;
                };
                let is_open = self.are_open(&[&dict]);
                let entries = entries.items.borrow();
                let keys = entries.iter().map(|(key, _)| key.clone()).collect();
                let keys = Container::new(self.next_age(), RefCell::new(keys));
                self.got(
                    c!(c.ctx_Dict_Keys(dict.h)),
                    Some(Value::List(keys)),
                    !is_open,
                );
            }
            _ => self.step_elsewhere(step),
        }
    }

    fn step_elsewhere(&mut self, step: &Step) {
        let c = self.c;
        match step {
            &Step::NewBuilder(is_list, size) => {
                let number = match is_list {
                    true => c!(c.ctx_ListBuilder_New(size)).0,
                    false => c!(c.ctx_TupleBuilder_New(size)).0,
                };
                self.answered(number != 0, false, true);
                let items = Some(vec![Value::None; size.cast_unsigned()]);
                self.builders.push(Builder {
                    is_list,
                    number,
                    items,
                });
            }
            &Step::Set(ref builder, index, ref item) if !self.builders.is_empty() => {
                let at = builder.index(self.builders.len());
                let item = self.pick(item);
                // The function answers nothing but an error.
                c.clear();
                self.is_pending = false;
                let Builder {
                    is_list,
                    number,
                    items,
                } = &mut self.builders[at];
                match is_list {
                    true => c!(c.ctx_ListBuilder_Set(HPyListBuilder(*number), index, item.h)),
                    false => c!(c.ctx_TupleBuilder_Set(HPyTupleBuilder(*number), index, item.h)),
                }
                let place = usize::try_from(index).ok();
                let place = place.and_then(|place| items.as_mut()?.get_mut(place));
                let (may_work, has_worked) = (place.is_some(), !c.is_pending());
                if let (true, Some(place)) = (has_worked, place) {
                    *place = item.value;
                }
                self.answered(has_worked, !item.is_open || !may_work, may_work);
            }
            Step::Build(builder) if !self.builders.is_empty() => {
                let at = builder.index(self.builders.len());
                let age = self.next_age();
                let Builder {
                    is_list,
                    number,
                    items,
                } = &mut self.builders[at];
                let (h, expected) = match is_list {
                    true => (
                        c!(c.ctx_ListBuilder_Build(HPyListBuilder(*number))),
                        items
                            .take()
                            .map(|items| Value::List(Container::new(age, RefCell::new(items)))),
                    ),
                    false => (
                        c!(c.ctx_TupleBuilder_Build(HPyTupleBuilder(*number))),
                        items
                            .take()
                            .map(|items| Value::Tuple(Container::new(age, items))),
                    ),
                };
                self.got(h, expected, false);
            }
            Step::Cancel(builder) if !self.builders.is_empty() => {
                let at = builder.index(self.builders.len());
                let builder = &mut self.builders[at];
                builder.items = None;
                match builder.is_list {
                    true => c!(c.ctx_ListBuilder_Cancel(HPyListBuilder(builder.number))),
                    false => c!(c.ctx_TupleBuilder_Cancel(HPyTupleBuilder(builder.number))),
                }
                self.answered(true, false, true);
            }
            Step::NewTracker => {
                let tracker = c!(c.ctx_Tracker_New(1));
                self.answered(!tracker.is_null(), false, true);
                self.trackers.push((tracker, Some(Vec::new())));
            }
            Step::Track(tracker, h) if !self.trackers.is_empty() => {
                let (at, picked) = (tracker.index(self.trackers.len()), self.pick(h));
                let (tracker, handles) = &mut self.trackers[at];
                let has_worked = c!(c.ctx_Tracker_Add(*tracker, picked.h)) == 0;
                let is_open = handles.is_some();
                if let Some(handles) = handles {
                    handles.push(picked.h);
                }
                self.answered(has_worked, !is_open, is_open);
            }
            Step::Forget(tracker) | Step::CloseTracked(tracker) if !self.trackers.is_empty() => {
                let at = tracker.index(self.trackers.len());
                c.clear();
                self.is_pending = false;
                let (tracker, tracked) = &mut self.trackers[at];
                let (is_open, mut closed) = (tracked.is_some(), Vec::new());
                if matches!(step, Step::Forget(_)) {
                    c!(c.ctx_Tracker_ForgetAll(*tracker));
                    *tracked = tracked.take().map(|_| Vec::new());
                } else {
                    c!(c.ctx_Tracker_Close(*tracker));
                    closed = tracked.take().unwrap_or_default();
                }
                self.answered(!c.is_pending(), !is_open, is_open);
                closed.into_iter().for_each(|h| self.closed(h));
            }
            &Step::StoreField(at, ref h) => {
                let picked = self.pick(h);
                c.clear();
                self.is_pending = false;
                let (field, value) = &mut self.fields[at];
                c!(c.ctx_Field_Store(HPy::NULL, field, picked.h));
                let has_worked = !c.is_pending();
                if has_worked {
                    *value = Some(picked.value);
                }
                self.answered(has_worked, !picked.is_open, true);
            }
            &Step::LoadField(at) => {
                let (field, value) = self.fields[at].clone();
                self.got(c!(c.ctx_Field_Load(HPy::NULL, field)), value, false);
            }
            &Step::StoreGlobal(at, ref h) => {
                let picked = self.pick(h);
                c.clear();
                self.is_pending = false;
                let (global, value) = &mut self.globals[at];
                c!(c.ctx_Global_Store(global, picked.h));
                let has_worked = !c.is_pending();
                if has_worked {
                    *value = Some(picked.value);
                }
                self.answered(has_worked, !picked.is_open, true);
            }
            &Step::LoadGlobal(at) => {
                let (global, value) = self.globals[at].clone();
                self.got(c!(c.ctx_Global_Load(global)), value, false);
            }
            // A builder or tracker, and there is none yet.
            _ => {}
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
    pub fn finish(mut self) {
        let c = self.c;
        c.clear();
        for at in 0..self.known.len() {
            let (h, value) = self.known[at].clone();
            let count = self.references.get(&h.0).copied().unwrap_or(0);
            if count > 0 && !self.spoilt.contains(&h.0) {
                self.agree(h, &value);
            }
            assert!(!c.is_pending());
            if count < u32::MAX {
                (0..count).for_each(|_| c.close(h));
            }
        }
        for (field, _) in &mut self.fields {
            c!(c.ctx_Field_Store(HPy::NULL, field, HPy::NULL));
        }
        for (global, _) in &mut self.globals {
            c!(c.ctx_Global_Store(global, HPy::NULL));
        }
        for builder in self.builders {
            match builder.is_list {
                true => c!(c.ctx_ListBuilder_Cancel(HPyListBuilder(builder.number))),
                false => c!(c.ctx_TupleBuilder_Cancel(HPyTupleBuilder(builder.number))),
            }
        }
        for (tracker, handles) in self.trackers {
            if handles.is_some() {
                c!(c.ctx_Tracker_ForgetAll(tracker));
                c!(c.ctx_Tracker_Close(tracker));
            }
        }
        assert!(!c.is_pending());
    }
}
