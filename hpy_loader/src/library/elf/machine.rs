//! What a file is, and for which machine: the first twenty bytes.

use std::borrow::Cow;
use std::mem::size_of;

use object::ReadRef;
use object::elf;
use object::endian::NativeEndian;
use object::read::elf::FileHeader as _;

use super::super::cause::Cause;
use super::{Header, read};

/// This process's number, or none for a machine that the list lacks; then the
/// system's loader decides.
const MACHINE: Option<u16> = if cfg!(target_arch = "x86_64") {
    Some(elf::EM_X86_64)
} else if cfg!(target_arch = "aarch64") {
    Some(elf::EM_AARCH64)
} else if cfg!(target_arch = "riscv64") {
    Some(elf::EM_RISCV)
} else if cfg!(target_arch = "powerpc64") {
    Some(elf::EM_PPC64)
} else if cfg!(target_arch = "s390x") {
    Some(elf::EM_S390)
} else if cfg!(target_arch = "loongarch64") {
    Some(elf::EM_LOONGARCH)
} else {
    None
};

const BYTE_ORDER: u8 = if cfg!(target_endian = "little") {
    elf::ELFDATA2LSB
} else {
    elf::ELFDATA2MSB
};

/// Beginnings of files that are found where a library should be.
const LOOKALIKES: [(&[u8], &str); 10] = [
    (b"MZ", "a Windows library or program"),
    (b"\xcf\xfa\xed\xfe", "a macOS library or program"),
    (b"\xca\xfe\xba\xbe", "a macOS universal library or program"),
    (b"!<arch>\n", "a static library"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself",
    ),
    (b"#!", "a script"),
    (b"<", "a web page or XML"),
    (b"/* GNU ld script", "a linker script"),
];

/// The header of a shared library for this machine.
pub(super) fn identify<'d, R: ReadRef<'d>>(data: R, len: u64) -> Result<&'d Header, Cause> {
    let what = "its ELF header";
    let cut = || Cause::HeaderCut {
        what,
        needs: size_of::<Header>() as u64,
        has: len,
    };
    let start = data
        .read_bytes_at(0, len.min(32))
        .map_err(|()| read("its first bytes"))?;
    if start.is_empty() {
        return Err(Cause::Empty);
    }
    if !start.starts_with(&elf::ELFMAG[..start.len().min(4)]) {
        return Err(Cause::NotElf {
            looks_like: looks_like(start),
        });
    }
    // The machine stands at the same place in every class.
    let &[_, _, _, _, class, byte_order, .., m0, m1] = start.first_chunk::<20>().ok_or_else(cut)?;
    let machine = match byte_order {
        elf::ELFDATA2MSB => u16::from_be_bytes([m0, m1]),
        _ => u16::from_le_bytes([m0, m1]),
    };
    if class != elf::ELFCLASS64
        || byte_order != BYTE_ORDER
        || MACHINE.is_some_and(|expected| machine != expected)
    {
        return Err(Cause::ForeignMachine {
            file: describe(class, byte_order, machine),
            process: describe(elf::ELFCLASS64, BYTE_ORDER, MACHINE.unwrap_or(elf::EM_NONE)),
        });
    }
    if len < size_of::<Header>() as u64 {
        return Err(cut());
    }
    let header: &Header = data.read_at(0).map_err(|()| read(what))?;
    let not_shared = match header.e_type(NativeEndian) {
        elf::ET_DYN => return Ok(header),
        elf::ET_REL => "an object file".to_owned(),
        elf::ET_EXEC => "a program".to_owned(),
        elf::ET_CORE => "a core dump".to_owned(),
        other => format!("an ELF file of type {other}"),
    };
    Err(Cause::NotShared { what: not_shared })
}

fn looks_like(start: &[u8]) -> String {
    if start.iter().all(|&byte| byte == 0) {
        return "it begins with zeros".to_owned();
    }
    match LOOKALIKES
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
    {
        Some((_, what)) => format!("it looks like {what}"),
        None => format!(
            "it begins with \"{}\"",
            start[..start.len().min(16)].escape_ascii()
        ),
    }
}

fn describe(class: u8, byte_order: u8, machine: u16) -> String {
    let bits = match class {
        elf::ELFCLASS32 => Cow::Borrowed("32-bit"),
        elf::ELFCLASS64 => Cow::Borrowed("64-bit"),
        other => format!("(ELF class {other})").into(),
    };
    let order = match byte_order {
        elf::ELFDATA2LSB => Cow::Borrowed(""),
        elf::ELFDATA2MSB => Cow::Borrowed(" big-endian"),
        other => format!(" (byte order {other})").into(),
    };
    let name = match machine {
        elf::EM_NONE => Cow::Borrowed(std::env::consts::ARCH),
        elf::EM_X86_64 => "x86-64".into(),
        elf::EM_AARCH64 => "AArch64".into(),
        elf::EM_386 => "x86".into(),
        elf::EM_ARM => "ARM".into(),
        elf::EM_RISCV => "RISC-V".into(),
        elf::EM_PPC64 => "PowerPC".into(),
        elf::EM_S390 => "S/390".into(),
        elf::EM_LOONGARCH => "LoongArch".into(),
        elf::EM_MIPS => "MIPS".into(),
        other => format!("machine {other}").into(),
    };
    format!("{bits}{order} {name}")
}
