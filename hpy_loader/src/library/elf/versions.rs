//! Versions of symbols: which library an imported symbol comes from, in which version, and
//! in which versions the file defines its own.
//!
//! Each symbol has an index. The loader makes an array of versions, as long as the highest
//! index in the tables of needed and of defined versions, and looks the symbols' indices up
//! in it, without a look at its length. It follows the tables' chains, not their counts,
//! and asserts that each library which a version is needed of has been loaded, be it for
//! this file or before.

use std::collections::HashSet;
use std::mem::size_of;

use object::elf::*;
use object::endian::NativeEndian;
use object::read::elf::Sym as _;
use object::{Pod, ReadRef, pod};

use super::super::cause::Cause;
use super::dynamic::{Dynamic, Strings};
use super::symbols::{Symbols, printable};
use super::{ElfImage, damaged};
use crate::platform::library::is_loaded;

const NEEDED: &str = "its table of needed versions";
const DEFINED: &str = "its table of defined versions";

pub(super) fn check<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
    symbols: &Symbols<'d>,
    strings: Strings<'d>,
) -> Result<(), Cause> {
    let mut declared = Declared {
        libraries: dynamic.needed(strings).collect(),
        strings,
        // Of symbols that are not exported.
        indices: [VER_NDX_LOCAL].into(),
    };
    let tables = [
        (DT_VERNEED, DT_VERNEEDNUM, NEEDED),
        (DT_VERDEF, DT_VERDEFNUM, DEFINED),
    ];
    let mut any = false;
    for (address, count, name) in tables {
        if dynamic.get(address).is_none() && dynamic.get(count).is_none_or(|count| count == 0) {
            continue;
        }
        any = true;
        let (address, count) = (dynamic.need(address, name)?, dynamic.need(count, name)?);
        let bytes = image.rest(name, address)?;
        let length = match name {
            NEEDED => declared.read_needed(bytes, count),
            _ => declared.read_defined(bytes, count),
        };
        let length = length.ok_or_else(|| damaged(format!("{name} contradicts itself")))?;
        image.bytes(name, address, length)?;
    }
    let name = "its symbol versions";
    if !any && dynamic.get(DT_VERSYM).is_none() {
        return check_imports(symbols, &[]);
    }
    let address = dynamic.need(DT_VERSYM, name)?;
    let bytes = image.bytes(name, address, symbols.count() as u64 * 2)?;
    let indices: &[Versym<NativeEndian>] =
        pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(name))?;
    // Of symbols without a version, whether the file has a name for that index or not.
    declared.indices.insert(VER_NDX_GLOBAL);
    let is_declared = |index: u16| declared.indices.contains(&(index & VERSYM_VERSION));
    if !any
        || !indices
            .iter()
            .all(|index| is_declared(index.0.get(NativeEndian)))
    {
        return Err(damaged(format!("{name} are in none of its tables")));
    }
    check_imports(symbols, indices)
}

/// Checks that no symbol is imported twice in the same version.
fn check_imports(symbols: &Symbols<'_>, indices: &[Versym<NativeEndian>]) -> Result<(), Cause> {
    let mut seen = HashSet::new();
    for (index, symbol) in symbols.iter().enumerate() {
        let version = indices
            .get(index + 1)
            .map(|index| index.0.get(NativeEndian));
        let name = symbols.name(symbol);
        if symbol.is_undefined(NativeEndian) && !seen.insert((name, version)) {
            return Err(damaged(format!("it imports {} twice", printable(name))));
        }
    }
    Ok(())
}

/// The indices that the tables give a meaning.
struct Declared<'d> {
    libraries: HashSet<&'d [u8]>,
    strings: Strings<'d>,
    indices: HashSet<u16>,
}

impl Declared<'_> {
    /// Reads that many libraries, each with its versions. Returns how many bytes the table
    /// takes, or nothing if it is not as it should be.
    fn read_needed(&mut self, bytes: &[u8], count: u64) -> Option<u64> {
        let mut libraries = Chain::new(bytes, 0);
        let mut end = 0;
        for left in (0..count).rev() {
            let (at, library) = libraries.entry::<Verneed<NativeEndian>>()?;
            let file = self.strings.get(library.vn_file.get(NativeEndian).into())?;
            let is_needed = self.libraries.contains(file) || is_loaded(file);
            let versions = library.vn_cnt.get(NativeEndian);
            if library.vn_version.get(NativeEndian) != VER_NEED_CURRENT || !is_needed {
                return None;
            }
            let mut chain = Chain::new(bytes, at + library.vn_aux.get(NativeEndian) as usize);
            for left in (0..versions).rev() {
                let (_, version) = chain.entry::<Vernaux<NativeEndian>>()?;
                let name = version.vna_name.get(NativeEndian);
                self.declare(
                    version.vna_other.get(NativeEndian),
                    name,
                    version.vna_hash.get(NativeEndian),
                )?;
                chain.go_on(version.vna_next.get(NativeEndian), left == 0)?;
            }
            end = end.max(chain.end).max(libraries.end);
            // Without one, the loader would read the first all the same.
            if versions == 0 {
                return None;
            }
            libraries.go_on(library.vn_next.get(NativeEndian), left == 0)?;
        }
        (count > 0).then_some(end as u64)
    }

    /// Reads that many versions, each with its name and those of its predecessors.
    fn read_defined(&mut self, bytes: &[u8], count: u64) -> Option<u64> {
        let mut versions = Chain::new(bytes, 0);
        let mut end = 0;
        // Versions do not share names, so there are no more than have room.
        let mut room = bytes.len() / size_of::<Verdaux<NativeEndian>>();
        for left in (0..count).rev() {
            let (at, version) = versions.entry::<Verdef<NativeEndian>>()?;
            let names = version.vd_cnt.get(NativeEndian);
            if version.vd_version.get(NativeEndian) != VER_DEF_CURRENT {
                return None;
            }
            let mut chain = Chain::new(bytes, at + version.vd_aux.get(NativeEndian) as usize);
            room = room.checked_sub(names.into())?;
            for index in 0..names {
                let (_, entry) = chain.entry::<Verdaux<NativeEndian>>()?;
                let name = entry.vda_name.get(NativeEndian);
                self.strings.get(name.into())?;
                // The first name is that of the version.
                if index == 0 {
                    self.declare(
                        version.vd_ndx.get(NativeEndian),
                        name,
                        version.vd_hash.get(NativeEndian),
                    )?;
                }
                chain.go_on(entry.vda_next.get(NativeEndian), index + 1 == names)?;
            }
            end = end.max(chain.end).max(versions.end);
            if names == 0 {
                return None;
            }
            versions.go_on(version.vd_next.get(NativeEndian), left == 0)?;
        }
        (count > 0).then_some(end as u64)
    }

    /// Notes an index, which must be new.
    fn declare(&mut self, index: u16, name: u32, expected: u32) -> Option<()> {
        let name = self.strings.get(name.into())?;
        let is_new = self.indices.insert(index & VERSYM_VERSION);
        (is_new && hash(name) == expected).then_some(())
    }
}

/// Entries of which each says how many bytes on the next is. All lead onwards, so that no
/// chain is longer than the table.
struct Chain<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the last entry ended.
    end: usize,
}

impl<'a> Chain<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, end: 0 }
    }

    /// The entry, and where it is.
    fn entry<T: Pod>(&mut self) -> Option<(usize, &'a T)> {
        let (entry, _) = pod::from_bytes(self.bytes.get(self.at..)?).ok()?;
        self.end = self.at + size_of::<T>();
        Some((self.at, entry))
    }

    /// Goes to the next entry, which is there unless this is the last.
    fn go_on(&mut self, offset: u32, is_last: bool) -> Option<()> {
        self.at = self.at.checked_add(offset as usize)?;
        let onwards = self.at >= self.end;
        (if is_last { offset == 0 } else { onwards }).then_some(())
    }
}
