//! Opening a universal binary, or a hybrid one.
//!
//! The guarantee: a file that is not a whole universal module for this machine,
//! of this name and of our ABI version, gives a [`LoadError`] that says what it
//! is instead, and the process goes on as before. Nothing of the file is mapped
//! or run before its headers have been checked against its length and against each
//! other, and every entry of its tables against what the system's loader will make of
//! it. The code in the file has to be trusted: a module that passes is run,
//! and native code can do anything.
//!
//! The steps are those of HPy's own loader, in its order. But much of what HPy's loader
//! asks the loaded library is read from the file here:
//!
//! 1. the file: regular, ELF, for this machine, complete, with the functions of
//!    a universal module and without imports from CPython; or with those that the VM has, if
//!    the file is called a hybrid module for just this CPython;
//! 2. `dlopen`;
//! 3. the ABI version that the module requires;
//! 4. the ABI tag in the file name;
//! 5. the global context, [`Library::init_global_context`];
//! 6. the module's definition, [`Library::init`].
//!
//! What is loaded is what was checked: on Linux the system loads the very file that is open
//! since the check, whatever has its path by then. Only a file whose path matters while it
//! is loaded is loaded by its path, if that still leads to it: one that finds libraries by
//! `$ORIGIN` or that imports functions such as `dladdr`, and under a debugger any. Between
//! the last look and the system's own are some microseconds.
//!
//! Somebody who writes into the file, instead of putting a new file in its place, is noticed
//! if its length or time changes before it is loaded, and can still crash the process during
//! the load or later. That is so for every library on the system.
//!
//! The ABI is for LP64 systems, and all of those but Apple's use ELF. On Apple's, step 1
//! checks the kind of the file only, and the system's loader does the rest.

mod abi;
mod cause;
mod elf;
mod error;
mod file;
mod names;
mod tag;

use std::ffi::c_void;
use std::fs::File;
use std::mem::{ManuallyDrop, transmute};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use crate::abi::{ABI_VERSION, ABI_VERSION_MINOR, HPyContext, HPyModuleDef};
use crate::platform::call_frame;
use crate::platform::library::{self as system, FileState, OpenFileName, Refusal};
use object::read::{ReadCache, ReadRef};

use abi::Abi;
pub use abi::CApi;
pub(crate) use cause::grouped;
pub use cause::{Cause, ExceptionKind};
pub use error::LoadError;
use names::Names;
use tag::Tag;

type VersionFn = unsafe extern "C" fn() -> u32;
type GlobalContextFn = unsafe extern "C" fn(*mut HPyContext);
type InitFn = unsafe extern "C" fn() -> *mut HPyModuleDef;

/// An open universal module, of a version that we serve.
///
/// It stays loaded until the process ends, even when this value is dropped and
/// when opening it failed half way. Types and functions made from its
/// definitions live that long, and so may threads and exit handlers that its
/// initialisers have started; nothing can tell when the last of them is gone.
/// Opening a file again gives the library that is loaded already. Another file of the same
/// path is another library.
#[derive(Debug)]
pub struct Library {
    name: String,
    path: PathBuf,
    names: Names,
    version: (u32, u32),
    is_hybrid: bool,
    global_context: GlobalContextFn,
    init: InitFn,
}

impl Library {
    /// Opens the universal module `module_name`, a dotted name of which the
    /// last part counts, from the file `path`.
    ///
    /// ```no_run
    /// use hpy_loader::Library;
    /// use std::path::Path;
    ///
    /// let path = Path::new("build/spam.hpy0.so");
    /// // SAFETY: the file is trusted, and nobody writes into it.
    /// match unsafe { Library::open("spam", path) } {
    ///     Ok(library) => println!("{} is open", library.name()),
    ///     Err(error) => println!("ImportError: {error}"),
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// For a file that is not a whole universal module for this machine, of this name
    /// and of the loader's ABI version.
    ///
    /// # Safety
    ///
    /// Code from the file runs: the initialisers of the library and of all the
    /// libraries that it depends on, and its version functions. The file's
    /// tables are checked, its code cannot be. So:
    ///
    /// - the caller trusts the file as it trusts a program that it starts;
    /// - the initialisers may do what they like to the process, such as starting
    ///   threads, changing the locale or the floating-point mode;
    /// - nobody writes into the file, now or later. (To replace it by another
    ///   file of the same name is fine.)
    pub unsafe fn open(module_name: &str, path: &Path) -> Result<Self, LoadError> {
        // SAFETY: passed on to the caller.
        unsafe { Self::open_for(module_name, path, CApi::NONE) }
    }

    /// The same for a VM that runs hybrid modules as well, which use what it has of CPython's
    /// own API: [`PyObjects::C_API`](crate::runtime::PyObjects::C_API). Or for one that can
    /// say why it does not.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and for a hybrid module that needs another CPython or more of
    /// its API.
    ///
    /// # Safety
    ///
    /// As [`open`](Self::open). A hybrid module trusts the VM's objects to look as CPython's
    /// do.
    pub unsafe fn open_for(module_name: &str, path: &Path, c_api: CApi) -> Result<Self, LoadError> {
        // SAFETY: passed on to the caller.
        unsafe { Self::try_open(module_name, path, c_api) }
            .map_err(|cause| LoadError::new(module_name, path, cause))
    }

    unsafe fn try_open(module_name: &str, path: &Path, c_api: CApi) -> Result<Self, Cause> {
        let names = Names::new(module_name)?;
        let (file, state) = file::open(path)?;
        // Macros of CPython leave no imports behind, so the name counts.
        let abi = Abi::of(path, c_api)?;
        // Reads the tables, not the code.
        let verdict = check(&ReadCache::new(&file), &names, abi)?;

        // SAFETY: the caller trusts the file, and its tables are in order.
        let library = call_frame::within(|| unsafe { dlopen(&file, state, path, verdict) })?;
        // SAFETY: HPy defines these functions with these types. A module in
        // which they are something else is not the one that the caller trusts.
        let (major, minor, global_context, init) = unsafe {
            (
                symbol::<VersionFn>(&library, &names.major)?,
                symbol::<VersionFn>(&library, &names.minor)?,
                symbol::<GlobalContextFn>(&library, &names.global_context)?,
                symbol::<InitFn>(&library, &names.init)?,
            )
        };
        // SAFETY: without arguments; the caller trusts what they do.
        let version = unsafe { (major(), minor()) };
        check_version(version)?;
        Tag::check(path, version)?;
        Ok(Self {
            name: module_name.to_owned(),
            path: path.to_owned(),
            names,
            version,
            is_hybrid: matches!(abi, Abi::Hybrid(_)),
            global_context,
            init,
        })
    }

    /// The module's dotted name, as it was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file, as it was asked for.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The HPy ABI version, major and minor, that the module requires.
    pub fn required_version(&self) -> (u32, u32) {
        self.version
    }

    /// Whether it is a hybrid module: its loader has to be
    /// [told](crate::Loader::admit_hybrid) before the module is made.
    pub fn is_hybrid(&self) -> bool {
        self.is_hybrid
    }

    /// Hands the module the context for those of its functions that C calls
    /// without one. To be called before [`init`](Self::init).
    ///
    /// # Safety
    ///
    /// - `context` points to a whole context of our ABI version, which stays
    ///   where it is until the process ends: the module keeps the pointer.
    /// - There is one place for it in the library. Opening a file twice and
    ///   giving it two contexts leaves both modules with the second.
    pub unsafe fn init_global_context(&self, context: *mut HPyContext) {
        type Entry = unsafe extern "C" fn(*mut HPyContext, GlobalContextFn);
        // SAFETY: a pointer, and a function that takes it.
        let entry = unsafe { transmute::<*const c_void, Entry>(call_frame::entry::<1>()) };
        // SAFETY: the function comes from the library, which stays loaded, and
        // the caller vouches for its argument.
        unsafe { entry(context, self.global_context) }
    }

    /// The module's definition, which is static data of the library or made by
    /// the library's code. A second call may give the same one.
    ///
    /// # Safety
    ///
    /// Runs the module's init function, in which an HPy module must do nothing
    /// but return. What it returns is a definition only if the module was built
    /// as HPy prescribes: nobody has checked what the pointer leads to.
    pub unsafe fn init(&self) -> Result<NonNull<HPyModuleDef>, LoadError> {
        type Entry = unsafe extern "C" fn(InitFn) -> *mut HPyModuleDef;
        // SAFETY: a function without arguments.
        let entry = unsafe { transmute::<*const c_void, Entry>(call_frame::entry::<0>()) };
        // SAFETY: the function comes from the library, which stays loaded.
        let definition = unsafe { entry(self.init) };
        NonNull::new(definition).ok_or_else(|| {
            let symbol = self.names.init.clone();
            LoadError::new(&self.name, &self.path, Cause::NullDefinition(symbol))
        })
    }
}

/// Judges the contents of a file as [`Library::open`] does before it lets the
/// system load them. Runs nothing of it, and takes any bytes at all.
pub fn inspect(module_name: &str, image: &[u8]) -> Result<(), Cause> {
    let names = Names::new(module_name)?;
    if image.is_empty() {
        return Err(Cause::Empty);
    }
    check(image, &names, Abi::Universal).map(drop)
}

/// What is to be known of a file that passes.
#[derive(Clone, Copy, Debug, Default)]
struct Verdict {
    /// Its own path matters while it is loaded: for the libraries that it needs, or because
    /// its initialisers may ask for it.
    needs_path: bool,
}

fn check<'d, R: ReadRef<'d>>(data: R, names: &Names, abi: Abi) -> Result<Verdict, Cause> {
    match system::IS_ELF {
        true => elf::check(data, names, abi),
        false => Ok(Verdict::default()),
    }
}

fn check_version((major, minor): (u32, u32)) -> Result<(), Cause> {
    if major != ABI_VERSION as u32 || minor > ABI_VERSION_MINOR as u32 {
        return Err(Cause::Version { major, minor });
    }
    Ok(())
}

/// Loads the file that was checked, or nothing: not one that has its path by now.
///
/// # Safety
///
/// As for [`Library::open`].
unsafe fn dlopen(
    file: &File,
    state: FileState,
    path: &Path,
    verdict: Verdict,
) -> Result<ManuallyDrop<libloading::Library>, Cause> {
    // A name without a slash would be looked for in the system's folders.
    let absolute = std::path::absolute(path).map_err(Cause::Open)?;
    let name = match verdict.needs_path {
        true => None,
        false => OpenFileName::of(file),
    };
    let by_path = name.is_none();
    let check_unchanged = || {
        let now = match by_path {
            true => std::fs::metadata(&absolute),
            false => file.metadata(),
        };
        match now {
            Ok(now) if FileState::of(&now) == state => Ok(()),
            _ => Err(Cause::Changed),
        }
    };
    check_unchanged()?;
    // SAFETY: passed on to the caller.
    let library = unsafe { system::load(name, &absolute, state) };
    let library = library.map_err(|Refusal { text, source }| Cause::Dlopen { text, source })?;
    check_unchanged()?;
    Ok(library)
}

/// # Safety
///
/// The symbol, if it is there, is a `T`, a pointer to a function.
unsafe fn symbol<T: Copy>(library: &libloading::Library, name: &str) -> Result<T, Cause> {
    // SAFETY: passed on to the caller.
    let found = unsafe { library.get::<T>(name) };
    found.map(|symbol| *symbol).map_err(|source| {
        let symbol = name.to_owned();
        Cause::Dlsym { symbol, source }
    })
}
