//! Plays an input, and sees after each call what must be true.

mod checks;
mod offers;
mod replies;
mod steps;
mod words;

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
}
