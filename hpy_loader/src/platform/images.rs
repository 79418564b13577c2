//! The files that the code of this process comes from.
//!
//! An image is what the dynamic linker has mapped of one file. It is looked up when an
//! address in it is first seen, so libraries may come at any time. One that goes
//! (extensions never do, see [`Library`](crate::library::Library)) stays known here: its
//! file is mapped once more for this, so at worst a report names the wrong file.

use super::library::path_of_bytes;
use memmap2::Mmap;
use object::{Object, ObjectSegment};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One mapped file.
#[derive(Debug)]
pub struct Image {
    /// The file, made absolute when it was first seen.
    pub path: PathBuf,
    /// Its contents, if it can be read.
    pub file: Option<ObjectFile>,
    /// What was added to the addresses in the file to get those in memory.
    pub base: usize,
    /// All addresses from its first segment to the end of its last.
    pub range: Range<usize>,
}

/// A library or program that was read and stays mapped.
pub type ObjectFile = object::File<'static>;

/// Reads a library or program.
pub fn read_object(path: &Path) -> Option<ObjectFile> {
    let file = std::fs::File::open(path).ok()?;
    // SAFETY: nobody writes into a library that is loaded, as `Library::open` demands.
    let bytes = unsafe { Mmap::map(&file) }.ok()?;
    object::File::parse(&**Box::leak(Box::new(bytes))).ok()
}

impl Image {
    fn new(path: PathBuf, base: usize, range: Range<usize>) -> Self {
        Self {
            file: read_object(&path),
            path,
            base,
            range,
        }
    }

    /// The code between two addresses.
    pub fn code(&self, start: usize, end: usize) -> Option<&'static [u8]> {
        let (address, size) = (start.wrapping_sub(self.base), end.checked_sub(start)?);
        let mut segments = self.file.as_ref()?.segments();
        segments.find_map(|segment| segment.data_range(address as u64, size as u64).ok()?)
    }
}

/// The images that were looked up.
#[derive(Debug, Default)]
pub struct Images {
    known: Vec<Arc<Image>>,
}

impl Images {
    /// The image that an address lies in.
    pub fn find(&mut self, address: usize) -> Option<&Arc<Image>> {
        let has_it = |image: &&Arc<Image>| image.range.contains(&address);
        if !self.known.iter().any(|image| has_it(&image)) {
            self.known.push(Arc::new(mapped::find(address)?));
        }
        self.known.iter().find(has_it)
    }
}

/// Where the code of some images lies, for handlers of signals, which may ask nobody.
static NOTED: [(AtomicUsize, AtomicUsize); MOST_NOTED] =
    [const { (AtomicUsize::new(0), AtomicUsize::new(0)) }; MOST_NOTED];

/// More images than this are not noted.
const MOST_NOTED: usize = 256;

/// Notes the image that an address lies in, for [`is_noted`].
pub(crate) fn note(address: usize) {
    if is_noted(address) {
        return;
    }
    let Some(Range { start, end }) = mapped::find(address).map(|image| image.range) else {
        return;
    };
    let (order, failure) = (Ordering::Release, Ordering::Relaxed);
    for (first, last) in &NOTED {
        if first.compare_exchange(0, start, order, failure).is_ok() {
            last.store(end, Ordering::Release);
            return;
        }
    }
}

/// Whether an address lies in an image that was noted.
pub(crate) fn is_noted(address: usize) -> bool {
    NOTED.iter().any(|(first, last)| {
        let range = first.load(Ordering::Acquire)..last.load(Ordering::Acquire);
        range.contains(&address)
    })
}

/// The name that the dynamic linker has for a file, as one that stays right
/// when the process changes its directory. The program itself has none.
#[cfg(unix)]
fn absolute(name: &std::ffi::CStr) -> PathBuf {
    let path = match name.to_bytes() {
        b"" => PathBuf::from("/proc/self/exe"),
        name => path_of_bytes(name),
    };
    std::fs::canonicalize(&path).unwrap_or(path)
}

#[cfg(all(unix, not(target_vendor = "apple")))]
mod mapped {
    use super::{Image, absolute};
    use libc::{Elf64_Phdr, PT_LOAD, dl_iterate_phdr, dl_phdr_info};
    use std::ffi::{CStr, c_int, c_void};
    use std::ops::Range;

    /// An address, and the image that was found for it.
    type Search = (usize, Option<Image>);

    /// Asks the dynamic linker.
    pub fn find(address: usize) -> Option<Image> {
        let mut search: Search = (address, None);
        // SAFETY: the callback gets the search back, which outlives the call.
        unsafe { dl_iterate_phdr(Some(examine), (&raw mut search).cast()) };
        search.1
    }

    unsafe extern "C" fn examine(
        info: *mut dl_phdr_info,
        _size: usize,
        search: *mut c_void,
    ) -> c_int {
        // SAFETY: `find` passes its search, and nobody else has it meanwhile. The
        // linker's description is whole while the callback runs: a table of that many
        // headers, if there is one, and a C string.
        let ((address, found), loaded) = unsafe {
            let (search, info) = (&mut *search.cast::<Search>(), &*info);
            if info.dlpi_phdr.is_null() {
                return 0;
            }
            let loaded = Loaded {
                base: info.dlpi_addr as usize,
                headers: std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()),
                name: match info.dlpi_name.is_null() {
                    true => c"",
                    false => CStr::from_ptr(info.dlpi_name),
                },
            };
            (search, loaded)
        };
        *found = loaded.image(*address);
        c_int::from(found.is_some())
    }

    /// What the linker says of a library, which it keeps mapped meanwhile.
    struct Loaded<'a> {
        base: usize,
        headers: &'a [Elf64_Phdr],
        name: &'a CStr,
    }

    impl Loaded<'_> {
        /// The image, if `address` is in it.
        fn image(&self, address: usize) -> Option<Image> {
            if !self.segments().any(|segment| segment.contains(&address)) {
                return None;
            }
            let start = self.segments().map(|segment| segment.start).min()?;
            let end = self.segments().map(|segment| segment.end).max()?;
            Some(Image::new(absolute(self.name), self.base, start..end))
        }

        /// The segments in memory.
        fn segments(&self) -> impl Iterator<Item = Range<usize>> {
            let headers = self.headers.iter();
            let loaded = headers.filter(|header| header.p_type == PT_LOAD);
            loaded.map(|header| {
                let start = self.base.wrapping_add(header.p_vaddr as usize);
                start..start.wrapping_add(header.p_memsz as usize)
            })
        }
    }
}

#[cfg(target_vendor = "apple")]
mod mapped {
    use super::{Image, absolute};
    use std::ffi::CStr;

    /// Asks the dynamic linker. It does not tell where an image ends; one
    /// address is looked up at a time.
    pub fn find(address: usize) -> Option<Image> {
        let pointer = std::ptr::with_exposed_provenance(address);
        // SAFETY: any address may be asked for. The result is plain data, which zeros are
        // as well, and its name is a C string of the linker's.
        let (base, name) = unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            if libc::dladdr(pointer, &raw mut info) == 0 || info.dli_fname.is_null() {
                return None;
            }
            (info.dli_fbase.addr(), CStr::from_ptr(info.dli_fname))
        };
        Some(Image::new(absolute(name), base, address..address + 1))
    }
}

#[cfg(not(unix))]
mod mapped {
    /// Nobody tells.
    pub fn find(_: usize) -> Option<super::Image> {
        None
    }
}
