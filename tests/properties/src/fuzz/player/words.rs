//! The words that C has got, from the first objects to the last close.

use super::*;

impl Player<'_> {
    /// Objects of every kind.
    pub(super) fn seed(&self, c: C, function: HPy) {
        let (holder, fields) = stage::instance(c, self.cells, 0);
        self.holder.set((holder, fields));
        // Whatever happens to its handle, its struct stays.
        self.keep(c, holder);
        let none = c.known().h_None;
        let (one, wide) = (c.int(1), c!(c.ctx_Long_FromUInt64_t(u64::MAX)));
        let text = c.text("m.x");
        let list = c!(c.ctx_List_New(0));
        c!(c.ctx_List_Append(list, one));
        c!(c.ctx_List_Append(list, text));
        let tuple = c.tuple(&[text, one]);
        let name = c"m.x".as_ptr();
        let types = self.cells.types(c);
        let class = c.item(types, (self.input.calls.len() % 3).cast_signed());
        c.close(types);
        let pointer = (&raw const NUMBER).cast_mut().cast();
        let seeds: [&dyn Fn() -> HPy; 18] = [
            &|| holder,
            &|| one,
            &|| text,
            &|| list,
            &|| wide,
            &|| tuple,
            &|| c!(c.ctx_Dict_New()),
            &|| c!(c.ctx_Bytes_FromString(name)),
            &|| c.float(2.5),
            // A payload that no immediate carries.
            &|| c.float(f64::from_bits(0xffff_0000_0000_0001)),
            &|| c!(c.ctx_Slice_New(one, none, none)),
            &|| c!(c.ctx_Capsule_New(pointer, name, std::ptr::null_mut())),
            &|| c!(c.ctx_ContextVar_New(name, HPy::NULL)),
            &|| c!(c.ctx_Err_NewException(c"m.Error".as_ptr(), HPy::NULL, HPy::NULL)),
            &|| c!(c.ctx_Compile_s(c"1 + 1".as_ptr(), name, HPy_SourceKind(0))),
            &|| c!(c.ctx_GetIter(tuple)),
            &|| class,
            &|| c.dup(function),
        ];
        for make in seeds {
            let h = make();
            // A small VM has not all of it.
            c.clear();
            if !h.is_null() {
                self.take(c, h);
            }
        }
        for of in 0..TYPES {
            let (h, _) = stage::instance(c, self.cells, of);
            self.enter(c, h, |word| (word.owned, word.is_own) = (1, true));
        }
    }

    /// Keeps an object, if it can.
    pub(super) fn keep(&self, c: C, h: HPy) -> Option<isize> {
        let kept = self.cells.kept(c);
        let is_kept = c!(c.ctx_List_Append(kept, h)) == 0;
        c.close(kept);
        is_kept.then(|| {
            self.state(|state| {
                state.kept += 1;
                state.kept - 1
            })
        })
    }

    /// Makes sure that a handle is of the object that is kept under a number.
    pub(super) fn expect_meaning(&self, c: C, h: HPy, meaning: isize, what: &str) {
        if self.is_careful() && c.is_pending() {
            return;
        }
        let kept = self.cells.kept(c);
        let object = c.item(kept, meaning);
        c.close(kept);
        if object.is_null() {
            // Somebody has emptied the list: a word can be hit by chance.
            return;
        }
        let is_same = c!(c.ctx_Is(h, object));
        c.close(object);
        assert_eq!(is_same, 1, "{what}: {h:x?} means another object");
    }

    /// C has got a reference.
    pub(super) fn take(&self, c: C, h: HPy) {
        self.enter(c, h, |word| word.owned += 1);
    }

    /// Notes a handle, which is open.
    pub(super) fn enter(&self, c: C, h: HPy, count: impl FnOnce(&mut Word)) {
        let is_number = RawHandle::from_bits(h.0).is_immediate();
        let known = self.state(|state| {
            let known = state.words.iter_mut().find(|word| word.h == h)?;
            Some((known.meaning, known.is_small))
        });
        if let Some((Some(meaning), _)) = known {
            self.expect_meaning(c, h, meaning, "a word that was there before");
        }
        if self.is_traced {
            let indent = " ".repeat(2 * self.depth());
            let class = c!(c.ctx_Type(h));
            let name = c!(c.ctx_Type_GetName(class));
            // SAFETY: the name of a type, whose handle is open.
            let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
            eprintln!("{indent}C has {h:x?}, {name:?}");
            c.close(class);
        }
        let meaning = match known {
            None if self.keeps && !is_number => self.keep(c, h),
            _ => None,
        };
        let is_small = known.is_none_or(|(_, is_small)| is_small) && self.is_small(c, h);
        self.state(|state| {
            let known = state.words.iter_mut().position(|word| word.h == h);
            let index = known.unwrap_or_else(|| {
                state.words.push(Word {
                    h,
                    owned: 0,
                    lent: 0,
                    is_spoilt: false,
                    meaning,
                    is_small,
                    is_own: false,
                });
                state.words.len() - 1
            });
            let word = &mut state.words[index];
            word.is_small = is_small;
            count(word);
        });
    }

    /// Whether an object may be repeated and multiplied.
    pub(super) fn is_small(&self, c: C, h: HPy) -> bool {
        const LIMIT: u64 = 16;
        match RawHandle::from_bits(h.0).as_i64() {
            Some(value) => return value.unsigned_abs() <= LIMIT,
            None if RawHandle::from_bits(h.0).is_immediate() => return true,
            None => {}
        }
        if self.state(|state| state.pending) != Pending::None {
            return false;
        }
        if c!(c.ctx_TypeCheck(h, c.known().h_LongType)) == 1 {
            let value = c!(c.ctx_Long_AsInt64_t(h));
            if c.is_pending() {
                c.clear();
                return false;
            }
            return value.unsigned_abs() <= LIMIT;
        }
        let is_sequence = c!(c.ctx_List_Check(h)) == 1
            || c!(c.ctx_Tuple_Check(h)) == 1
            || c!(c.ctx_Unicode_Check(h)) == 1
            || c!(c.ctx_Bytes_Check(h)) == 1;
        if !is_sequence {
            return true;
        }
        let types = [
            c.known().h_ListType,
            c.known().h_TupleType,
            c.known().h_UnicodeType,
            c.known().h_BytesType,
        ];
        let class = c!(c.ctx_Type(h));
        // The length of others may be a function of C's.
        let is_plain = types.into_iter().any(|of| c!(c.ctx_Is(class, of)) == 1);
        c.close(class);
        is_plain && c!(c.ctx_Length(h)) < 500
    }

    /// C has given up a reference, or one that it did not have.
    pub(super) fn gave_up(&self, h: HPy) {
        self.state(|state| {
            if let Some(word) = state.words.iter_mut().find(|word| word.h == h) {
                word.is_spoilt |= word.owned == 0;
                word.owned = word.owned.saturating_sub(1);
            }
        });
    }

    /// Notes that an object must not be added, or multiplied.
    pub(super) fn note_large(&self, h: HPy) {
        self.state(|state| {
            let word = state.words.iter_mut().find(|word| word.h == h);
            word.into_iter().for_each(|word| word.is_small = false);
        });
    }

    /// C has again what it had given to a tracker.
    pub(super) fn got_back(&self, h: HPy) {
        self.state(|state| {
            if let Some(word) = state.words.iter_mut().find(|word| word.h == h) {
                word.owned += 1;
            }
        });
    }

    /// Gives up all that C has.
    pub(super) fn finish(&self, c: C) {
        c.clear();
        let (builders, trackers) = self.state(|state| {
            state.pending = Pending::None;
            (
                std::mem::take(&mut state.builders),
                std::mem::take(&mut state.trackers),
            )
        });
        for tracker in trackers.into_iter().filter(|tracker| !tracker.is_over) {
            c!(c.ctx_Tracker_Close(HPyTracker(tracker.number)));
            if !self.is_careful() {
                tracker.handles.into_iter().for_each(|h| self.gave_up(h));
            }
        }
        // One may have been used as the other kind, in vain or not.
        let is_left = |builder: &Builder| !builder.is_over || !self.is_careful();
        for builder in builders.into_iter().filter(is_left) {
            match builder.is_list {
                true => c!(c.ctx_ListBuilder_Cancel(HPyListBuilder(builder.number))),
                false => c!(c.ctx_TupleBuilder_Cancel(HPyTupleBuilder(builder.number))),
            }
        }
        for field in 0..stage::FIELDS {
            c!(c.ctx_Field_Store(self.holder.get().0, self.field_place(field), HPy::NULL));
        }
        let words = self.state(|state| std::mem::take(&mut state.words));
        for word in words {
            (0..word.owned).for_each(|_| c.close(word.h));
        }
        self.empty_kept(c);
        c.clear();
    }

    /// Empties what may be part of a cycle, for a VM that counts references.
    pub(super) fn empty_kept(&self, c: C) {
        let kept = self.cells.kept(c);
        for index in 0..c!(c.ctx_Length(kept)) {
            let h = c.item(kept, index);
            if c!(c.ctx_List_Check(h)) == 1 {
                while c!(c.ctx_Length(h)) > 0 && c!(c.ctx_DelItem_i(h, -1)) == 0 {}
            } else if c!(c.ctx_Dict_Check(h)) == 1 {
                let keys = c!(c.ctx_Dict_Keys(h));
                for index in 0..c!(c.ctx_Length(keys)) {
                    let key = c.item(keys, index);
                    c!(c.ctx_DelItem(h, key));
                    c.close(key);
                }
                c.close(keys);
            }
            c.clear();
            c.close(h);
        }
        c.close(kept);
    }
}

/// What capsules point to.
static NUMBER: u64 = 0;
