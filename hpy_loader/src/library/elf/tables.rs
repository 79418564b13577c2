//! Whether the sections agree with the dynamic section, which names the same tables.
//!
//! The system's loader does not look at the sections. But a table that the dynamic section
//! has lost, or of which it has lost a part, is still there.

use object::ReadRef;
use object::elf::*;
use object::endian::NativeEndian;
use object::read::elf::SectionHeader as _;

use super::super::cause::Cause;
use super::dynamic::{self, Dynamic, Table};
use super::symbols::Sym;
use super::{ElfImage, damaged};

/// How the dynamic section names what is in sections of one kind.
enum Named {
    /// By an address.
    Address(u32),
    /// By an address and a size. Several sections may be in one table, or one in any.
    Table(&'static [&'static Table]),
}

const SECTIONS: &[(u32, Named)] = &[
    (SHT_HASH, Named::Address(DT_HASH)),
    (SHT_GNU_HASH, Named::Address(DT_GNU_HASH)),
    (SHT_DYNSYM, Named::Address(DT_SYMTAB)),
    (SHT_GNU_VERSYM, Named::Address(DT_VERSYM)),
    (SHT_GNU_VERNEED, Named::Address(DT_VERNEED)),
    (SHT_GNU_VERDEF, Named::Address(DT_VERDEF)),
    (
        SHT_RELA,
        Named::Table(&[&dynamic::RELOCATIONS, &dynamic::LINKAGE]),
    ),
    (SHT_RELR, Named::Table(&[&dynamic::RELATIVE])),
    (SHT_INIT_ARRAY, Named::Table(&[&dynamic::INITIALISERS])),
    (SHT_FINI_ARRAY, Named::Table(&[&dynamic::FINALISERS])),
];

/// How many symbols there are, says their section.
pub(super) fn symbol_count<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
) -> Option<u64> {
    let address = dynamic.get(DT_SYMTAB)?;
    let mut sections = image.sections.iter();
    let section = sections.find(|section| {
        section.sh_type(NativeEndian) == SHT_DYNSYM && section.sh_addr(NativeEndian) == address
    });
    Some(section?.sh_size(NativeEndian) / size_of::<Sym>() as u64)
}

pub(super) fn check<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
) -> Result<(), Cause> {
    for (index, section) in image.sections.iter().enumerate() {
        let size = section.sh_size(NativeEndian);
        let is_loaded = section.sh_flags(NativeEndian) & u64::from(SHF_ALLOC) != 0;
        let kind = section.sh_type(NativeEndian);
        let known = SECTIONS.iter().find(|(known, _)| *known == kind);
        let Some((_, named)) = known.filter(|_| is_loaded && size > 0) else {
            continue;
        };
        let address = section.sh_addr(NativeEndian);
        let agrees = match named {
            Named::Address(tag) => dynamic.get(*tag) == Some(address),
            Named::Table(tables) => {
                let mut comprised = false;
                for table in *tables {
                    let range = dynamic.range(table)?;
                    comprised |= range.is_some_and(|(start, room)| {
                        let end = address
                            .checked_sub(start)
                            .and_then(|at| at.checked_add(size));
                        end.is_some_and(|end| end <= room)
                    });
                }
                comprised
            }
        };
        if !agrees {
            return Err(damaged(format!(
                "its section {index} is not the table that its dynamic section names"
            )));
        }
    }
    Ok(())
}
