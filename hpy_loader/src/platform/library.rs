//! Files, and libraries that are loaded from them.

pub(crate) use super::open_file::OpenFileName;
use std::error::Error;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Whether libraries are in the ELF format here, so that their headers can be checked
/// before the system loads them. Elsewhere that is left to the system.
pub(crate) const IS_ELF: bool = cfg!(not(any(target_vendor = "apple", windows)));

/// Which file something is, and in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileState {
    device: u64,
    number: u64,
    len: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    /// Another file, or the same after it was written to, has another. The time of the last
    /// change of its metadata is left out: giving the file or another one a name changes it.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let (device, number) = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let (device, number) = (0, 0);
        Self {
            device,
            number,
            len: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

/// What the system's loader said, in which the file is called by the path that it was asked
/// for.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) text: String,
    pub(crate) source: libloading::Error,
}

/// Loads a library. Missing symbols are found now, not in the middle of a call, and
/// libraries that were loaded like this do not see each other's symbols.
///
/// It is loaded from an open file, if that has a `name`, or else from the path, which is
/// that of the same file, in this `state`. It is never unloaded.
///
/// # Safety
///
/// The initialisers of the library and of all that it depends on run.
pub(crate) unsafe fn load(
    name: Option<OpenFileName>,
    path: &Path,
    state: FileState,
) -> Result<ManuallyDrop<libloading::Library>, Refusal> {
    if let Some(library) = loaded::again(state) {
        return Ok(library);
    }
    #[cfg(target_os = "linux")]
    let _reserved = {
        load_companions();
        super::placement::stay_near(load as *const () as usize)
    };
    let place = name.as_ref().map_or(path, OpenFileName::path);
    #[cfg(unix)]
    let library = {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // SAFETY: passed on to the caller.
        unsafe { Library::open(Some(place), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
    };
    #[cfg(not(unix))]
    // SAFETY: passed on to the caller.
    let library = unsafe { libloading::Library::new(place) };
    match (library, &name) {
        (Ok(library), Some(name)) => Ok(loaded::note(state, name.replace(library, path))),
        (Ok(library), None) => Ok(loaded::note(state, library)),
        (Err(source), _) => {
            let text = innermost(&source);
            let text = text.replace(&*place.to_string_lossy(), &path.to_string_lossy());
            Err(Refusal { text, source })
        }
    }
}

/// The libraries that were loaded.
///
/// The dynamic linker would find out by itself that it has the file, but it adds the name
/// that it is asked for to those of the library, and compares with all of them each time.
#[cfg(unix)]
mod loaded {
    use super::FileState;
    use libloading::os::unix::Library;
    use parking_lot::Mutex;
    use rustc_hash::FxHashMap;
    use std::ffi::c_void;
    use std::mem::ManuallyDrop;
    use std::sync::LazyLock;

    /// The linker's handles, by addresses, which it gives for as long as the process lives.
    static LOADED: LazyLock<Mutex<FxHashMap<FileState, usize>>> = LazyLock::new(Mutex::default);

    /// A file that was loaded in this state. The file's memory keeps its number from
    /// becoming another's.
    pub(super) fn again(state: FileState) -> Option<ManuallyDrop<libloading::Library>> {
        let handle = LOADED.lock().get(&state).copied()?;
        let handle = std::ptr::with_exposed_provenance_mut::<c_void>(handle);
        // SAFETY: `note` had it from a library, which nobody closes.
        let library = unsafe { Library::from_raw(handle) };
        Some(ManuallyDrop::new(library.into()))
    }

    /// Notes that a file was loaded.
    pub(super) fn note(
        state: FileState,
        library: libloading::Library,
    ) -> ManuallyDrop<libloading::Library> {
        let handle = Library::from(library).into_raw();
        LOADED.lock().insert(state, handle.expose_provenance());
        // SAFETY: the handle from above.
        ManuallyDrop::new(unsafe { Library::from_raw(handle) }.into())
    }
}

#[cfg(not(unix))]
mod loaded {
    use super::FileState;
    use std::mem::ManuallyDrop;

    pub(super) fn again(_: FileState) -> Option<ManuallyDrop<libloading::Library>> {
        None
    }

    pub(super) fn note(
        _: FileState,
        library: libloading::Library,
    ) -> ManuallyDrop<libloading::Library> {
        ManuallyDrop::new(library)
    }
}

/// libloading's own text is "dlopen failed"; the system's is one level down.
pub(crate) fn innermost(error: &libloading::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Makes the symbols of the libraries that every program of CPython brings along those of
/// the process, as those of its own libraries are.
///
/// An extension that calls `sin` has to be linked with `-lm`, and many are not: CPython's
/// own program is, so nobody notices. A binary that loads there has to load here,
/// whatever the VM itself is linked with.
#[cfg(target_os = "linux")]
fn load_companions() {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};

    /// What CPython links itself with, beside the C library. Where there is none of this
    /// name the C library has what is in it.
    const NAMES: &[&str] = &["libm.so.6"];

    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for &name in NAMES {
            // SAFETY: libraries of the system, whose initialisers do nothing that a
            // program could notice.
            let library = unsafe { Library::open(Some(name), RTLD_LAZY | RTLD_GLOBAL) };
            // Loaded for good: extensions refer to it.
            let _ = library.map(ManuallyDrop::new);
        }
    });
}

/// Whether a library of this name is loaded, for whomever. Nothing of it is loaded or run
/// if it is not.
pub(crate) fn is_loaded(name: &[u8]) -> bool {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_LAZY};
        // A path would be opened, whatever it leads to.
        if name.is_empty() || name.contains(&b'/') {
            return false;
        }
        #[cfg(target_os = "linux")]
        load_companions();
        // SAFETY: with this flag the library is there already, so its initialisers have run.
        let library =
            unsafe { Library::open(Some(path_of_bytes(name)), RTLD_LAZY | libc::RTLD_NOLOAD) };
        library.is_ok()
    }
    #[cfg(not(unix))]
    {
        let _ = name;
        false
    }
}

/// Opens a file for reading, without waiting for a writer if it is a FIFO.
pub(crate) fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// What a file is that is not a regular one.
pub(crate) fn describe(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a directory";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if file_type.is_fifo() {
            return "a FIFO";
        }
        if file_type.is_socket() {
            return "a socket";
        }
    }
    "a device"
}

/// A path as the system's own functions and files have it: bytes of any encoding.
pub(crate) fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into();
    #[cfg(not(unix))]
    let path = String::from_utf8_lossy(bytes).into_owned().into();
    path
}
