//! The dynamic section: where the tables are that the system's loader works
//! with, among them the symbols.
//!
//! The section headers name the same tables, but the loader does not look at
//! those, and a file may come without them.

use std::mem::size_of;

use object::ReadRef;
use object::elf;
use object::endian::NativeEndian;
use object::pod;
use object::read::StringTable;
use object::read::elf::{Dyn as _, FileHeader, GnuHashTable, HashTable, ProgramHeader as _};

use super::super::cause::Cause;
use super::{ElfImage, Header, damaged};

type Dyn = <Header as FileHeader>::Dyn;
type Rel = <Header as FileHeader>::Rel;
type Rela = <Header as FileHeader>::Rela;
pub(super) type Sym = <Header as FileHeader>::Sym;

/// The dynamic symbols and their names.
pub(super) struct Symbols<'d> {
    /// All of them but the first, which stands for "none".
    pub(super) symbols: &'d [Sym],
    /// Where their names are.
    pub(super) names: StringTable<'d>,
}

/// A table whose size has an entry of its own, and for some also the size of
/// one element, which the loader asserts.
struct Table {
    name: &'static str,
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

const STRINGS: Table = table(
    "its strings",
    [elf::DT_STRTAB, elf::DT_STRSZ, elf::DT_NULL],
    1,
);
const TABLES: [Table; 6] = {
    use elf::*;
    const RELATIVE: [u32; 3] = [DT_RELR, DT_RELRSZ, DT_RELRENT];
    const LINKAGE: [u32; 3] = [DT_JMPREL, DT_PLTRELSZ, DT_NULL];
    const INITIALISERS: [u32; 3] = [DT_INIT_ARRAY, DT_INIT_ARRAYSZ, DT_NULL];
    const FINALISERS: [u32; 3] = [DT_FINI_ARRAY, DT_FINI_ARRAYSZ, DT_NULL];
    const RELA: usize = size_of::<Rela>();
    const REL: usize = size_of::<Rel>();
    const ADDRESS: usize = size_of::<u64>();
    [
        table("its relocations", [DT_RELA, DT_RELASZ, DT_RELAENT], RELA),
        table("its short relocations", [DT_REL, DT_RELSZ, DT_RELENT], REL),
        table("its relative relocations", RELATIVE, ADDRESS),
        table("its linkage relocations", LINKAGE, RELA),
        table("its initialisers", INITIALISERS, ADDRESS),
        table("its finalisers", FINALISERS, ADDRESS),
    ]
};

/// Tags of offsets into the strings.
const LIBRARY_NAMES: [u32; 4] = [
    elf::DT_NEEDED,
    elf::DT_SONAME,
    elf::DT_RPATH,
    elf::DT_RUNPATH,
];

/// Checks what the loader takes on trust, and finds the symbols.
pub(super) fn symbols<'d, R: ReadRef<'d>>(image: &ElfImage<'d, R>) -> Result<Symbols<'d>, Cause> {
    let dynamic = Dynamic::read(image)?;
    dynamic.check(image)?;
    let names = dynamic.table(image, &STRINGS)?;
    if names.last() != Some(&0) {
        return Err(damaged("its strings do not end"));
    }
    for tag in LIBRARY_NAMES {
        if dynamic.all(tag).any(|offset| offset >= names.len() as u64) {
            return Err(damaged("the name of a library lies outside its strings"));
        }
    }
    let count = dynamic.symbol_count(image)?;
    if let Some(versions) = dynamic.get(elf::DT_VERSYM) {
        image.bytes("its symbol versions", versions, count * 2)?;
    }
    let what = "its symbols";
    let address = dynamic.need(elf::DT_SYMTAB, what)?;
    if dynamic.need(elf::DT_SYMENT, what)? != size_of::<Sym>() as u64 {
        return Err(damaged("its symbols have a wrong size"));
    }
    let bytes = image.bytes(what, address, count * size_of::<Sym>() as u64)?;
    let symbols = pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(what))?;
    Ok(Symbols {
        symbols: symbols.get(1..).unwrap_or_default(),
        names: StringTable::new(names, 0, names.len() as u64),
    })
}

struct Dynamic<'d>(&'d [Dyn]);

impl<'d> Dynamic<'d> {
    fn read<R: ReadRef<'d>>(image: &ElfImage<'d, R>) -> Result<Self, Cause> {
        let name = "its dynamic section";
        let header = image
            .only(elf::PT_DYNAMIC)
            .ok_or_else(|| damaged("it does not have exactly one dynamic section"))?;
        let (_, size) = header.file_range(NativeEndian);
        let size = size - size % size_of::<Dyn>() as u64;
        let bytes = image.bytes(name, header.p_vaddr(NativeEndian), size)?;
        let entries: &[Dyn] = pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(name))?;
        // The loader does not know the size, it stops at this mark.
        let end = entries
            .iter()
            .position(|entry| entry.d_tag(NativeEndian) == u64::from(elf::DT_NULL))
            .ok_or_else(|| damaged("its dynamic section does not end"))?;
        Ok(Self(&entries[..end]))
    }

    fn check<R: ReadRef<'d>>(&self, image: &ElfImage<'d, R>) -> Result<(), Cause> {
        for table in &TABLES {
            self.table(image, table)?;
        }
        for (tag, name) in [(elf::DT_INIT, "initialiser"), (elf::DT_FINI, "finaliser")] {
            if self.all(tag).any(|address| !image.executable(address)) {
                return Err(damaged(format!("its {name} is not in executable memory")));
            }
        }
        // On the machines that we know, all have the long form.
        let long = u64::from(elf::DT_RELA);
        if self.all(elf::DT_PLTREL).any(|form| form != long) {
            return Err(damaged("its linkage relocations have a wrong form"));
        }
        // So many of the relocations are applied without a look at their number.
        let relocations = self.get(elf::DT_RELASZ).unwrap_or(0) / size_of::<Rela>() as u64;
        if self.all(elf::DT_RELACOUNT).any(|count| count > relocations) {
            return Err(damaged("it announces more relocations than it has"));
        }
        Ok(())
    }

    fn all(&self, tag: u32) -> impl Iterator<Item = u64> {
        self.0
            .iter()
            .filter(move |entry| entry.tag32(NativeEndian) == Some(tag))
            .map(|entry| entry.d_val(NativeEndian))
    }

    /// Of several, the loader takes the last.
    fn get(&self, tag: u32) -> Option<u64> {
        self.all(tag).last()
    }

    fn need(&self, tag: u32, what: &str) -> Result<u64, Cause> {
        self.get(tag)
            .ok_or_else(|| damaged(format!("its dynamic section lacks an entry about {what}")))
    }

    fn table<R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
        table: &Table,
    ) -> Result<&'d [u8], Cause> {
        let &Table { name, tags, entry } = table;
        let ([address, size, entry_size], entry) = (tags, entry as u64);
        if self.get(address).is_none() && self.get(size).is_none_or(|size| size == 0) {
            return Ok(&[]);
        }
        let (address, size) = (self.need(address, name)?, self.need(size, name)?);
        let declared = match entry_size {
            elf::DT_NULL => entry,
            tag => self.need(tag, name)?,
        };
        if declared != entry || !size.is_multiple_of(entry) {
            return Err(damaged(format!("{name} have a wrong size")));
        }
        image.bytes(name, address, size)
    }

    /// How many symbols there are is written nowhere but in the hash tables
    /// by which the loader looks them up.
    fn symbol_count<R: ReadRef<'d>>(&self, image: &ElfImage<'d, R>) -> Result<u64, Cause> {
        let name = "its symbol hash table";
        let contradiction = || damaged(format!("{name} contradicts itself"));
        if let Some(address) = self.get(elf::DT_GNU_HASH) {
            let bytes = image.bytes_from(name, address)?;
            type GnuHash = elf::GnuHashHeader<NativeEndian>;
            let (header, _) = pod::from_bytes::<GnuHash>(bytes).map_err(|()| contradiction())?;
            // It divides by the one and asserts the other.
            if header.bucket_count.get(NativeEndian) == 0
                || !header.bloom_count.get(NativeEndian).is_power_of_two()
            {
                return Err(contradiction());
            }
            let table =
                GnuHashTable::<Header>::parse(NativeEndian, bytes).map_err(|_| contradiction())?;
            // Symbols that are only used come first and are not hashed. With
            // none but those, their number is not known, and does not matter:
            // the file defines nothing.
            let count = table.symbol_table_length(NativeEndian);
            return Ok(count.unwrap_or(table.symbol_base()).into());
        }
        let address = self.need(elf::DT_HASH, name)?;
        let bytes = image.bytes_from(name, address)?;
        let (header, _) = pod::from_bytes::<elf::HashHeader<NativeEndian>>(bytes)
            .map_err(|()| contradiction())?;
        if header.bucket_count.get(NativeEndian) == 0 {
            return Err(contradiction());
        }
        let table = HashTable::<Header>::parse(NativeEndian, bytes).map_err(|_| contradiction())?;
        Ok(table.symbol_table_length().into())
    }
}
