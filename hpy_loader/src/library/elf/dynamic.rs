//! The dynamic section: a list of entries, each a tag and a value, which says where the
//! tables are that the system's loader works with.
//!
//! The loader takes the last entry with a tag, stops at the first that is null, and asserts
//! or follows what is left. Linkers write each tag once, and nothing behind the end.

use std::collections::HashSet;
use std::mem::size_of;

use object::ReadRef;
use object::elf::*;
use object::endian::NativeEndian;
use object::pod;
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader as _};

use super::super::cause::Cause;
use super::unwind::Functions;
use super::{ElfImage, Header, damaged};

type Dyn = <Header as FileHeader>::Dyn;
type Rel = <Header as FileHeader>::Rel;
type Rela = <Header as FileHeader>::Rela;

/// A table whose size has an entry of its own, and for some also the size of
/// one element, which the loader asserts.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The tags of its address, its size, and the size of an element or `DT_NULL`.
    tags: [u32; 3],
    /// The size of an element.
    entry: usize,
}

const fn table(name: &'static str, tags: [u32; 3], entry: usize) -> Table {
    Table { name, tags, entry }
}

// Newer than the list of the `object` crate.
const DT_RELRSZ: u32 = 35;
const DT_RELR: u32 = 36;
const DT_RELRENT: u32 = 37;

const ADDRESS: usize = size_of::<u64>();

pub(super) const STRINGS: Table = table("its strings", [DT_STRTAB, DT_STRSZ, DT_NULL], 1);
pub(super) const RELOCATIONS: Table = table(
    "its relocations",
    [DT_RELA, DT_RELASZ, DT_RELAENT],
    size_of::<Rela>(),
);
pub(super) const LINKAGE: Table = table(
    "its linkage relocations",
    [DT_JMPREL, DT_PLTRELSZ, DT_NULL],
    size_of::<Rela>(),
);
pub(super) const RELATIVE: Table = table(
    "its relative relocations",
    [DT_RELR, DT_RELRSZ, DT_RELRENT],
    ADDRESS,
);
pub(super) const INITIALISERS: Table = table(
    "its initialisers",
    [DT_INIT_ARRAY, DT_INIT_ARRAYSZ, DT_NULL],
    ADDRESS,
);
pub(super) const FINALISERS: Table = table(
    "its finalisers",
    [DT_FINI_ARRAY, DT_FINI_ARRAYSZ, DT_NULL],
    ADDRESS,
);
/// The loaders for the machines that we know do not read it.
const SHORT_RELOCATIONS: Table = table(
    "its short relocations",
    [DT_REL, DT_RELSZ, DT_RELENT],
    size_of::<Rel>(),
);

/// Tags of offsets into the strings.
const STRING_TAGS: [u32; 8] = [
    DT_NEEDED,
    DT_SONAME,
    DT_RPATH,
    DT_RUNPATH,
    DT_AUXILIARY,
    DT_FILTER,
    DT_AUDIT,
    DT_DEPAUDIT,
];

/// Tags that may stand there several times.
const REPEATED: [u32; 3] = [DT_NEEDED, DT_AUXILIARY, DT_FILTER];

/// The entries.
pub(super) struct Dynamic<'d>(&'d [Dyn]);

impl<'d> Dynamic<'d> {
    pub(super) fn read<R: ReadRef<'d>>(image: &ElfImage<'d, R>) -> Result<Self, Cause> {
        let name = "its dynamic section";
        let header = image
            .only(PT_DYNAMIC)
            .ok_or_else(|| damaged("it does not have exactly one dynamic section"))?;
        let (_, size) = header.file_range(NativeEndian);
        let size = size - size % size_of::<Dyn>() as u64;
        let address = header.p_vaddr(NativeEndian);
        let bytes = image.bytes(name, address, size)?;
        // Where the header says so, the loader writes addresses into it.
        let written = header.p_flags(NativeEndian) & PF_W != 0;
        if written && image.segments.offset(address, size, PF_W).is_none() {
            return Err(damaged(format!("{name} is not in writable memory")));
        }
        let entries: &[Dyn] = pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(name))?;
        // The loader does not know the size, it stops at this mark.
        let is_end = |entry: &Dyn| entry.d_tag(NativeEndian) == u64::from(DT_NULL);
        let end = entries.iter().position(is_end);
        let end = end.ok_or_else(|| damaged("its dynamic section does not end"))?;
        let (entries, rest) = entries.split_at(end);
        if !rest.iter().all(is_end) {
            return Err(damaged("its dynamic section ends before its last entry"));
        }
        Ok(Self(entries))
    }

    /// Checks the entries that stand for themselves, and those that go in pairs.
    pub(super) fn check<R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
        functions: &Functions,
    ) -> Result<(), Cause> {
        let mut seen = HashSet::new();
        for entry in self.0 {
            let tag = entry.d_tag(NativeEndian);
            let repeated = REPEATED.iter().any(|&repeated| u64::from(repeated) == tag);
            if !repeated && !seen.insert(tag) {
                return Err(damaged(format!(
                    "its dynamic section has several entries with the tag {tag:#x}"
                )));
            }
        }
        if self.range(&SHORT_RELOCATIONS)?.is_some() {
            return Err(damaged("its relocations have a form of other machines"));
        }
        // The system's loader ends the process if the other library is not there.
        let is_filter = |tag| self.all(tag).next().is_some();
        if is_filter(DT_AUXILIARY) || is_filter(DT_FILTER) {
            return Err(damaged("it stands in for another library"));
        }
        for (tag, name) in [(DT_INIT, "initialiser"), (DT_FINI, "finaliser")] {
            let begins = |address| image.may_be_called(functions, address);
            if !self.all(tag).all(begins) {
                return Err(damaged(format!("its {name} is no function")));
            }
        }
        // The one makes the loader look at the other, without asking whether it is there.
        // On the machines that we know, all have the long form.
        let form = self.get(DT_PLTREL);
        if form.is_some() != self.get(DT_JMPREL).is_some()
            || form.is_some_and(|form| form != u64::from(DT_RELA))
        {
            return Err(damaged("its linkage relocations have a wrong form"));
        }
        let outside = |address| !image.segments.bounds().contains(&address);
        if self.all(DT_PLTGOT).any(outside) {
            return Err(damaged("its linkage table lies outside its segments"));
        }
        Ok(())
    }

    /// Checks that the names of libraries and paths lie within the strings, and that no
    /// library has an empty one, which would mean the program.
    pub(super) fn check_names(&self, strings: Strings<'d>) -> Result<(), Cause> {
        for tag in STRING_TAGS {
            for offset in self.all(tag) {
                let name = strings.get(offset);
                if name.is_none_or(|name| name.is_empty() && tag == DT_NEEDED) {
                    return Err(damaged("the name of a library lies outside its strings"));
                }
            }
        }
        Ok(())
    }

    /// The libraries that it needs.
    pub(super) fn needed(&self, strings: Strings<'d>) -> impl Iterator<Item = &'d [u8]> {
        self.all(DT_NEEDED)
            .filter_map(move |offset| strings.get(offset))
    }

    /// Whether libraries or paths are given relative to the place of the file itself.
    pub(super) fn refers_to_its_place(&self, strings: Strings<'d>) -> bool {
        let mut offsets = STRING_TAGS.iter().flat_map(|&tag| self.all(tag));
        offsets.any(|offset| strings.get(offset).is_some_and(|name| name.contains(&b'$')))
    }

    fn all(&self, tag: u32) -> impl Iterator<Item = u64> {
        self.0
            .iter()
            .filter(move |entry| entry.tag32(NativeEndian) == Some(tag))
            .map(|entry| entry.d_val(NativeEndian))
    }

    pub(super) fn get(&self, tag: u32) -> Option<u64> {
        self.all(tag).last()
    }

    pub(super) fn need(&self, tag: u32, what: &str) -> Result<u64, Cause> {
        self.get(tag)
            .ok_or_else(|| damaged(format!("its dynamic section lacks an entry about {what}")))
    }

    /// The address and size of a table, if it has an entry at all.
    pub(super) fn range(&self, table: &Table) -> Result<Option<(u64, u64)>, Cause> {
        let &Table { name, tags, entry } = table;
        let ([address, size, entry_size], entry) = (tags, entry as u64);
        if self.get(address).is_none() && self.get(size).is_none_or(|size| size == 0) {
            return Ok(None);
        }
        let (address, size) = (self.need(address, name)?, self.need(size, name)?);
        let declared = match entry_size {
            DT_NULL => entry,
            tag => self.need(tag, name)?,
        };
        if declared != entry || !size.is_multiple_of(entry) {
            return Err(damaged(format!("{name} have a wrong size")));
        }
        Ok(Some((address, size)))
    }

    /// The contents of a table; nothing if there is none.
    pub(super) fn table<R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
        table: &Table,
    ) -> Result<&'d [u8], Cause> {
        match self.range(table)? {
            Some((address, size)) => image.bytes(table.name, address, size),
            None => Ok(&[]),
        }
    }

    pub(super) fn strings<R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
    ) -> Result<Strings<'d>, Cause> {
        let bytes = self.table(image, &STRINGS)?;
        match bytes.last() {
            Some(0) => Ok(Strings(bytes)),
            _ => Err(damaged("its strings do not end")),
        }
    }
}

/// Names, one behind the other, each with a null byte at its end.
#[derive(Clone, Copy)]
pub(super) struct Strings<'d>(&'d [u8]);

impl<'d> Strings<'d> {
    /// The name at an offset, unless that lies outside.
    pub(super) fn get(self, offset: u64) -> Option<&'d [u8]> {
        let from = self.0.get(usize::try_from(offset).ok()?..)?;
        from.split(|&byte| byte == 0)
            .next()
            .filter(|_| !from.is_empty())
    }
}
