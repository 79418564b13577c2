//! Plays an input, and sees after each call what must be true.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hpy_loader::abi::context::Row;
use hpy_loader::abi::*;
use hpy_loader::handles::RawHandle;

use super::Input;
use super::argument::Arguments;
use super::call::{Call, calls, of_handles};
use super::choices::Choices;
use super::nested::Reply;
use super::stage::{self, Cells, Struct, TYPES};
use crate::Manners;
use crate::answer::Answer;
use crate::extension::{C, c};

/// How deep calls of C nest at most.
const DEPTH: usize = 6;

/// The classes by which a pending error is known again.
const CLASSES: usize = 6;

thread_local! {
    /// Who plays.
    static PLAYER: Cell<*const Player<'static>> = const { Cell::new(std::ptr::null()) };
    /// What was found where nobody plays.
    static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// How many types were made.
    static TYPES_MADE: Cell<usize> = const { Cell::new(0) };
}

/// A word that C has got as a handle.
struct Word {
    h: HPy,
    /// How many references C has to give up.
    owned: u32,
    /// How many running calls have it as an argument.
    lent: u32,
    /// Whether it was closed more often than C had it.
    is_spoilt: bool,
    /// Where in the list of kept objects its object is.
    meaning: Option<isize>,
    /// Whether it may be repeated, or be the number that says how often.
    is_small: bool,
    /// Whether it has functions of C's.
    is_own: bool,
}

impl Word {
    /// Whether it must be good.
    fn is_sure(&self) -> bool {
        !self.is_spoilt && self.owned > 0 || self.lent > 0
    }
}

struct Builder {
    number: isize,
    is_list: bool,
    /// Which items are set.
    is_set: Vec<bool>,
    is_over: bool,
}

struct Tracker {
    number: isize,
    handles: Vec<HPy>,
    is_over: bool,
}

/// The pending error, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    None,
    /// Of the class with this number, or of another one.
    Some(Option<usize>),
}

struct State {
    words: Vec<Word>,
    builders: Vec<Builder>,
    trackers: Vec<Tracker>,
    pending: Pending,
    /// How many objects are kept.
    kept: isize,
}

/// Plays one input.
pub struct Player<'a> {
    input: &'a Input,
    cells: &'static Cells,
    manners: Manners,
    next: Cell<usize>,
    depth: Cell<usize>,
    state: RefCell<State>,
    /// Whether all objects are kept, so that it can be told which is which.
    keeps: bool,
    /// Of 256 arguments, how many are what none should be.
    hostility: u8,
    none: HPy,
    /// The context of the outermost call, for its constants.
    context: *const HPyContext,
    holder: Cell<(HPy, *mut Struct)>,
    /// What a call further in has failed with.
    failure: RefCell<Option<Box<dyn Any + Send>>>,
    is_traced: bool,
}

impl<'a> Player<'a> {
    /// Plays `input`. `function` is a function of the VM's.
    ///
    /// # Panics
    ///
    /// If something is not as it must be.
    pub fn play(c: C, input: &'a Input, cells: &'static Cells, manners: Manners, function: HPy) {
        let mut profile = Choices::new(input.calls.first().copied().unwrap_or_default());
        let player = Player {
            input,
            cells,
            manners,
            next: Cell::new(1),
            depth: Cell::new(0),
            state: RefCell::new(State {
                words: Vec::new(),
                builders: Vec::new(),
                trackers: Vec::new(),
                pending: Pending::None,
                kept: 0,
            }),
            keeps: profile.is(160),
            hostility: profile.one_of(&[0, 8, 32, 96]),
            none: c.known().h_None,
            context: c.context(),
            holder: Cell::new((HPy::NULL, std::ptr::null_mut())),
            failure: RefCell::new(None),
            is_traced: input.is_traced,
        };
        cells.begin(c);
        player.seed(c, function);
        // A player is used by the functions that are called while it plays.
        let before = PLAYER.replace((&raw const player).cast());
        let played = catch_unwind(AssertUnwindSafe(|| while player.step(c) {}));
        PLAYER.set(before);
        if let Err(failure) = played {
            resume_unwind(failure);
        }
        player.finish(c);
        cells.end(c);
        let notes = NOTES.take();
        assert!(notes.is_empty(), "{}", notes.join("; "));
    }

    /// Notes what was found where nothing can fail.
    pub fn note(text: &str) {
        NOTES.with_borrow_mut(|notes| notes.push(text.to_owned()));
    }

    /// How many types were made since the last question.
    pub fn take_types() -> usize {
        TYPES_MADE.replace(0)
    }

    fn with<T>(function: impl FnOnce(&Player<'static>) -> T) -> Option<T> {
        let player = PLAYER.get();
        // SAFETY: whoever has set it keeps it until it is set back.
        unsafe { player.as_ref() }.map(function)
    }

    pub fn is_careful(&self) -> bool {
        self.manners == Manners::Careful
    }

    pub fn is_traced(&self) -> bool {
        self.is_traced
    }

    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    pub fn hostility(&self) -> u8 {
        self.hostility
    }

    pub fn none(&self) -> HPy {
        self.none
    }

    fn state<T>(&self, function: impl FnOnce(&mut State) -> T) -> T {
        function(&mut self.state.borrow_mut())
    }

    // ---- what there is ----

    /// Objects of every kind.
    fn seed(&self, c: C, function: HPy) {
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
    fn keep(&self, c: C, h: HPy) -> Option<isize> {
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
    fn expect_meaning(&self, c: C, h: HPy, meaning: isize, what: &str) {
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
    fn take(&self, c: C, h: HPy) {
        self.enter(c, h, |word| word.owned += 1);
    }

    /// Notes a handle, which is open.
    fn enter(&self, c: C, h: HPy, count: impl FnOnce(&mut Word)) {
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
    fn is_small(&self, c: C, h: HPy) -> bool {
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
    fn gave_up(&self, h: HPy) {
        self.state(|state| {
            if let Some(word) = state.words.iter_mut().find(|word| word.h == h) {
                word.is_spoilt |= word.owned == 0;
                word.owned = word.owned.saturating_sub(1);
            }
        });
    }

    /// Notes that an object must not be added, or multiplied.
    fn note_large(&self, h: HPy) {
        self.state(|state| {
            let word = state.words.iter_mut().find(|word| word.h == h);
            word.into_iter().for_each(|word| word.is_small = false);
        });
    }

    /// C has again what it had given to a tracker.
    fn got_back(&self, h: HPy) {
        self.state(|state| {
            if let Some(word) = state.words.iter_mut().find(|word| word.h == h) {
                word.owned += 1;
            }
        });
    }

    // ---- what calls ask for ----

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
    fn any(&self, choices: &mut Choices, fits: impl Fn(&Word) -> bool) -> HPy {
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

    // ---- the calls ----

    /// The bits of the next call, if there is one.
    fn advance(&self) -> Option<u128> {
        let next = self.next.get();
        let bits = self.input.calls.get(next).copied()?;
        self.next.set(next + 1);
        Some(bits)
    }

    /// Makes the next call. False if there is none left.
    fn step(&self, c: C) -> bool {
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
    fn may_make(&self, c: C, call: &Call, choices: &mut Choices) -> bool {
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

    fn make(&self, c: C, call: &Call, choices: Choices) {
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

    /// The error that is pending now is as it must be.
    fn expect_error(&self, c: C, row: &Row, answer: Answer, before: Pending, is_pending: bool) {
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

    /// Notes what C has got, and looks at it.
    fn follow(&self, c: C, arguments: &mut Arguments<'_>, answer: Answer) {
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
    fn expect_open(&self, c: C, h: HPy, what: &str) {
        let duplicate = c.dup(h);
        assert!(
            !duplicate.is_null(),
            "{what} gives {h:x?}, which is not open"
        );
        assert_eq!(c!(c.ctx_Is(duplicate, h)), 1, "{what} gives {h:x?}");
        c.close(duplicate);
    }

    /// Two handles mean the same, as far as is known of the first.
    fn same_meaning(&self, c: C, h: HPy, other: HPy) {
        let meaning = self.state(|state| {
            let word = state.words.iter().find(|word| word.h == h);
            word.and_then(|word| word.meaning)
        });
        if let Some(meaning) = meaning {
            self.expect_meaning(c, other, meaning, "a duplicate");
        }
    }

    /// Looks at one of the words that there ever were.
    fn look(&self, c: C, choices: &mut Choices) {
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

    // ---- calls from the VM ----

    /// A function of C's is called: goes on with the next calls, and answers as the
    /// input says.
    pub fn nested<T: Reply>(c: C, arguments: &[HPy]) -> T {
        let reply = Self::with(|player| player.inside(c, arguments));
        reply.unwrap_or_else(|| T::idle(c))
    }

    /// What the input says of an answer that is more than a number.
    pub fn choices() -> Option<Choices> {
        Self::with(|player| Choices::new(player.advance().unwrap_or_default()))
    }

    fn inside<T: Reply>(&self, c: C, arguments: &[HPy]) -> T {
        let is_over = self.next.get() >= self.input.calls.len();
        if is_over || self.depth.get() >= DEPTH || self.failure.borrow().is_some() {
            return T::idle(c);
        }
        let before = self.state(|state| std::mem::replace(&mut state.pending, Pending::None));
        self.depth.set(self.depth.get() + 1);
        let played = catch_unwind(AssertUnwindSafe(|| {
            assert!(
                !c.is_pending(),
                "a function is called with an error pending"
            );
            for &argument in arguments {
                if !argument.is_null() {
                    self.enter(c, argument, |word| word.lent += 1);
                }
            }
            let calls = Choices::new(self.advance().unwrap_or_default()).below(4);
            for _ in 0..calls {
                self.step(c);
            }
            T::choose(self, c)
        }));
        self.depth.set(self.depth.get() - 1);
        self.state(|state| {
            state.pending = before;
            for argument in arguments {
                let word = state.words.iter_mut().find(|word| word.h == *argument);
                if let Some(word) = word {
                    word.lent = word.lent.saturating_sub(1);
                }
            }
        });
        played.unwrap_or_else(|failure| {
            *self.failure.borrow_mut() = Some(failure);
            c.clear();
            T::idle(c)
        })
    }

    /// Makes an error pending, if it is to be and none is; or none, if none is to be.
    fn settle(&self, c: C, is_failure: bool) {
        match (is_failure, c.is_pending()) {
            (true, false) => c.raise("raised"),
            (false, true) => c.clear(),
            _ => {}
        }
    }

    /// Whether an answer is a failure, and whether that and an error go together.
    fn outcome(&self, c: C, choices: &mut Choices) -> bool {
        let is_failure = choices.is(64);
        if self.is_careful() || !choices.is(48) {
            self.settle(c, is_failure);
        }
        is_failure
    }

    pub fn reply_handle(&self, c: C) -> HPy {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        if self.outcome(c, &mut choices) {
            return HPy::NULL;
        }
        if self.is_careful() || !choices.is(self.hostility) {
            return c.dup(self.any(&mut choices, |word| word.is_sure() && word.is_small));
        }
        let h = match choices.is(128) {
            true => self.any(&mut choices, |word| word.is_small),
            false => self.bad_word(&mut choices, true),
        };
        self.gave_up(h);
        h
    }

    pub fn reply_number<T: Copy + From<i8>>(&self, c: C, odd: &[T]) -> T {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        match self.outcome(c, &mut choices) {
            true => T::from(-1),
            false if !self.is_careful() && choices.is(self.hostility) => choices.one_of(odd),
            // For some functions, all but 0 is a failure.
            false if self.is_careful() => T::from(0),
            false => T::from(choices.below(2) as i8),
        }
    }

    pub fn reply_nothing(&self, c: C) {
        let mut choices = Choices::new(self.advance().unwrap_or_default());
        match self.is_careful() {
            true => self.settle(c, false),
            false => drop(self.outcome(c, &mut choices)),
        }
    }

    // ---- the end ----

    /// Gives up all that C has.
    fn finish(&self, c: C) {
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
    fn empty_kept(&self, c: C) {
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
