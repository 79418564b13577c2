//! The loadable segments: which part of the file goes where in memory.

use object::elf;
use object::endian::NativeEndian;
use object::read::elf::ProgramHeader as _;

use super::super::cause::Cause;
use super::{ProgramHeader, damaged};

/// In ascending order of their addresses, at least one.
pub(super) struct Segments(Vec<Segment>);

struct Segment {
    address: u64,
    offset: u64,
    file_size: u64,
    memory_size: u64,
    alignment: u64,
    flags: u32,
}

impl Segments {
    /// Takes the loadable ones of `headers`, whose file ranges are known to lie
    /// within the file.
    ///
    /// They do not overlap, and ascend, as the ELF specification demands: the
    /// system's loader reserves the address space from the first one's start to
    /// the last one's end.
    pub(super) fn collect(headers: &[ProgramHeader]) -> Result<Self, Cause> {
        let mut segments = Vec::new();
        let mut free_from = 0;
        for header in headers {
            if header.p_type(NativeEndian) != elf::PT_LOAD {
                continue;
            }
            let (offset, file_size) = header.file_range(NativeEndian);
            let segment = Segment {
                address: header.p_vaddr(NativeEndian),
                offset,
                file_size,
                memory_size: header.p_memsz(NativeEndian),
                alignment: header.p_align(NativeEndian),
                flags: header.p_flags(NativeEndian),
            };
            if segment.file_size > segment.memory_size {
                return Err(damaged("a segment is larger in the file than in memory"));
            }
            if segment.address < free_from {
                return Err(damaged("its segments overlap or are out of order"));
            }
            free_from = segment
                .address
                .checked_add(segment.memory_size)
                .filter(|&end| isize::try_from(end).is_ok())
                .ok_or_else(|| damaged("a segment lies outside the address space"))?;
            segments.push(segment);
        }
        if segments.is_empty() {
            return Err(damaged("it has no loadable segment"));
        }
        Ok(Self(segments))
    }

    /// Where in the file the bytes at these addresses are, if all of them are
    /// there and may be used in these ways (`PF_*`).
    pub(super) fn offset(&self, address: u64, size: u64, access: u32) -> Option<u64> {
        let segment = self.at(address)?;
        let start = address - segment.address;
        let end = start.checked_add(size)?;
        (end <= segment.file_size && segment.flags & access == access)
            .then_some(segment.offset + start)
    }

    /// How many of the bytes from `address` on come from the file.
    pub(super) fn remaining(&self, address: u64) -> u64 {
        self.at(address)
            .map_or(0, |segment| segment.file_end().saturating_sub(address))
    }

    /// Whether a range that becomes read-only after relocation spares all
    /// variables.
    ///
    /// It may be larger in memory than in the file, for want of more contents
    /// or rounded up to a page, but only if it is the end of its segment and
    /// stops short of the next one.
    pub(super) fn spares_variables(&self, address: u64, file_size: u64, memory_size: u64) -> bool {
        if memory_size <= file_size {
            return true;
        }
        let (Some(segment), Some(end)) = (self.at(address), address.checked_add(memory_size))
        else {
            return false;
        };
        let limit = match self.0.get(self.index_after(address)) {
            Some(next) => Some(next.address),
            None => segment
                .end()
                .checked_next_multiple_of(segment.alignment.max(1)),
        };
        address + file_size >= segment.file_end() && limit.is_some_and(|limit| end <= limit)
    }

    fn at(&self, address: u64) -> Option<&Segment> {
        let segment = &self.0[self.index_after(address).checked_sub(1)?];
        (address < segment.end()).then_some(segment)
    }

    fn index_after(&self, address: u64) -> usize {
        self.0.partition_point(|segment| segment.address <= address)
    }
}

impl Segment {
    // Neither sum overflows: `collect` has seen to that.

    fn end(&self) -> u64 {
        self.address + self.memory_size
    }

    fn file_end(&self) -> u64 {
        self.address + self.file_size
    }
}
