//! Whether the headers agree with each other.
//!
//! The system's loader reads one of them at a time and believes it.

use object::elf;
use object::endian::NativeEndian;
use object::read::elf::{ProgramHeader as _, SectionHeader as _};

use super::super::error::Cause;
use super::segments::Segments;
use super::{ProgramHeader, SectionHeader, describe};

/// What the other program headers point to is where the loadable segments put
/// it. The system's loader and the C++ runtime go by the addresses.
pub(super) fn check_program_headers(
    headers: &[ProgramHeader],
    segments: &Segments,
) -> Result<(), Cause> {
    for (index, header) in headers.iter().enumerate() {
        let address = header.p_vaddr(NativeEndian);
        let memory_size = header.p_memsz(NativeEndian);
        let (offset, size) = header.file_range(NativeEndian);
        let agrees = match header.p_type(NativeEndian) {
            elf::PT_DYNAMIC
            | elf::PT_NOTE
            | elf::PT_PHDR
            | elf::PT_GNU_EH_FRAME
            | elf::PT_GNU_PROPERTY => {
                memory_size <= size && segments.offset(address, size, elf::PF_R) == Some(offset)
            }
            elf::PT_TLS => size == 0 || segments.offset(address, size, elf::PF_R) == Some(offset),
            elf::PT_GNU_RELRO => {
                segments.offset(address, size.min(1), elf::PF_W) == Some(offset)
                    && segments.spares_variables(address, size, memory_size)
            }
            _ => true,
        };
        if !agrees {
            return Err(misplaced(&describe(header, index)));
        }
    }
    Ok(())
}

/// The linker's view of the file, the sections, agrees with the loader's: each
/// is loaded from where it is to where it belongs, and may there be used as it
/// must. This is all that is known about code and constants, to which no table
/// leads.
pub(super) fn check_sections(sections: &[SectionHeader], segments: &Segments) -> Result<(), Cause> {
    for (index, section) in sections.iter().enumerate() {
        let flags = section.sh_flags(NativeEndian);
        let size = section.sh_size(NativeEndian);
        if flags & u64::from(elf::SHF_ALLOC) == 0
            || section.sh_type(NativeEndian) == elf::SHT_NOBITS
            || size == 0
        {
            continue;
        }
        let mut access = 0;
        if flags & u64::from(elf::SHF_WRITE) != 0 {
            access |= elf::PF_W;
        }
        if flags & u64::from(elf::SHF_EXECINSTR) != 0 {
            access |= elf::PF_X;
        }
        let offset = segments.offset(section.sh_addr(NativeEndian), size, access);
        if offset != Some(section.sh_offset(NativeEndian)) {
            return Err(misplaced(&format!("its section {index}")));
        }
    }
    Ok(())
}

fn misplaced(what: &str) -> Cause {
    Cause::damaged(format!("{what} is not where its loadable segments put it"))
}
