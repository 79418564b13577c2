//! The loadable segments: which part of the file goes where in memory.

use std::ops::Range;

use object::elf;
use object::endian::NativeEndian;
use object::read::elf::ProgramHeader as _;

use super::super::cause::Cause;
use super::{ProgramHeader, damaged};
use crate::platform::pages::page_size;

/// In ascending order of their addresses, at least one.
pub(super) struct Segments<'d>(Vec<&'d ProgramHeader>);

impl<'d> Segments<'d> {
    /// Takes the loadable ones of `headers`, whose file ranges are known to lie
    /// within the file.
    ///
    /// They do not overlap, and ascend, as the ELF specification demands: the
    /// system's loader reserves the address space from the first one's start to
    /// the last one's end. Nor do they share a page, since the loader maps whole ones.
    pub(super) fn collect(headers: &'d [ProgramHeader]) -> Result<Self, Cause> {
        let is_loadable = |header: &&ProgramHeader| header.p_type(NativeEndian) == elf::PT_LOAD;
        let segments: Vec<_> = headers.iter().filter(is_loadable).collect();
        let page = page_size() as u64;
        let mut free_from = 0;
        for segment in &segments {
            let (address, size) = (start(segment), segment.p_memsz(NativeEndian));
            if segment.p_filesz(NativeEndian) > size {
                return Err(damaged("a segment is larger in the file than in memory"));
            }
            if address - address % page < free_from {
                return Err(damaged("its segments overlap or are out of order"));
            }
            if !segment.p_align(NativeEndian).is_power_of_two() {
                return Err(damaged(
                    "a segment has an alignment that is no power of two",
                ));
            }
            free_from = address
                .checked_add(size)
                .filter(|&end| isize::try_from(end).is_ok())
                .ok_or_else(|| damaged("a segment lies outside the address space"))?;
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
        let offset = address - start(segment);
        let end = offset.checked_add(size)?;
        (end <= segment.p_filesz(NativeEndian) && segment.p_flags(NativeEndian) & access == access)
            .then_some(segment.p_offset(NativeEndian) + offset)
    }

    /// The part of the file that the segment at an address comes from.
    pub(super) fn file_range(&self, address: u64) -> Option<(u64, u64)> {
        Some(self.at(address)?.file_range(NativeEndian))
    }

    /// Whether all these addresses are there, from the file or as zeros, and may be used in
    /// these ways.
    pub(super) fn has_memory(&self, address: u64, size: u64, access: u32) -> bool {
        let is_usable = |segment: &&ProgramHeader| segment.p_flags(NativeEndian) & access == access;
        let segment = self.at(address).filter(is_usable);
        let end = address.checked_add(size);
        segment.is_some_and(|segment| end.is_some_and(|end| end <= end_of(segment)))
    }

    /// The addresses from the beginning of the first segment to the end of the last.
    pub(super) fn bounds(&self) -> Range<u64> {
        let first = self.0.first().map_or(0, |segment| start(segment));
        first..self.0.last().map_or(0, |segment| end_of(segment))
    }

    /// Whether something is in the pages from the beginning to the end.
    pub(super) fn is_near(&self, address: u64) -> bool {
        let Range { start, end } = self.bounds();
        let page = page_size() as u64;
        (start..=end.next_multiple_of(page)).contains(&address)
    }

    /// How many of the bytes from `address` on come from the file.
    pub(super) fn remaining(&self, address: u64) -> u64 {
        self.at(address)
            .map_or(0, |segment| file_end(segment).saturating_sub(address))
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
            Some(next) => Some(start(next)),
            None => end_of(segment).checked_next_multiple_of(segment.p_align(NativeEndian).max(1)),
        };
        address + file_size >= file_end(segment) && limit.is_some_and(|limit| end <= limit)
    }

    fn at(&self, address: u64) -> Option<&'d ProgramHeader> {
        let segment = self.0[self.index_after(address).checked_sub(1)?];
        (address < end_of(segment)).then_some(segment)
    }

    fn index_after(&self, address: u64) -> usize {
        self.0.partition_point(|segment| start(segment) <= address)
    }
}

fn start(segment: &ProgramHeader) -> u64 {
    segment.p_vaddr(NativeEndian)
}

// Neither sum overflows: `collect` has seen to that.

fn end_of(segment: &ProgramHeader) -> u64 {
    start(segment) + segment.p_memsz(NativeEndian)
}

fn file_end(segment: &ProgramHeader) -> u64 {
    start(segment) + segment.p_filesz(NativeEndian)
}
