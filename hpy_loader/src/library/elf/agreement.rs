//! Whether the headers agree with each other.
//!
//! The system's loader reads one of them at a time and believes it.

use object::elf;
use object::endian::NativeEndian;
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _};

use super::super::cause::Cause;
use super::segments::Segments;
use super::{Header, ProgramHeader, SectionHeader, damaged, describe};

/// Larger thread-local data, of which every thread gets its own copy, or a
/// larger alignment is damage. Where the system's loader cannot allocate what
/// the header asks for, it ends the process.
const THREAD_LOCAL_LIMIT: u64 = 64 << 20;

/// Of these the loader takes one.
const UNIQUE: [u32; 6] = [
    elf::PT_DYNAMIC,
    elf::PT_PHDR,
    elf::PT_TLS,
    elf::PT_GNU_EH_FRAME,
    elf::PT_GNU_STACK,
    elf::PT_GNU_RELRO,
];

/// What the other program headers point to is where the loadable segments put
/// it. The system's loader and the C++ runtime go by the addresses.
pub(super) fn check_program_headers(
    file_header: &Header,
    headers: &[ProgramHeader],
    segments: &Segments<'_>,
) -> Result<(), Cause> {
    for (index, header) in headers.iter().enumerate() {
        let kind = header.p_type(NativeEndian);
        let before = &headers[..index];
        let is_second = before
            .iter()
            .any(|other| other.p_type(NativeEndian) == kind);
        if is_second && UNIQUE.contains(&kind) {
            return Err(damaged(format!("it has {} twice", describe(header, index))));
        }
        let address = header.p_vaddr(NativeEndian);
        let memory_size = header.p_memsz(NativeEndian);
        let (offset, size) = header.file_range(NativeEndian);
        let readable = || segments.offset(address, size, elf::PF_R) == Some(offset);
        let agrees = match kind {
            elf::PT_DYNAMIC | elf::PT_NOTE | elf::PT_GNU_EH_FRAME | elf::PT_GNU_PROPERTY => {
                memory_size <= size && readable()
            }
            // The loader, and everybody who asks it, reads them there.
            elf::PT_PHDR => {
                size == size_of_val(headers) as u64
                    && offset == file_header.e_phoff(NativeEndian)
                    && readable()
            }
            elf::PT_TLS => {
                // The loader divides by it.
                let alignment = header.p_align(NativeEndian);
                size <= memory_size
                    && memory_size <= THREAD_LOCAL_LIMIT
                    && alignment <= THREAD_LOCAL_LIMIT
                    && alignment.is_power_of_two()
                    && (size == 0 || readable())
            }
            // The loader goes by the address, and some linkers give no other place.
            elf::PT_GNU_RELRO => {
                let size = size.min(segments.remaining(address));
                let in_file = offset > 0 && size > 0;
                let placed = segments.offset(address, size, elf::PF_W) == Some(offset);
                (placed || !in_file)
                    && segments.has_memory(address, memory_size.min(1), elf::PF_W)
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
pub(super) fn check_sections(
    sections: &[SectionHeader],
    headers: &[ProgramHeader],
    segments: &Segments<'_>,
) -> Result<(), Cause> {
    for (index, section) in sections.iter().enumerate() {
        let has = |flag: u32| section.sh_flags(NativeEndian) & u64::from(flag) != 0;
        let in_file = section.sh_type(NativeEndian) != elf::SHT_NOBITS;
        let address = section.sh_addr(NativeEndian);
        let size = section.sh_size(NativeEndian);
        if size == 0 || !has(elf::SHF_ALLOC) {
            continue;
        }
        let mut access = 0;
        if has(elf::SHF_WRITE) {
            access |= elf::PF_W;
        }
        if has(elf::SHF_EXECINSTR) {
            access |= elf::PF_X;
        }
        let offset = Some(section.sh_offset(NativeEndian));
        let loaded = !in_file || segments.offset(address, size, access) == offset;
        let thread_local = !has(elf::SHF_TLS)
            || headers
                .iter()
                .any(|header| has_thread_local(header, address, size, in_file));
        if !loaded || !thread_local {
            return Err(misplaced(&format!("its section {index}")));
        }
    }
    Ok(())
}

/// Whether each thread's copy of the thread-local data comprises a section.
fn has_thread_local(header: &ProgramHeader, address: u64, size: u64, in_file: bool) -> bool {
    let available = if in_file {
        header.p_filesz(NativeEndian)
    } else {
        header.p_memsz(NativeEndian)
    };
    let end = address
        .checked_sub(header.p_vaddr(NativeEndian))
        .and_then(|start| start.checked_add(size));
    header.p_type(NativeEndian) == elf::PT_TLS && end.is_some_and(|end| end <= available)
}

fn misplaced(what: &str) -> Cause {
    damaged(format!(
        "{what} is not where the loadable segments have room for it"
    ))
}
