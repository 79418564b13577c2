//! What a file is, and for which machine: the first twenty bytes.

use std::env::consts::ARCH;
use std::mem::size_of;

use object::ReadRef;
use object::elf;
use object::endian::NativeEndian;
use object::read::elf::FileHeader as _;

use super::super::cause::Cause;
use super::Header;

/// Machines by their numbers: the name that people know, and Rust's where this process
/// may run on one.
const MACHINES: [(u16, &str, &str); 9] = [
    (elf::EM_X86_64, "x86-64", "x86_64"),
    (elf::EM_AARCH64, "AArch64", "aarch64"),
    (elf::EM_386, "x86", ""),
    (elf::EM_ARM, "ARM", ""),
    (elf::EM_RISCV, "RISC-V", "riscv64"),
    (elf::EM_PPC64, "PowerPC", "powerpc64"),
    (elf::EM_S390, "S/390", "s390x"),
    (elf::EM_LOONGARCH, "LoongArch", "loongarch64"),
    (elf::EM_MIPS, "MIPS", ""),
];

/// This process's number, or none for a machine that the list lacks; then the
/// system's loader decides.
fn machine_of_process() -> Option<u16> {
    let mut machines = MACHINES.iter();
    let own = machines.find(|(_, _, arch)| *arch == ARCH)?;
    Some(own.0)
}

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
        .map_err(|()| Cause::Read("its first bytes"))?;
    if start.is_empty() {
        return Err(Cause::Empty);
    }
    if !start.starts_with(&elf::ELFMAG[..start.len().min(4)]) {
        return Err(Cause::NotElf(looks_like(start)));
    }
    // The machine stands at the same place in every class.
    let &[_, _, _, _, class, byte_order, .., m0, m1] = start.first_chunk::<20>().ok_or_else(cut)?;
    let machine = match byte_order {
        elf::ELFDATA2MSB => u16::from_be_bytes([m0, m1]),
        _ => u16::from_le_bytes([m0, m1]),
    };
    let expected = machine_of_process();
    if class != elf::ELFCLASS64
        || byte_order != BYTE_ORDER
        || expected.is_some_and(|expected| machine != expected)
    {
        return Err(Cause::ForeignMachine {
            file: describe(class, byte_order, machine),
            process: describe(
                elf::ELFCLASS64,
                BYTE_ORDER,
                expected.unwrap_or(elf::EM_NONE),
            ),
        });
    }
    if len < size_of::<Header>() as u64 {
        return Err(cut());
    }
    let header: &Header = data.read_at(0).map_err(|()| Cause::Read(what))?;
    let not_shared = match header.e_type(NativeEndian) {
        elf::ET_DYN => return Ok(header),
        elf::ET_REL => "an object file".to_owned(),
        elf::ET_EXEC => "a program".to_owned(),
        elf::ET_CORE => "a core dump".to_owned(),
        other => format!("an ELF file of type {other}"),
    };
    Err(Cause::NotShared(not_shared))
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
        elf::ELFCLASS32 => "32-bit".to_owned(),
        elf::ELFCLASS64 => "64-bit".to_owned(),
        other => format!("(ELF class {other})"),
    };
    let order = match byte_order {
        elf::ELFDATA2LSB => String::new(),
        elf::ELFDATA2MSB => " big-endian".to_owned(),
        other => format!(" (byte order {other})"),
    };
    let name = match MACHINES.iter().find(|(number, ..)| *number == machine) {
        Some((_, name, _)) => (*name).to_owned(),
        None if machine == elf::EM_NONE => ARCH.to_owned(),
        None => format!("machine {machine}"),
    };
    format!("{bits}{order} {name}")
}
