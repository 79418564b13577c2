//! Steps on lists, tuples and dicts.

use super::*;

impl Extension {
    pub(super) fn step_in_containers(&mut self, step: &Step) {
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
}
