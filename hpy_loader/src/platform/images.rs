//! The files that the code of this process comes from.
//!
//! An image is what the dynamic linker has mapped of one file. It is looked up
//! when an address in it is first seen, so libraries may come at any time. One
//! that goes (extensions never do, see [`Library`](crate::library::Library))
//! stays known here: all that is kept of it is a copy, so at worst a report
//! names the wrong file.

use std::ops::Range;
use std::path::{Path, PathBuf};
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
    pub fn code(&self, start: usize, end: usize) -> Option<Vec<u8>> {
        let mut segments = self.code.iter();
        segments.find(|segment| segment.start <= start && start <= end && end <= segment.end)?;
        let first = std::ptr::with_exposed_provenance::<u8>(start);
        // SAFETY: within a segment that can be read. Extensions are not unloaded;
        // other libraries are looked at while their functions are on the stack.
        Some(unsafe { std::slice::from_raw_parts(first, end - start) }.to_vec())
    }
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
fn absolute(name: &Path) -> PathBuf {
    let path = if name.as_os_str().is_empty() {
        Path::new("/proc/self/exe")
    } else {
        name
    };
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(not(target_vendor = "apple"))]
mod mapped {
    use super::{Image, Section, absolute};
    use libc::{
        PF_R, PF_X, PT_GNU_EH_FRAME, PT_LOAD, c_int, c_void, dl_iterate_phdr, dl_phdr_info, size_t,
    };
    use std::ffi::{CStr, OsStr};
    use std::ops::Range;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    struct Search {
        address: usize,
        found: Option<Image>,
    }

    /// Asks the dynamic linker.
    pub fn find(address: usize) -> Option<Image> {
        let mut search = Search {
            address,
            found: None,
        };
        // SAFETY: the callback gets the search back, which outlives the call.
        unsafe { dl_iterate_phdr(Some(examine), (&raw mut search).cast()) };
        search.found
    }

    unsafe extern "C" fn examine(
        info: *mut dl_phdr_info,
        _size: size_t,
        search: *mut c_void,
    ) -> c_int {
        // SAFETY: `find` passes its search, and nobody else has it meanwhile.
        let search = unsafe { &mut *search.cast::<Search>() };
        // SAFETY: the linker's description is whole while the callback runs. It
        // keeps the library mapped as long, so that its headers can be read.
        search.found = unsafe { image(&*info, search.address) };
        c_int::from(search.found.is_some())
    }

    /// The image that `info` describes, if `address` is in it.
    ///
    /// # Safety
    ///
    /// `info` describes a library that stays mapped meanwhile.
    unsafe fn image(info: &dl_phdr_info, address: usize) -> Option<Image> {
        if info.dlpi_phdr.is_null() {
            return None;
        }
        // SAFETY: the linker's table has that many entries.
        let headers =
            unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
        let base = info.dlpi_addr as usize;
        let placed = |start: u64, size: u64| {
            let start = base.wrapping_add(start as usize);
            start..start.wrapping_add(size as usize)
        };
        let segments: Vec<Range<usize>> = headers
            .iter()
            .filter(|header| header.p_type == PT_LOAD)
            .map(|header| placed(header.p_vaddr, header.p_memsz))
            .collect();
        if !segments.iter().any(|segment| segment.contains(&address)) {
            return None;
        }
        const CODE: u32 = PF_R | PF_X;
        let code = headers
            .iter()
            .filter(|header| header.p_type == PT_LOAD && header.p_flags & CODE == CODE)
            .map(|header| placed(header.p_vaddr, header.p_memsz))
            .collect();
        let start = segments.iter().map(|segment| segment.start).min()?;
        let end = segments.iter().map(|segment| segment.end).max()?;

        let name = if info.dlpi_name.is_null() {
            c""
        } else {
            // SAFETY: a C string of the linker's.
            unsafe { CStr::from_ptr(info.dlpi_name) }
        };
        let index = headers
            .iter()
            .find(|header| header.p_type == PT_GNU_EH_FRAME)
            .map(|header| placed(header.p_vaddr, header.p_memsz));
        let (mut unwind_index, mut unwind) = (None, None);
        if let Some(range) = index {
            // SAFETY: the header says that the index is there.
            let section = unsafe { copy(range) };
            unwind = table_address(&section).and_then(|start| {
                let segment = segments.iter().find(|segment| segment.contains(&start))?;
                // SAFETY: the rest of a segment that is mapped. The part of it
                // that is not in the file reads as zeros.
                Some(unsafe { copy(start..segment.end) })
            });
            unwind_index = Some(section);
        }
        Some(Image {
            path: absolute(Path::new(OsStr::from_bytes(name.to_bytes()))),
            base,
            range: start..end,
            code,
            unwind_index,
            unwind,
        })
    }

    /// # Safety
    ///
    /// The range is mapped and readable.
    unsafe fn copy(range: Range<usize>) -> Section {
        let start = std::ptr::with_exposed_provenance::<u8>(range.start);
        // SAFETY: the caller vouches for it, and unwind tables are read-only.
        let bytes = unsafe { std::slice::from_raw_parts(start, range.len()) };
        Section {
            address: range.start,
            bytes: bytes.into(),
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
    use std::ffi::{CStr, OsStr};
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// Asks the dynamic linker. It does not tell where an image ends; one
    /// address is looked up at a time.
    pub fn find(address: usize) -> Option<Image> {
        let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
        let pointer = std::ptr::with_exposed_provenance(address);
        // SAFETY: any address may be asked for, and the result has room.
        if unsafe { libc::dladdr(pointer, info.as_mut_ptr()) } == 0 {
            return None;
        }
        // SAFETY: it was filled in, and all zeros would be right as well.
        let info = unsafe { info.assume_init() };
        if info.dli_fname.is_null() {
            return None;
        }
        // SAFETY: a C string of the linker's.
        let name = unsafe { CStr::from_ptr(info.dli_fname) };
        Some(Image {
            path: absolute(Path::new(OsStr::from_bytes(name.to_bytes()))),
            base: info.dli_fbase.addr(),
            range: address..address + 1,
            code: Vec::new(),
            unwind_index: None,
            unwind: None,
        })
    }
}
