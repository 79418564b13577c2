//! Relocations: places in memory that the system's loader fills in.
//!
//! It writes wherever they say, what they say. So each must be of a kind that linkers
//! write into libraries, be in writable memory, where no other is and nothing that the
//! loader reads, and have a meaning: a symbol, or an address within the file.

use std::collections::HashSet;
use std::ops::Range;

use object::ReadRef;
use object::elf::*;
use object::endian::{NativeEndian, U64Bytes};
use object::pod;
use object::read::elf::{FileHeader, ProgramHeader as _, Rela as _, Sym as _};

use super::super::cause::Cause;
use super::dynamic::{self, Dynamic, Table};
use super::symbols::{Sym, Symbols};
use super::unwind::Functions;
use super::{ElfImage, Header, damaged};

type Rela = <Header as FileHeader>::Rela;

/// What becomes of a place.
#[derive(Clone, Copy)]
pub(super) enum Value<'d> {
    /// An address within the file.
    Address(u64),
    /// The address of a symbol.
    Symbol(&'d Sym),
    /// The number of a library, before an offset into its thread-local data.
    ThreadLocalModule,
    /// Anything else.
    Other,
}

struct Place<'d> {
    address: u64,
    size: u64,
    value: Value<'d>,
}

impl Place<'_> {
    fn range(&self) -> Range<u64> {
        self.address..self.address + self.size
    }
}

/// All places that are filled in, by address.
pub(super) struct Relocated<'d>(Vec<Place<'d>>);

impl<'d> Relocated<'d> {
    /// Reads the relocations of every form, and checks them.
    pub(super) fn read<R: ReadRef<'d>>(
        image: &ElfImage<'d, R>,
        dynamic: &Dynamic<'d>,
        symbols: &Symbols<'d>,
        functions: &Functions,
    ) -> Result<Self, Cause> {
        let mut places = Vec::new();
        for table in [&dynamic::RELOCATIONS, &dynamic::LINKAGE] {
            let entries = entries(image, dynamic, table)?;
            // Some linkers count these among those.
            if std::ptr::eq(table, &dynamic::LINKAGE) && repeats(dynamic)? {
                continue;
            }
            for relocation in entries {
                let place = place(image, symbols, functions, relocation);
                let place = place.map_err(|what| damaged(format!("{} {what}", one_of(table))))?;
                places.extend(place);
            }
        }
        check_linkage(image, dynamic, symbols)?;
        let relocations = entries(image, dynamic, &dynamic::RELOCATIONS)?;
        check_count(relocations, dynamic)?;
        check_distances(relocations, dynamic)?;
        compact(image, dynamic, &mut places)?;
        places.sort_unstable_by_key(|place| place.address);
        let overlap = |pair: &[Place<'_>]| pair[0].range().end > pair[1].address;
        if places.windows(2).any(overlap) {
            return Err(damaged("its relocations overlap"));
        }
        let relocated = Self(places);
        relocated.check_thread_local(image)?;
        for table in image.tables().iter() {
            if relocated.touches(table) {
                return Err(damaged("its relocations overwrite its tables"));
            }
        }
        Ok(relocated)
    }

    /// Checks the offsets behind the numbers of libraries. Those into the file's own data
    /// need no relocation.
    fn check_thread_local<R: ReadRef<'d>>(&self, image: &ElfImage<'d, R>) -> Result<(), Cause> {
        let block = image
            .thread_local()
            .map(|header| header.p_memsz(NativeEndian));
        for place in &self.0 {
            let (Value::ThreadLocalModule, offset) = (place.value, place.range().end) else {
                continue;
            };
            if self.get(offset).is_some() {
                continue;
            }
            let offset = image.word("its thread-local offsets", offset, PF_W)?;
            if block.is_none_or(|block| offset > block) {
                return Err(damaged("an offset lies outside its thread-local data"));
            }
        }
        Ok(())
    }

    /// What becomes of the word at an address, if it is filled in.
    pub(super) fn get(&self, address: u64) -> Option<Value<'d>> {
        let index = self.0.binary_search_by_key(&address, |place| place.address);
        index.ok().map(|index| self.0[index].value)
    }

    fn touches(&self, range: &Range<u64>) -> bool {
        let after = self
            .0
            .partition_point(|place| place.range().end <= range.start);
        let next = self.0.get(after);
        !range.is_empty() && next.is_some_and(|place| place.address < range.end)
    }
}

fn one_of(table: &Table) -> String {
    format!("one of {}", table.name)
}

fn entries<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
    table: &Table,
) -> Result<&'d [Rela], Cause> {
    let bytes = dynamic.table(image, table)?;
    pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(table.name))
}

/// Whether the linkage relocations are the end of the others, where the loader passes over
/// them.
fn repeats(dynamic: &Dynamic<'_>) -> Result<bool, Cause> {
    let all = dynamic.range(&dynamic::RELOCATIONS)?;
    let linkage = dynamic.range(&dynamic::LINKAGE)?;
    let (Some(all), Some(linkage)) = (all, linkage) else {
        return Ok(false);
    };
    let end = |(address, size): (u64, u64)| address.checked_add(size);
    match end(all) == end(linkage) {
        // It subtracts the one size from the other.
        true if all.1 < linkage.1 => Err(damaged("its linkage relocations have a wrong size")),
        same_end => Ok(same_end && linkage.1 > 0),
    }
}

/// The loader takes so many for relative without a look at them, or asserts that they are.
/// Linkers count all that there are.
fn check_count(relocations: &[Rela], dynamic: &Dynamic<'_>) -> Result<(), Cause> {
    let Some(count) = dynamic.get(DT_RELACOUNT) else {
        return Ok(());
    };
    let is_relative = |relocation: &&Rela| {
        let kind = kind(relocation.r_type(NativeEndian, false));
        matches!(kind, Some(Kind::Relative | Kind::Unknown))
    };
    let first = relocations.iter().take_while(is_relative).count() as u64;
    let all = relocations.iter().filter(is_relative).count() as u64;
    match KINDS.is_empty() && count <= all || first == count && all == count {
        true => Ok(()),
        false => Err(damaged("it does not count its relative relocations right")),
    }
}

/// Linkers keep the addresses of the functions that the code calls one behind the other, one
/// for each. If one of them is not filled in, or with another, the code calls anything.
fn check_linkage<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
    symbols: &Symbols<'d>,
) -> Result<(), Cause> {
    let relocations = entries(image, dynamic, &dynamic::LINKAGE)?;
    let mut places = Vec::new();
    let mut functions = HashSet::new();
    for relocation in relocations {
        let start = relocation.r_offset(NativeEndian);
        let kind = kind(relocation.r_type(NativeEndian, false));
        let size = kind.map_or(0, Kind::size);
        places.push((start, start.wrapping_add(size)));
        let index = relocation.r_sym(NativeEndian, false);
        match kind {
            Some(Kind::Slot) => {}
            Some(Kind::Resolved | Kind::ThreadLocalDescriptor | Kind::Unknown) => continue,
            _ => return Err(damaged("its linkage relocations are of another kind")),
        }
        let symbol = symbols.get(index).map(|symbol| symbol.st_type());
        let is_function = matches!(symbol, Some(STT_FUNC | STT_NOTYPE | STT_GNU_IFUNC));
        if !is_function || !functions.insert(index) {
            return Err(damaged("its linkage relocations do not fit its functions"));
        }
    }
    places.sort_unstable();
    match places.windows(2).any(|pair| pair[0].1 != pair[1].0) {
        true => Err(damaged("its linkage relocations leave gaps")),
        false => Ok(()),
    }
}

/// Thread-local data that is to be there from the start has to be announced.
fn check_distances(relocations: &[Rela], dynamic: &Dynamic<'_>) -> Result<(), Cause> {
    let announced = dynamic.get(DT_FLAGS).unwrap_or(0) & u64::from(DF_STATIC_TLS) != 0;
    let is_distance = |relocation: &Rela| {
        kind(relocation.r_type(NativeEndian, false)) == Some(Kind::ThreadLocalDistance)
    };
    match announced || !relocations.iter().any(is_distance) {
        true => Ok(()),
        false => Err(damaged(
            "it does not announce how it uses thread-local data",
        )),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    /// The address of a symbol, plus a constant.
    Word,
    /// The address of a symbol.
    Slot,
    /// An address within the file.
    Relative,
    /// What a function returns, which the loader calls.
    Resolved,
    /// The size of a symbol.
    Size,
    /// The number of the library that thread-local data is in.
    ThreadLocalModule,
    /// An offset into thread-local data.
    ThreadLocalOffset,
    /// The same, from where a thread's data is, if it is there from the start.
    ThreadLocalDistance,
    /// A function that finds thread-local data, and its argument.
    ThreadLocalDescriptor,
    /// Of a machine whose relocations we do not know.
    Unknown,
}

impl Kind {
    /// How many bytes are filled in.
    fn size(self) -> u64 {
        match self {
            Kind::Nothing => 0,
            Kind::ThreadLocalDescriptor => 16,
            _ => 8,
        }
    }
}

/// What linkers write into libraries for this machine, beside the number 0 for nothing.
const KINDS: &[(u32, Kind)] = if cfg!(target_arch = "x86_64") {
    &[
        (R_X86_64_64, Kind::Word),
        (R_X86_64_GLOB_DAT, Kind::Slot),
        (R_X86_64_JUMP_SLOT, Kind::Slot),
        (R_X86_64_RELATIVE, Kind::Relative),
        (R_X86_64_IRELATIVE, Kind::Resolved),
        (R_X86_64_SIZE64, Kind::Size),
        (R_X86_64_DTPMOD64, Kind::ThreadLocalModule),
        (R_X86_64_DTPOFF64, Kind::ThreadLocalOffset),
        (R_X86_64_TPOFF64, Kind::ThreadLocalDistance),
        (R_X86_64_TLSDESC, Kind::ThreadLocalDescriptor),
    ]
} else if cfg!(target_arch = "aarch64") {
    &[
        (R_AARCH64_ABS64, Kind::Word),
        (R_AARCH64_GLOB_DAT, Kind::Slot),
        (R_AARCH64_JUMP_SLOT, Kind::Slot),
        (R_AARCH64_RELATIVE, Kind::Relative),
        (R_AARCH64_IRELATIVE, Kind::Resolved),
        (R_AARCH64_TLS_DTPMOD, Kind::ThreadLocalModule),
        (R_AARCH64_TLS_DTPREL, Kind::ThreadLocalOffset),
        (R_AARCH64_TLS_TPREL, Kind::ThreadLocalDistance),
        (R_AARCH64_TLSDESC, Kind::ThreadLocalDescriptor),
    ]
} else {
    &[]
};

/// Whether linkers leave relocations void that they turn out not to need. In none of 2,000
/// libraries for x86-64 there is one.
const VOIDS_OCCUR: bool = !cfg!(target_arch = "x86_64");

fn kind(number: u32) -> Option<Kind> {
    if number == 0 {
        return Some(Kind::Nothing);
    }
    if KINDS.is_empty() {
        return Some(Kind::Unknown);
    }
    let known = KINDS.iter().find(|(known, _)| *known == number);
    known.map(|(_, kind)| *kind)
}

/// What a relocation does, or what is wrong with it.
fn place<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    symbols: &Symbols<'d>,
    functions: &Functions,
    relocation: &Rela,
) -> Result<Option<Place<'d>>, &'static str> {
    let kind = kind(relocation.r_type(NativeEndian, false));
    let kind = kind.ok_or("is of a kind that does not belong into a library")?;
    if kind == Kind::Nothing {
        return if VOIDS_OCCUR {
            Ok(None)
        } else {
            Err("is void")
        };
    }
    let size = kind.size();
    let address = relocation.r_offset(NativeEndian);
    if !image.segments.has_memory(address, size, PF_W) {
        return Err("lies outside its writable segments");
    }
    // Addresses in data may lie anywhere; the others are in tables of words.
    if !matches!(kind, Kind::Relative | Kind::Word | Kind::Unknown) && !address.is_multiple_of(8) {
        return Err("is not aligned");
    }
    let addend = relocation.r_addend(NativeEndian);
    let symbol = match relocation.r_sym(NativeEndian, false) {
        0 => None,
        index => Some(
            symbols
                .get(index)
                .ok_or("uses a symbol that is not there")?,
        ),
    };
    let thread_local = symbol.map(|symbol| symbol.st_type() == STT_TLS);
    let within_bounds = |address: u64| {
        let bounds = image.segments.bounds();
        bounds.contains(&address) || address == bounds.end
    };
    let fits = match kind {
        Kind::Nothing | Kind::Unknown => true,
        Kind::Relative => symbol.is_none() && within_bounds(addend as u64),
        Kind::Resolved => symbol.is_none() && functions.may_begin_at(image, addend as u64),
        Kind::Size => symbol.is_some(),
        Kind::Slot => thread_local == Some(false) && addend == 0,
        Kind::Word => {
            thread_local == Some(false)
                && symbol.is_some_and(|symbol| {
                    let target = symbol.st_value(NativeEndian).wrapping_add(addend as u64);
                    let elsewhere = matches!(symbol.st_shndx(NativeEndian), SHN_UNDEF | SHN_ABS);
                    elsewhere || within_bounds(target)
                })
        }
        Kind::ThreadLocalModule
        | Kind::ThreadLocalOffset
        | Kind::ThreadLocalDistance
        | Kind::ThreadLocalDescriptor => {
            let imported = symbol.is_some_and(|symbol| symbol.is_undefined(NativeEndian));
            let value = symbol.map_or(0, |symbol| symbol.st_value(NativeEndian));
            let offset = value.wrapping_add(addend as u64);
            let block = image
                .thread_local()
                .map(|header| header.p_memsz(NativeEndian));
            thread_local != Some(false) && (imported || block.is_some_and(|size| offset <= size))
        }
    };
    if !fits {
        return Err("does not fit its symbol");
    }
    let value = match (kind, symbol) {
        (Kind::Relative, _) => Value::Address(addend as u64),
        (Kind::Word, Some(symbol)) if addend == 0 => Value::Symbol(symbol),
        (Kind::ThreadLocalModule, _) => Value::ThreadLocalModule,
        _ => Value::Other,
    };
    Ok(Some(Place {
        address,
        size,
        value,
    }))
}

/// The compact form of relative relocations: an even word is the address of a place; an odd
/// one says for each of the 63 words that follow whether it is a place. What stands in a
/// place becomes an address.
fn compact<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
    places: &mut Vec<Place<'d>>,
) -> Result<(), Cause> {
    const SIZE: u64 = 8;
    let name = dynamic::RELATIVE.name;
    let wrong = || damaged(format!("one of {name} lies outside its writable segments"));
    let bytes = dynamic.table(image, &dynamic::RELATIVE)?;
    let words: &[U64Bytes<NativeEndian>] =
        pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(name))?;
    let mut last: Option<u64> = None;
    let mut add = |address: u64| {
        // They ascend, so there are no more than have room in the file.
        if last.replace(address).is_some_and(|last| address <= last) {
            return Err(damaged(format!("{name} are out of order")));
        }
        let value = image.word(name, address, PF_W)?;
        let bounds = image.segments.bounds();
        if !bounds.contains(&value) && value != bounds.end {
            return Err(damaged(format!(
                "one of {name} does not lead into the file"
            )));
        }
        places.push(Place {
            address,
            size: SIZE,
            value: Value::Address(value),
        });
        Ok(())
    };
    let mut next: Option<u64> = None;
    for word in words.iter().map(|word| word.get(NativeEndian)) {
        if word & 1 == 0 {
            add(word)?;
            next = word.checked_add(SIZE);
            continue;
        }
        let start = next.ok_or_else(wrong)?;
        for bit in (0..63).filter(|bit| word >> (bit + 1) & 1 == 1) {
            add(start.checked_add(bit * SIZE).ok_or_else(wrong)?)?;
        }
        next = start.checked_add(63 * SIZE);
    }
    Ok(())
}
