//! The properties of the context as an HPy extension.
//!
//! ```python
//! properties.check(sequences, steps, careful, lambda object: object, left)
//! ```
//!
//! plays random sequences of context calls (see [`hpyvm_properties`]); `left`
//! is a function whose result must be the same after every sequence, such as
//! the number of open handles. An `AssertionError` has the shortest sequence
//! that fails.
//!
//! ```python
//! properties.fuzz(lambda object=None: object, left, keeps_types)
//! ```
//!
//! plays hostile calls of every function (see [`hpyvm_properties::fuzz`]); which ones, a
//! variable of the environment says. Whether the mode keeps types that are made, the last
//! argument says. The extension is as unmodified as any: all that it knows of the
//! VM is the context that its functions get.

use std::cell::RefCell;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use hpy_loader::abi::*;
use hpyvm_properties::definitions::{Definitions, method, module_def};
use hpyvm_properties::extension::{C, c};
use hpyvm_properties::fuzz::{self as calls, Cells, Input, Work, text_of};
use hpyvm_properties::{Effort, Globals, HolderType, Manners, Sequence, check_sequences};

thread_local! {
    /// What `play` does next, and what came of it.
    static NEXT: RefCell<Option<Play>> = const { RefCell::new(None) };
}

struct Play {
    what: What,
    manners: Manners,
    failure: Option<String>,
}

/// What a call of `play` plays.
enum What {
    Sequence(Sequence, *const HolderType),
    Input(Input, &'static Cells),
}

/// Raises an `AssertionError`, in place of whatever is pending.
fn refuse(c: C, message: &str) -> HPy {
    let message = CString::new(message.replace('\0', " ")).unwrap_or_default();
    let class = c.known().h_AssertionError;
    c!(c.ctx_Err_SetString(class, message.as_ptr()));
    HPy::NULL
}

/// Plays the next sequence, in a call from the VM of its own.
unsafe extern "C" fn play(context: *mut HPyContext, _: HPy, identity: HPy) -> HPy {
    let c = C::new(context);
    let Some(mut next) = NEXT.take() else {
        return refuse(c, "play() is called by check()");
    };
    let played = catch_unwind(AssertUnwindSafe(|| match &next.what {
        What::Sequence(sequence, holder) => {
            // SAFETY: `check` keeps the type until all is played.
            let holder = unsafe { &**holder };
            sequence.play(c, identity, holder, next.manners);
        }
        What::Input(input, cells) => input.play(c, cells, next.manners, identity),
    }));
    if let Err(panic) = played {
        c.clear();
        next.failure = Some(text_of(&*panic));
    }
    NEXT.set(Some(next));
    c.dup(c.known().h_None)
}

/// What is left, by the function that Python gave.
fn left(c: C, function: HPy) -> Result<i64, String> {
    let answer = c.call(function, &[]);
    let count = c!(c.ctx_Long_AsInt64_t(answer));
    match c.is_pending() {
        true => Err("left() failed".to_owned()),
        false => {
            c.close(answer);
            Ok(count)
        }
    }
}

unsafe extern "C" fn check(
    context: *mut HPyContext,
    this: HPy,
    args: *const HPy,
    nargs: usize,
) -> HPy {
    let c = C::new(context);
    if nargs != 5 {
        return refuse(c, "check(sequences, steps, careful, identity, left)");
    }
    // SAFETY: there are as many.
    let args = unsafe { std::slice::from_raw_parts(args, nargs) };
    let number = |arg| c!(c.ctx_Long_AsInt64_t(arg));
    let (sequences, steps, careful) = (number(args[0]), number(args[1]), number(args[2]));
    let effort = match (u32::try_from(sequences), usize::try_from(steps)) {
        (Ok(sequences @ 1..), Ok(steps @ 2..)) => Effort { sequences, steps },
        _ => return refuse(c, "at least one sequence of at least two steps"),
    };
    let manners = match careful {
        0 => Manners::Careless,
        _ => Manners::Careful,
    };
    match run(c, this, effort, manners, args[3], args[4]) {
        Ok(()) => c.dup(c.known().h_None),
        Err(failure) => refuse(c, &failure),
    }
}

fn run(
    c: C,
    this: HPy,
    effort: Effort,
    manners: Manners,
    identity: HPy,
    function: HPy,
) -> Result<(), String> {
    let play = c!(c.ctx_GetAttr_s(this, c"play".as_ptr()));
    let module = MODULE.get().ok_or("the module is gone")?;
    let holder = HolderType::new(c, module.globals);
    let before = left(c, function)?;
    let outcome = check_sequences(effort, |sequence| {
        let what = What::Sequence(sequence.clone(), &raw const holder);
        call_play(c, play, identity, what, manners)?;
        let after = left(c, function)?;
        match before == after {
            true => Ok(()),
            false => Err(format!("left() was {before} before and is {after}")),
        }
    });
    holder.end(c);
    c.close(play);
    outcome
}

/// Has one thing played in a call from the VM.
fn call_play(c: C, play: HPy, identity: HPy, what: What, manners: Manners) -> Result<(), String> {
    NEXT.set(Some(Play {
        what,
        manners,
        failure: None,
    }));
    let none = c.call(play, &[identity]);
    let played = NEXT.take();
    if none.is_null() {
        c.clear();
        return Err("play() has failed".to_owned());
    }
    c.close(none);
    match played.and_then(|played| played.failure) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

unsafe extern "C" fn fuzz(
    context: *mut HPyContext,
    this: HPy,
    args: *const HPy,
    nargs: usize,
) -> HPy {
    let c = C::new(context);
    if nargs != 3 {
        return refuse(c, "fuzz(identity, left, keeps_types)");
    }
    // SAFETY: there are as many.
    let args = unsafe { std::slice::from_raw_parts(args, nargs) };
    let keeps_types = c!(c.ctx_IsTrue(args[2])) == 1;
    match run_work(c, this, (args[0], args[1], keeps_types)) {
        Ok(()) => c.dup(c.known().h_None),
        Err(failure) => refuse(c, &failure),
    }
}

fn run_work(
    c: C,
    this: HPy,
    (identity, function, keeps_types): (HPy, HPy, bool),
) -> Result<(), String> {
    let work = Work::from_environment()?;
    let play = c!(c.ctx_GetAttr_s(this, c"play".as_ptr()));
    let cells = MODULE.get().ok_or("the module is gone")?.cells;
    calls::prepare(c, cells);
    let outcome = work.run(|input, manners| {
        let before = left(c, function)?;
        call_play(
            c,
            play,
            identity,
            What::Input(input.clone(), cells),
            manners,
        )?;
        let after = left(c, function)?;
        let made = calls::take_types();
        match before == after || keeps_types && made > 0 {
            true => Ok(()),
            false => Err(format!("left() was {before} before and is {after}")),
        }
    });
    calls::dismantle(c, cells);
    c.close(play);
    outcome
}

/// What the module defines. It is made once, and nobody writes to it then.
struct Module {
    definition: HPyModuleDef,
    globals: &'static Globals,
    cells: &'static Cells,
}

// SAFETY: the pointers in it are to what is made with it and lives as long.
unsafe impl Send for Module {}
// SAFETY: the same; nobody writes but to the globals, in calls from the VM, which
// makes one at a time.
unsafe impl Sync for Module {}

static MODULE: OnceLock<Module> = OnceLock::new();

#[unsafe(no_mangle)]
extern "C" fn get_required_hpy_major_version_properties() -> u32 {
    ABI_VERSION.cast_unsigned()
}

#[unsafe(no_mangle)]
extern "C" fn get_required_hpy_minor_version_properties() -> u32 {
    ABI_VERSION_MINOR.cast_unsigned()
}

/// The functions here get their context with every call.
#[unsafe(no_mangle)]
extern "C" fn HPyInitGlobalContext_properties(_: *mut HPyContext) {}

#[unsafe(no_mangle)]
extern "C" fn HPyInit_properties() -> *const HPyModuleDef {
    let module = MODULE.get_or_init(|| {
        let definitions = Box::leak(Box::new(Definitions::new(vec![
            method(
                c"check",
                HPyFunc_Signature::HPyFunc_VARARGS,
                check as HPyCFunction,
            ),
            method(
                c"fuzz",
                HPyFunc_Signature::HPyFunc_VARARGS,
                fuzz as HPyCFunction,
            ),
            method(c"play", HPyFunc_Signature::HPyFunc_O, play as HPyCFunction),
        ])));
        let globals = Globals::new();
        let cells = Cells::new();
        let list = Box::leak(Box::new([globals.list(), cells.list()].concat()));
        let mut definition = module_def(definitions);
        definition.globals = list.as_mut_ptr();
        Module {
            definition,
            globals,
            cells,
        }
    });
    &raw const module.definition
}
