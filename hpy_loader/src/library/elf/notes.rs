//! Notes, among them the properties by which the system's loader decides whether this
//! processor will do.

use object::ReadRef;
use object::elf::{NT_GNU_PROPERTY_TYPE_0, PT_GNU_PROPERTY, PT_NOTE};
use object::endian::{NativeEndian, U32Bytes};
use object::pod;
use object::read::elf::ProgramHeader as _;

use super::super::cause::Cause;
use super::{ElfImage, damaged};

/// Checks that notes and properties end where their segment ends.
pub(super) fn check<'d, R: ReadRef<'d>>(image: &ElfImage<'d, R>) -> Result<(), Cause> {
    for header in image.program_headers {
        if !matches!(header.p_type(NativeEndian), PT_NOTE | PT_GNU_PROPERTY) {
            continue;
        }
        let (_, size) = header.file_range(NativeEndian);
        let bytes = image.bytes("one of its notes", header.p_vaddr(NativeEndian), size)?;
        let alignment = match header.p_align(NativeEndian) {
            8 => 8,
            _ => 4,
        };
        if notes(bytes, alignment).is_none() {
            return Err(damaged("its notes contradict themselves"));
        }
    }
    Ok(())
}

/// Follows notes: the sizes of name and contents, a number, the name, the contents.
fn notes(mut bytes: &[u8], alignment: usize) -> Option<()> {
    const HEADER: usize = 12;
    while !bytes.is_empty() {
        let [name, contents, kind] = words(bytes)?;
        let start = HEADER
            .checked_add(name)?
            .checked_next_multiple_of(alignment)?;
        let end = start.checked_add(contents)?;
        let owner = bytes.get(HEADER..HEADER + name)?;
        let contents = bytes.get(start..end)?;
        if owner == b"GNU\0" && kind == NT_GNU_PROPERTY_TYPE_0 as usize {
            properties(contents)?;
        }
        // The last may lack what would align the next.
        bytes = bytes
            .get(end.next_multiple_of(alignment)..)
            .unwrap_or_default();
    }
    Some(())
}

/// Follows properties: a number, a size, the value. The numbers ascend.
fn properties(mut bytes: &[u8]) -> Option<()> {
    const HEADER: usize = 8;
    const ALIGNMENT: usize = 8;
    let mut last = 0;
    while !bytes.is_empty() {
        let [kind, size] = words(bytes)?;
        bytes = bytes.get(
            HEADER
                .checked_add(size)?
                .checked_next_multiple_of(ALIGNMENT)?..,
        )?;
        if kind < last {
            return None;
        }
        last = kind;
    }
    Some(())
}

fn words<const N: usize>(bytes: &[u8]) -> Option<[usize; N]> {
    let (words, _) = pod::slice_from_bytes::<U32Bytes<NativeEndian>>(bytes, N).ok()?;
    let words: &[_; N] = words.try_into().ok()?;
    Some(words.map(|word| word.get(NativeEndian) as usize))
}
