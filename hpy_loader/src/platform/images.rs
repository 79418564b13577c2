//! The files that the code of this process comes from.
//!
//! An image is what the dynamic linker has mapped of one file. It is looked up when an
//! address in it is first seen, so libraries may come at any time. One that goes
//! (extensions never do, see [`Library`](crate::library::Library)) stays known here: all
//! that is kept of it is a copy, so at worst a report names the wrong file.

use super::library::path_of_bytes;
use std::borrow::Borrow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// One mapped file.
#[derive(Debug)]
pub struct Image {
    /// The file, made absolute when it was first seen.
    pub path: PathBuf,
    /// What was added to the addresses in the file to get those in memory.
    pub base: usize,
    /// All addresses from its first segment to the end of its last.
    pub range: Range<usize>,
    /// The addresses of the segments with code that can be read.
    pub code: Vec<Range<usize>>,
    /// The search table of the unwind information, with its address in memory.
    pub unwind_index: Option<Section>,
    /// The unwind information, up to the end of the segment that it is in.
    pub unwind: Option<Section>,
}

impl Image {
    /// The code between two addresses.
    pub fn code(&self, start: usize, end: usize) -> Option<Arc<[u8]>> {
        // SAFETY: extensions are not unloaded; other libraries are looked at while their
        // functions are on the stack.
        unsafe { copy(self.code.iter(), start..end) }
    }
}

/// A copy of what lies at these addresses, if it is all in one of some segments.
///
/// # Safety
///
/// The segments are mapped, and can be read.
unsafe fn copy<S: Borrow<Range<usize>>>(
    mut segments: impl Iterator<Item = S>,
    Range { start, end }: Range<usize>,
) -> Option<Arc<[u8]>> {
    segments.find(|segment| {
        let segment = segment.borrow();
        segment.start <= start && start <= end && end <= segment.end
    })?;
    let first = std::ptr::with_exposed_provenance::<u8>(start);
    // SAFETY: within a segment, for which the caller vouches.
    Some(unsafe { std::slice::from_raw_parts(first, end - start) }.into())
}

/// A copy of a part of an image.
#[derive(Debug, Clone)]
pub struct Section {
    /// Where it is in memory.
    pub address: usize,
    /// What is there.
    pub bytes: Arc<[u8]>,
}

/// The images that were looked up.
#[derive(Debug, Default)]
pub struct Images {
    known: Vec<Arc<Image>>,
}

impl Images {
    /// The image that an address lies in.
    pub fn find(&mut self, address: usize) -> Option<&Arc<Image>> {
        let position = self
            .known
            .iter()
            .position(|image| image.range.contains(&address));
        match position {
            Some(position) => self.known.get(position),
            None => {
                let image = mapped::find(address)?;
                self.known.push(Arc::new(image));
                self.known.last()
            }
        }
    }
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
    use super::{Image, Section, absolute, copy};
    use libc::{Elf64_Phdr, PF_R, PF_X, PT_GNU_EH_FRAME, PT_LOAD, dl_iterate_phdr, dl_phdr_info};
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
            if !self.segments(0).any(|segment| segment.contains(&address)) {
                return None;
            }
            let mut index = self.headers.iter();
            let unwind_index = index
                .find(|header| header.p_type == PT_GNU_EH_FRAME)
                .and_then(|header| self.section(self.placed(header)));
            let unwind = unwind_index.as_ref().and_then(|index| {
                let start = table_address(index)?;
                let mut segments = self.segments(PF_R);
                let segment = segments.find(|segment| segment.contains(&start))?;
                self.section(start..segment.end)
            });
            Some(Image {
                path: absolute(self.name),
                base: self.base,
                range: self.segments(0).map(|segment| segment.start).min()?
                    ..self.segments(0).map(|segment| segment.end).max()?,
                code: self.segments(PF_R | PF_X).collect(),
                unwind_index,
                unwind,
            })
        }

        /// The segments in memory that have all these flags.
        fn segments(&self, flags: u32) -> impl Iterator<Item = Range<usize>> {
            self.headers
                .iter()
                .filter(move |header| header.p_type == PT_LOAD && header.p_flags & flags == flags)
                .map(|header| self.placed(header))
        }

        fn placed(&self, header: &Elf64_Phdr) -> Range<usize> {
            let start = self.base.wrapping_add(header.p_vaddr as usize);
            start..start.wrapping_add(header.p_memsz as usize)
        }

        /// A copy of what is in a segment that can be read. The part of a segment that is
        /// not in the file reads as zeros.
        fn section(&self, range: Range<usize>) -> Option<Section> {
            let address = range.start;
            // SAFETY: the linker keeps the segments mapped. Unwind tables are read-only.
            let bytes = unsafe { copy(self.segments(PF_R), range) };
            let bytes = bytes.filter(|bytes| !bytes.is_empty())?;
            Some(Section { address, bytes })
        }
    }

    /// Where the index says that the unwind information begins: a 32-bit
    /// distance from the word that holds it, as every linker writes it.
    fn table_address(index: &Section) -> Option<usize> {
        const VERSION_1: u8 = 1;
        const PC_RELATIVE_SIGNED_4: u8 = 0x1b;
        let [version, encoding, _, _, a, b, c, d, ..] = *index.bytes else {
            return None;
        };
        if version != VERSION_1 || encoding != PC_RELATIVE_SIGNED_4 {
            return None;
        }
        let distance = i32::from_ne_bytes([a, b, c, d]);
        Some((index.address + 4).wrapping_add_signed(distance as isize))
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
        Some(Image {
            path: absolute(name),
            base,
            range: address..address + 1,
            code: Vec::new(),
            unwind_index: None,
            unwind: None,
        })
    }
}

#[cfg(not(unix))]
mod mapped {
    /// Nobody tells.
    pub fn find(_: usize) -> Option<super::Image> {
        None
    }
}
