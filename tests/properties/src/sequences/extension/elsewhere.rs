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
                c.clear();
                self.is_pending = false;
                let (tracker, tracked) = &mut self.trackers[at];
                let (is_open, mut closed) = (tracked.is_some(), Vec::new());
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
                self.answered(!c.is_pending(), !is_open, is_open);
                if !self.is_careful() {
                    closed.into_iter().for_each(|h| self.closed(h));
                }
            }
            &Step::StoreField(at, ref h) => {
                let picked = self.pick(h);
                c.clear();
                self.is_pending = false;
                c!(c.ctx_Field_Store(self.holder.h, self.holder.field(at), picked.h));
                let has_worked = !c.is_pending();
                if has_worked {
                    self.fields[at] = Some(picked.value);
                }
                self.answered(has_worked, !picked.is_open, true);
            }
            &Step::LoadField(at) => {
                self.got(self.holder.load(at), self.fields[at].clone(), false);
            }
            &Step::StoreGlobal(at, ref h) => {
                let picked = self.pick(h);
                c.clear();
                self.is_pending = false;
                c!(c.ctx_Global_Store(self.globals.of_step(at), picked.h));
                let has_worked = !c.is_pending();
                if has_worked {
                    self.kept[at] = Some(picked.value);
                }
                self.answered(has_worked, !picked.is_open, true);
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
