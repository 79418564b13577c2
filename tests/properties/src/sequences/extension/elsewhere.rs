//! Steps with builders, trackers, fields and globals.

use super::*;

impl Extension {
    pub(super) fn step_elsewhere(&mut self, step: &Step) {
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
                    is_set: vec![false; size.cast_unsigned()],
                    fate: Fate::Good,
                });
            }
            &Step::Set(ref builder, index, ref item) if !self.builders.is_empty() => {
                let at = builder.index(self.builders.len());
                let item = self.pick(item);
                let Builder {
                    is_list,
                    number,
                    items,
                    is_set,
                    fate,
                } = &mut self.builders[at];
                // The function answers nothing: what it refuses comes out when C builds.
                match is_list {
                    true => c!(c.ctx_ListBuilder_Set(HPyListBuilder(*number), index, item.h)),
                    false => c!(c.ctx_TupleBuilder_Set(HPyTupleBuilder(*number), index, item.h)),
                }
                if let Some(items) = items {
                    let place = usize::try_from(index).ok();
                    match place.and_then(|place| items.get_mut(place)) {
                        None => *fate = Fate::Spoilt,
                        Some(place) => {
                            *place = item.value;
                            is_set[index as usize] = true;
                            if !item.is_open && *fate == Fate::Good {
                                *fate = Fate::Doubtful;
                            }
                        }
                    }
                }
                self.answered(true, false, true);
            }
            Step::Build(builder) if !self.builders.is_empty() => {
                let at = builder.index(self.builders.len());
                let age = self.next_age();
                let Builder {
                    is_list,
                    number,
                    items,
                    fate,
                    ..
                } = &mut self.builders[at];
                let fate = *fate;
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
                let expected = expected.filter(|_| fate != Fate::Spoilt);
                self.got(h, expected, fate == Fate::Doubtful);
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
                let (at, mut picked) = (tracker.index(self.trackers.len()), self.pick(h));
                if self.is_careful() {
                    // The tracker gets a reference of its own to close.
                    picked.h = c.dup(picked.h);
                }
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
                let (tracker, tracked) = &mut self.trackers[at];
                let mut closed = Vec::new();
                if matches!(step, Step::Forget(_)) {
                    c!(c.ctx_Tracker_ForgetAll(*tracker));
                    let forgotten = tracked.as_mut().map(std::mem::take);
                    if self.manners == Manners::Careful {
                        let forgotten = forgotten.unwrap_or_default();
                        forgotten.into_iter().for_each(|h| c.close(h));
                    }
                } else {
                    c!(c.ctx_Tracker_Close(*tracker));
                    closed = tracked.take().unwrap_or_default();
                }
                self.answered(true, false, true);
                if !self.is_careful() {
                    closed.into_iter().for_each(|h| self.closed(h));
                }
            }
            &Step::StoreField(at, ref h) => {
                let picked = self.pick(h);
                c!(c.ctx_Field_Store(self.holder.h, self.holder.field(at), picked.h));
                let mut stored = picked.value;
                if !picked.is_open {
                    // Nobody can tell what there is now.
                    let none = c.known().h_None;
                    c!(c.ctx_Field_Store(self.holder.h, self.holder.field(at), none));
                    stored = Value::None;
                }
                self.fields[at] = Some(stored);
                self.answered(true, false, true);
            }
            &Step::LoadField(at) => {
                self.got(self.holder.load(at), self.fields[at].clone(), false);
            }
            &Step::StoreGlobal(at, ref h) => {
                let picked = self.pick(h);
                c!(c.ctx_Global_Store(self.globals.of_step(at), picked.h));
                let mut stored = picked.value;
                if !picked.is_open {
                    // Nobody can tell what there is now.
                    c!(c.ctx_Global_Store(self.globals.of_step(at), c.known().h_None));
                    stored = Value::None;
                }
                self.kept[at] = Some(stored);
                self.answered(true, false, true);
            }
            &Step::LoadGlobal(at) => {
                // SAFETY: the global is the extension's, which has one thread.
                let global = unsafe { self.globals.of_step(at).read() };
                self.got(c!(c.ctx_Global_Load(global)), self.kept[at].clone(), false);
            }
            // A builder or tracker, and there is none yet.
            _ => {}
        }
    }
}
