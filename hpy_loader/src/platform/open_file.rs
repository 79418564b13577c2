//! Names of files that are open.
//!
//! The dynamic linker opens a library by its name, and by then another file may have that
//! name. Linux has a name for each file that a process has open, `/proc/self/fd/NUMBER`,
//! which leads to that very file even if it has no other name any more.
//!
//! The linker notes the name for good: it tells everybody who asks, and gives whoever asks
//! for the same name the same library. But the number will soon stand for another file. So
//! no two of these names are the same, and afterwards the linker is made to tell the file's
//! own. A debugger takes notice of the first name only, so under a debugger there is none.

use std::fs::File;
use std::path::{Path, PathBuf};

/// A name of an open file, which no other file of this process ever has.
pub(crate) struct OpenFileName(PathBuf);

impl OpenFileName {
    /// Nothing where the system has no such names, or does not let us see them, or under a
    /// debugger.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    pub(crate) fn of(file: &File) -> Option<Self> {
        use std::os::fd::AsRawFd as _;
        use std::os::unix::fs::MetadataExt as _;
        use std::sync::atomic::{AtomicU64, Ordering};

        static NAMES: AtomicU64 = AtomicU64::new(0);
        // Slashes and dots, which lead nowhere else, spell a number in binary.
        let mut number = NAMES.fetch_add(1, Ordering::Relaxed);
        let mut name = "/proc/self/fd".to_owned();
        while number > 0 {
            name.push_str(if number & 1 == 1 { "/." } else { "/" });
            number >>= 1;
        }
        name.push_str(&format!("/{}", file.as_raw_fd()));
        let (there, here) = (std::fs::metadata(&name).ok()?, file.metadata().ok()?);
        let is_same = (there.dev(), there.ino()) == (here.dev(), here.ino());
        (is_same && !is_traced()).then_some(Self(name.into()))
    }

    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    pub(crate) fn of(_: &File) -> Option<Self> {
        None
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the dynamic linker give this path as the name of a library that it knows by
    /// the name of the open file.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    pub(super) fn replace(&self, library: libloading::Library, path: &Path) -> libloading::Library {
        use std::ffi::{CStr, CString, c_char, c_void};
        use std::os::unix::ffi::OsStrExt as _;
        use std::sync::atomic::{AtomicPtr, Ordering};

        /// The beginning of the linker's description of a library, which is public.
        #[repr(C)]
        struct LinkMap {
            _address: usize,
            name: AtomicPtr<c_char>,
        }

        let handle = libloading::os::unix::Library::from(library).into_raw();
        let mut map: *mut LinkMap = std::ptr::null_mut();
        // SAFETY: the handle is open, and the answer to this question is a pointer.
        let found = unsafe {
            let answer = (&raw mut map).cast::<c_void>();
            libc::dlinfo(handle, libc::RTLD_DI_LINKMAP, answer) == 0 && !map.is_null()
        };
        if found && let Ok(path) = CString::new(path.as_os_str().as_bytes()) {
            // SAFETY: the description is there as long as the library, and its name is a C
            // string. The linker and others read the pointer at any time, and find either
            // name. The old one stays, since somebody may still have it; the new one comes
            // from the C library, as the linker expects that will free it.
            unsafe {
                let name = &(*map).name;
                let old = CStr::from_ptr(name.load(Ordering::Relaxed));
                // A library that was there already has its path.
                if old.to_bytes() == self.0.as_os_str().as_bytes() {
                    let new = libc::strdup(path.as_ptr());
                    if !new.is_null() {
                        name.store(new, Ordering::Release);
                    }
                }
            }
        }
        // SAFETY: the handle from above.
        unsafe { libloading::os::unix::Library::from_raw(handle) }.into()
    }

    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    pub(super) fn replace(&self, library: libloading::Library, _: &Path) -> libloading::Library {
        library
    }
}

/// Whether a debugger watches this process.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn is_traced() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|tracer| tracer.trim() != "0")
}
