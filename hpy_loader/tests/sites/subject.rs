//! The C library under test and the context that it calls.

use hpy_loader::sites::{CFrame, CallScope, Caller, Registers, Site};
use hpy_loader::with_caller;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::offset_of;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const SOURCE: &str = include_str!("subject.c");

/// What a function of the context notes down.
#[derive(Default)]
pub struct Notes {
    pub limit: Cell<usize>,
    pub sites: RefCell<Vec<Site>>,
    pub count_only: Cell<bool>,
}

thread_local! {
    pub static NOTES: Notes = Notes::default();
}

fn note(context: *mut Context, function: usize) {
    // SAFETY: C passes the context that it was called with.
    let caller: Caller = unsafe { (*context).registers.caller() };
    let caller = caller.calling(function);
    NOTES.with(|notes| {
        let site = Site::capture(caller, notes.limit.get());
        if !notes.count_only.get() {
            notes.sites.borrow_mut().push(site);
        }
    });
}

/// Entries are generic over the runtime; this stands for one.
trait Kind {
    const FACTOR: isize;
}

struct Tens(PhantomData<()>);

impl Kind for Tens {
    const FACTOR: isize = 10;
}

type Function = unsafe extern "C" fn(*mut Context) -> isize;

#[repr(C)]
struct Context {
    constants: [isize; 80],
    open: unsafe extern "C" fn(*mut Context, isize) -> isize,
    real: unsafe extern "C" fn(*mut Context, f64) -> isize,
    many: unsafe extern "C" fn(
        *mut Context,
        *const isize,
        *const isize,
        *const isize,
        *const isize,
    ) -> isize,
    again: unsafe extern "C" fn(*mut Context, Function) -> isize,
    registers: Registers,
}

/// Where in the context the entries note who called.
const NOTED: usize = offset_of!(Context, registers);

mod entries {
    use super::*;

    with_caller! {
        pub fn open<K: Kind>(context: *mut Context, value: isize) -> isize, at NOTED => bodies::open::<K>
    }
    with_caller! {
        pub fn real<K: Kind>(context: *mut Context, value: f64) -> isize, at NOTED => bodies::real::<K>
    }
    with_caller! {
        pub fn many<K: Kind>(
            context: *mut Context,
            a: *const isize,
            b: *const isize,
            c: *const isize,
            d: *const isize,
        ) -> isize, at NOTED => bodies::many::<K>
    }
    with_caller! {
        pub fn again<K: Kind>(context: *mut Context, function: Function) -> isize,
            at NOTED => bodies::again::<K>
    }
}

mod bodies {
    use super::*;

    pub unsafe extern "C" fn open<K: Kind>(context: *mut Context, value: isize) -> isize {
        note(context, offset_of!(Context, open));
        value * K::FACTOR
    }

    pub unsafe extern "C" fn real<K: Kind>(context: *mut Context, value: f64) -> isize {
        note(context, offset_of!(Context, real));
        (value * 2.0) as isize * K::FACTOR
    }

    pub unsafe extern "C" fn many<K: Kind>(
        context: *mut Context,
        a: *const isize,
        b: *const isize,
        c: *const isize,
        d: *const isize,
    ) -> isize {
        note(context, offset_of!(Context, many));
        // SAFETY: the library passes pointers to its variables.
        unsafe { *a * *b * *c * *d * K::FACTOR }
    }

    pub unsafe extern "C" fn again<K: Kind>(context: *mut Context, function: Function) -> isize {
        note(context, offset_of!(Context, again));
        let _call = CallScope::of(function as *const c_void);
        // SAFETY: a function of the library that takes the context.
        unsafe { function(context) * K::FACTOR }
    }
}

/// A compiled library.
pub struct Subject {
    _directory: TempDir,
    pub source: PathBuf,
    pub file: PathBuf,
    library: libloading::Library,
}

impl Subject {
    /// Compiles the source with `flags`, changes the file with `finish` and
    /// loads it.
    pub fn new(flags: &[&str], finish: impl FnOnce(&Path)) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let root = directory.path().canonicalize().expect("a real path");
        let (source, file) = (root.join("subject.c"), root.join("subject.so"));
        std::fs::write(&source, SOURCE).expect("write the source");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        run(Command::new(compiler)
            .args(["-shared", "-fPIC", "-fvisibility=hidden", "-o"])
            .arg(&file)
            .arg(&source)
            .args(flags));
        finish(&file);
        // SAFETY: the library was just made and has no initialisers.
        let library = unsafe { libloading::Library::new(&file) }.expect("load the library");
        Self {
            _directory: directory,
            source,
            file,
            library,
        }
    }

    /// Calls a function as the VM calls C; the sites of its calls, and what it
    /// returned.
    pub fn call(&self, name: &str, limit: usize) -> (Vec<Site>, isize) {
        // SAFETY: all functions that are exported have this type.
        let function = unsafe { self.library.get::<Function>(name.as_bytes()) };
        let function = *function.expect("an exported function");
        let mut context = Context {
            constants: [0; 80],
            open: entries::open::<Tens>,
            real: entries::real::<Tens>,
            many: entries::many::<Tens>,
            again: entries::again::<Tens>,
            registers: Registers::default(),
        };
        NOTES.with(|notes| notes.limit.set(limit));
        let result = {
            let _call = CallScope::of(function as *const c_void);
            // SAFETY: the library takes this context.
            unsafe { function(&raw mut context) }
        };
        let sites = NOTES.with(|notes| notes.sites.take());
        (sites, result)
    }

    /// The frames of the one site that a call leads to.
    pub fn frames(&self, name: &str, limit: usize) -> Vec<CFrame> {
        let (sites, _) = self.call(name, limit);
        assert_eq!(sites.len(), 1, "{name}");
        sites[0].frames()
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // Sites are read when they are; the library must not make room for
        // another at its address.
        let path = self.file.as_os_str().as_encoded_bytes();
        let path = std::ffi::CString::new(path).expect("a path without NUL");
        // SAFETY: the library is open; this keeps it from being unmapped.
        unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_NODELETE) };
    }
}

pub fn run(command: &mut Command) {
    let output = command.output().expect("run a tool of the compiler's");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

/// The line that a comment marks.
pub fn line(mark: &str) -> u32 {
    let mark = format!("/* here: {mark} */");
    let found = SOURCE.lines().position(|line| line.ends_with(&mark));
    found.unwrap_or_else(|| panic!("no {mark}")) as u32 + 1
}

/// A frame as `function:line`.
pub fn brief(frame: &CFrame) -> String {
    let function = frame.function.as_deref().unwrap_or("?");
    match &frame.place {
        Some(place) => format!("{function}:{}", place.line),
        None => function.to_owned(),
    }
}

/// As [`brief`], of those frames that are not HPy's.
pub fn author_frames(frames: &[CFrame]) -> Vec<String> {
    let authors = frames.iter().filter(|frame| !frame.is_helper());
    authors.map(brief).collect()
}

/// `function:line` by the marks.
pub fn marks(expected: &[(&str, &str)]) -> Vec<String> {
    expected
        .iter()
        .map(|(function, mark)| format!("{function}:{}", line(mark)))
        .collect()
}
