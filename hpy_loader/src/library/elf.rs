//! An ELF file, judged before the system's loader sees it.
//!
//! `dlopen` trusts a file. It maps the segments that the headers announce,
//! whether the file is long enough or not, and follows the addresses in them.
//! A file that a full disk or a broken download has cut short then kills the
//! process with SIGBUS, and one with a damaged table does it with SIGSEGV, an endless
//! loop or a failed assertion in the system's loader. So everything that this loader is
//! going to read is read here first, in this order:
//!
//! 1. the lengths, so that a truncated file is called that;
//! 2. whether the headers agree with each other ([`agreement`], [`segments`]);
//! 3. the symbols, and by them whether this is the module that was asked for ([`dynamic`],
//!    [`hash`], [`symbols`], [`module`]);
//! 4. each entry of the tables that the loader works through ([`versions`],
//!    [`relocations`], [`arrays`], [`notes`]), and whether any was lost ([`tables`]). Where
//!    functions begin is known from the table of [`unwind`].
//!
//! All of it takes time and memory in proportion to the length of the file, whatever the
//! counts in it say.
//!
//! What this cannot do: nothing in an ELF file says whether the code and the data in it are
//! those that the compiler wrote. And where a table has to name one symbol, or one address
//! of code or data, it may name another that could stand there as well. What the loader does
//! with it is sound; what the code does with it is not.

mod agreement;
mod arrays;
mod dynamic;
mod hash;
mod machine;
mod module;
mod notes;
mod relocations;
mod segments;
mod symbols;
mod tables;
mod unwind;
mod versions;

use std::cell::{Ref, RefCell};
use std::mem::size_of;
use std::ops::Range;

use object::ReadRef;
use object::elf;
use object::endian::NativeEndian;
use object::read::elf::{FileHeader, ProgramHeader as _, SectionHeader as _};

use super::Verdict;
use super::abi::Abi;
use super::cause::Cause;
use super::names::Names;
use dynamic::Dynamic;
use hash::HashTables;
use relocations::Relocated;
use segments::Segments;
use symbols::Symbols;
use unwind::Functions;

type Header = elf::FileHeader64<NativeEndian>;
type ProgramHeader = <Header as FileHeader>::ProgramHeader;
type SectionHeader = <Header as FileHeader>::SectionHeader;

/// More program headers than any linker writes. The system's loader keeps them on the stack.
const MOST_PROGRAM_HEADERS: usize = 512;

/// Checks that `data` is a whole shared library for this machine and an HPy module of this
/// ABI with the functions of these names.
pub(super) fn check<'d, R: ReadRef<'d>>(
    data: R,
    names: &Names,
    abi: Abi,
) -> Result<Verdict, Cause> {
    let image = &ElfImage::parse(data)?;
    let dynamic = Dynamic::read(image)?;
    let strings = dynamic.strings(image)?;
    dynamic.check_names(strings)?;
    let hash_tables = HashTables::read(image, &dynamic)?;
    let count = hash_tables.symbol_count(tables::symbol_count(image, &dynamic))?;
    let symbols = Symbols::read(image, &dynamic, strings, count)?;
    let functions = Functions::read(image)?;
    symbols.check(image, &functions)?;
    hash_tables.check(&symbols)?;
    module::check(image, &symbols, &functions, names, abi)?;
    dynamic.check(image, &functions)?;
    versions::check(image, &dynamic, &symbols, strings)?;
    let relocated = Relocated::read(image, &dynamic, &symbols, &functions)?;
    arrays::check(image, &dynamic, &functions, &relocated)?;
    notes::check(image)?;
    tables::check(image, &dynamic)?;
    let needs_path = dynamic.refers_to_its_place(strings) || module::asks_for_its_path(&symbols);
    Ok(Verdict { needs_path })
}

/// A shared library for this machine, all of it present.
struct ElfImage<'d, R> {
    data: R,
    program_headers: &'d [ProgramHeader],
    sections: &'d [SectionHeader],
    segments: Segments<'d>,
    /// Addresses that have been read, and must stay as they were.
    tables: RefCell<Vec<Range<u64>>>,
}

impl<'d, R: ReadRef<'d>> ElfImage<'d, R> {
    fn parse(data: R) -> Result<Self, Cause> {
        let len = data.len().map_err(|()| Cause::Read("its length"))?;
        let header = machine::identify(data, len)?;
        let program_headers = program_headers(header, data, len)?;
        for (index, header) in program_headers.iter().enumerate() {
            let (offset, size) = header.file_range(NativeEndian);
            if size > 0 && header.p_type(NativeEndian) != elf::PT_NULL {
                within(len, &describe(header, index), offset, Some(size))?;
            }
        }
        let sections = section_headers(header, data, len)?;
        let segments = Segments::collect(program_headers)?;
        agreement::check_program_headers(header, program_headers, &segments)?;
        agreement::check_sections(sections, program_headers, &segments)?;
        Ok(Self {
            data,
            program_headers,
            sections,
            segments,
            tables: RefCell::default(),
        })
    }

    /// The one program header of this type.
    fn only(&self, segment_type: u32) -> Option<&'d ProgramHeader> {
        let mut all = self
            .program_headers
            .iter()
            .filter(|header| header.p_type(NativeEndian) == segment_type);
        all.next().filter(|_| all.next().is_none())
    }

    /// The header of the data of which each thread gets a copy.
    fn thread_local(&self) -> Option<&'d ProgramHeader> {
        self.only(elf::PT_TLS)
    }

    /// The bytes of a table: the file's that will lie at `address`.
    fn bytes(&self, what: &'static str, address: u64, size: u64) -> Result<&'d [u8], Cause> {
        let bytes = self.read(what, address, size, elf::PF_R)?;
        self.tables.borrow_mut().push(address..address + size);
        Ok(bytes)
    }

    /// The bytes from `address` to the end of the segment, for a table whose size is not
    /// known yet.
    fn rest(&self, what: &'static str, address: u64) -> Result<&'d [u8], Cause> {
        let size = self.segments.remaining(address).max(1);
        self.read(what, address, size, elf::PF_R)
    }

    /// The word at an address that may be used in these ways (`PF_*`).
    fn word(&self, what: &'static str, address: u64, access: u32) -> Result<u64, Cause> {
        let bytes = self.read(what, address, size_of::<u64>() as u64, access)?;
        let word = bytes.try_into().map_err(|_| Cause::Read(what))?;
        Ok(u64::from_ne_bytes(word))
    }

    fn read(
        &self,
        what: &'static str,
        address: u64,
        size: u64,
        access: u32,
    ) -> Result<&'d [u8], Cause> {
        if size == 0 {
            return Ok(&[]);
        }
        let offset = self
            .segments
            .offset(address, size, access)
            .ok_or_else(|| damaged(format!("{what} would lie outside its loadable segments")))?;
        // Segments are read as a whole, so that all that is read of one was there at one
        // time, and is kept once.
        let (start, length) = self.segments.file_range(address).unwrap_or_default();
        let segment = self.data.read_bytes_at(start, length);
        let at = (offset - start) as usize;
        let bytes = segment
            .ok()
            .and_then(|segment| segment.get(at..at + size as usize));
        bytes.ok_or(Cause::Read(what))
    }

    /// The tables that have been read.
    fn tables(&self) -> Ref<'_, Vec<Range<u64>>> {
        self.tables.borrow()
    }

    /// Whether there is code at `address`. See also [`Functions::may_begin_at`].
    fn executable(&self, address: u64) -> bool {
        // Segments may be larger, and have tables in them as well.
        let is_code = |section: &SectionHeader| {
            let flags = section.sh_flags(NativeEndian);
            flags & u64::from(elf::SHF_EXECINSTR) != 0 && contains(section, address)
        };
        self.segments.offset(address, 1, elf::PF_X).is_some()
            && (self.sections.is_empty() || self.sections.iter().any(is_code))
            && !self.tables().iter().any(|table| table.contains(&address))
    }

    /// Whether there is code at `address` that can be called without arguments: not within the
    /// few instructions that linkers put together from pieces, in a section of their own.
    fn may_be_called(&self, functions: &Functions, address: u64) -> bool {
        const FEW: u64 = 32;
        let is_inside = |section: &SectionHeader| {
            let starts_before = section.sh_addr(NativeEndian) < address;
            section.sh_size(NativeEndian) <= FEW && starts_before && contains(section, address)
        };
        functions.may_begin_at(self, address) && !self.sections.iter().any(is_inside)
    }

    /// Whether `address` can be that of data: not in a table or header.
    fn may_be_data(&self, address: u64) -> bool {
        let is_loaded = |section: &SectionHeader| {
            let flags = section.sh_flags(NativeEndian);
            flags & u64::from(elf::SHF_ALLOC) != 0 && contains(section, address)
        };
        self.sections.is_empty() || self.sections.iter().any(is_loaded)
    }
}

fn contains(section: &SectionHeader, address: u64) -> bool {
    let offset = address.checked_sub(section.sh_addr(NativeEndian));
    offset.is_some_and(|offset| offset < section.sh_size(NativeEndian))
}

fn program_headers<'d, R: ReadRef<'d>>(
    header: &'d Header,
    data: R,
    len: u64,
) -> Result<&'d [ProgramHeader], Cause> {
    let offset = header.e_phoff(NativeEndian);
    let entry = size_of::<ProgramHeader>() as u64;
    let count = header
        .phnum(NativeEndian, data)
        .map_err(|_| damaged("the number of its program headers is not to be found"))?;
    if offset == 0 || count == 0 {
        return Err(damaged("it has no program headers"));
    }
    if u64::from(header.e_phentsize(NativeEndian)) != entry {
        return Err(damaged("its program headers have a wrong size"));
    }
    if count > MOST_PROGRAM_HEADERS {
        return Err(damaged("it has too many program headers"));
    }
    let what = "its table of segments";
    within(len, what, offset, entry.checked_mul(count as u64)).map_err(|cause| match cause {
        Cause::Truncated { needs, has, .. } => Cause::HeaderCut { what, needs, has },
        other => other,
    })?;
    data.read_slice_at(offset, count)
        .map_err(|()| Cause::Read(what))
}

/// The section headers. The system's loader needs none of them, but linkers
/// write them last: they are what a file is most often cut short of.
fn section_headers<'d, R: ReadRef<'d>>(
    header: &'d Header,
    data: R,
    len: u64,
) -> Result<&'d [SectionHeader], Cause> {
    let what = "its table of sections";
    let offset = header.e_shoff(NativeEndian);
    if offset == 0 {
        return Ok(&[]);
    }
    let entry = size_of::<SectionHeader>() as u64;
    if u64::from(header.e_shentsize(NativeEndian)) != entry {
        return Err(damaged("its section headers have a wrong size"));
    }
    within(len, what, offset, Some(entry))?;
    let count = header
        .shnum(NativeEndian, data)
        .map_err(|_| Cause::Read(what))?;
    within(len, what, offset, entry.checked_mul(count as u64))?;
    let sections: &[SectionHeader] = data
        .read_slice_at(offset, count)
        .map_err(|()| Cause::Read(what))?;
    // Anything could be in that place. One of the headers can be told, if there
    // are names at all.
    let named = header
        .shstrndx(NativeEndian, data)
        .ok()
        .is_none_or(|names| {
            sections
                .get(names as usize)
                .is_some_and(|section| section.sh_type(NativeEndian) == elf::SHT_STRTAB)
        });
    if !named {
        return Err(damaged(format!("{what} is not where it should be")));
    }
    Ok(sections)
}

/// Checks that the file holds `size` bytes at `offset`; no size is one that a
/// multiplication could not hold.
fn within(len: u64, what: &str, offset: u64, size: Option<u64>) -> Result<(), Cause> {
    match size.and_then(|size| offset.checked_add(size)) {
        Some(end) if end <= len => Ok(()),
        end => Err(Cause::Truncated {
            what: what.to_owned(),
            needs: end.unwrap_or(u64::MAX),
            has: len,
        }),
    }
}

fn damaged(what: impl Into<String>) -> Cause {
    Cause::Damaged(what.into())
}

fn describe(header: &ProgramHeader, index: usize) -> String {
    match header.p_type(NativeEndian) {
        elf::PT_LOAD => format!("its loadable segment (program header {index})"),
        elf::PT_DYNAMIC => "its dynamic section".to_owned(),
        elf::PT_TLS => "its thread-local data".to_owned(),
        elf::PT_GNU_EH_FRAME => "its unwind table".to_owned(),
        _ => format!("its segment (program header {index})"),
    }
}
