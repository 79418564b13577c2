//! Memory by the page: reserved at once and backed when it is touched, or mapped twice.

use memmap2::{MmapMut, MmapOptions, MmapRaw};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::ptr::NonNull;

/// Whether the system would give that many bytes just now.
pub(crate) fn can_map(bytes: usize) -> bool {
    MmapOptions::new().len(bytes).map_anon().is_ok()
}

/// Whether a byte lies in a page that is mapped. Yes, if the system can't tell.
pub(crate) fn is_mapped(byte: *const u8) -> bool {
    #[cfg(unix)]
    {
        let page = byte.map_addr(|address| address & !(page_size() - 1));
        let mut residence = 0;
        // SAFETY: the call writes one byte for the one page, whatever is there.
        let result = unsafe { libc::mincore(page.cast_mut().cast(), 1, &raw mut residence) };
        result == 0 || io::Error::last_os_error().raw_os_error() != Some(libc::ENOMEM)
    }
    #[cfg(not(unix))]
    true
}

/// The granularity of protection.
pub(crate) fn page_size() -> usize {
    // Not what the kernel tells at the start of a program: valgrind changes that.
    #[cfg(unix)]
    // SAFETY: always safe.
    let size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(MIN_PAGE);
    #[cfg(not(unix))]
    let size = 4096;
    size
}

/// The alignment of [`ZeroedPages`]: no system has smaller pages.
pub(crate) const MIN_PAGE: usize = 4096;

/// Zero-filled memory at a fixed address. It costs address space only, neither memory
/// nor commit charge, until somebody touches it.
pub(crate) struct ZeroedPages(Backing);

#[cfg(not(miri))]
type Backing = MmapMut;

/// Miri knows no memory that is reserved only, so Miri gets a small allocation.
#[cfg(miri)]
type Backing = Vec<Page>;

#[cfg(miri)]
#[derive(Clone)]
#[repr(C, align(4096))]
struct Page([u8; MIN_PAGE]);

impl ZeroedPages {
    /// Reserves `bytes`, which must not be 0.
    #[cfg(not(miri))]
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        let pages = MmapOptions::new().len(bytes).no_reserve_swap().map_anon()?;
        // With huge pages the first touch would zero 2 MiB. A kernel that has none
        // refuses the advice, which is as good.
        #[cfg(target_os = "linux")]
        let _ = pages.advise(memmap2::Advice::NoHugePage);
        Ok(Self(pages))
    }

    #[cfg(miri)]
    pub(crate) fn new(bytes: usize) -> io::Result<Self> {
        Ok(Self(vec![Page([0; MIN_PAGE]); bytes.div_ceil(MIN_PAGE)]))
    }

    /// The first byte. The memory is valid as long as this value is.
    pub(crate) fn base(&mut self) -> NonNull<u8> {
        NonNull::from(&mut *self.0).cast()
    }
}

/// The same pages twice: a view for foreign code, of which ranges can be closed, and one
/// of our own to write through.
#[derive(Debug)]
pub(crate) struct DoubleMapping {
    view: MmapRaw,
    writable: MmapMut,
}

impl DoubleMapping {
    /// Reserves `bytes`, of which all can be read. `name` is for whoever looks at the
    /// process's mappings.
    pub(crate) fn new(name: &str, bytes: usize) -> io::Result<Self> {
        let file = memory_file(name)?;
        file.set_len(bytes as u64)?;
        let mut options = MmapOptions::new();
        options.len(bytes).no_reserve_swap();
        let view = options.map_raw_read_only(&file)?;
        // SAFETY: nobody else has the file, its length stays, and the other mapping of
        // it can only be read, by foreign code.
        let writable = unsafe { options.map_mut(&file) }?;
        Ok(Self { view, writable })
    }

    /// The addresses of the view.
    pub(crate) fn range(&self) -> Range<usize> {
        let start = self.view.as_ptr().expose_provenance();
        start..start + self.view.len()
    }

    /// What the view shows at `range`, which counts from its start, to be written.
    pub(crate) fn writable(&mut self, range: Range<usize>) -> &mut [u8] {
        &mut self.writable[range]
    }

    /// Lets the view be read at `range`, which counts from its start and is of whole
    /// pages, or not. The system may refuse.
    pub(crate) fn set_readable(&self, range: Range<usize>, is_readable: bool) -> bool {
        assert!(range.start <= range.end && range.end <= self.view.len());
        protect(
            self.view.as_mut_ptr().wrapping_add(range.start),
            range.len(),
            is_readable,
        )
    }
}

#[cfg(unix)]
fn protect(start: *mut u8, bytes: usize, is_readable: bool) -> bool {
    use rustix::mm::{MprotectFlags, mprotect};
    let flags = match is_readable {
        true => MprotectFlags::READ,
        false => MprotectFlags::empty(),
    };
    // SAFETY: a range of a `DoubleMapping`'s view, to which Rust has no reference.
    unsafe { mprotect(start.cast(), bytes, flags) }.is_ok()
}

#[cfg(not(unix))]
fn protect(_: *mut u8, _: usize, _: bool) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn memory_file(name: &str) -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    Ok(File::from(memfd_create(name, MemfdFlags::CLOEXEC)?))
}

#[cfg(not(target_os = "linux"))]
fn memory_file(_: &str) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// How often this thread has touched a page for the first time; 0 where the system does
/// not tell.
#[cfg(test)]
pub(crate) fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    // `proc_pid_stat(5)`: eight fields after the name, which stands in parentheses.
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let field = rest.split(' ').nth(7);
    field.and_then(|field| field.parse().ok()).unwrap_or(0)
}
