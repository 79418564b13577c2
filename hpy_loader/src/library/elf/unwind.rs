//! The table by which exceptions find their way up the stack. It says where functions
//! begin and end, so an address that is called and lies between the two is a wrong one.
//!
//! Not every function has an entry, and not every file a table.

use gimli::{
    BaseAddresses, EhFrame, EhFrameHdr, EhFrameOffset, EndianSlice, FrameDescriptionEntry,
    NativeEndian as Native, Pointer, UnwindSection as _,
};
use object::ReadRef;
use object::elf::PT_GNU_EH_FRAME;
use object::endian::NativeEndian;
use object::read::elf::ProgramHeader as _;

use super::super::cause::Cause;
use super::{ElfImage, damaged};

const NAME: &str = "its unwind table";

/// Beginnings and ends, ascending.
pub(super) struct Functions(Vec<(u64, u64)>);

impl Functions {
    /// Reads the table and what it leads to, and checks that they agree.
    pub(super) fn read<'d, R: ReadRef<'d>>(image: &ElfImage<'d, R>) -> Result<Self, Cause> {
        let Some(header) = image.only(PT_GNU_EH_FRAME) else {
            return Ok(Self(Vec::new()));
        };
        let (_, size) = header.file_range(NativeEndian);
        let address = header.p_vaddr(NativeEndian);
        let bytes = image.bytes(NAME, address, size)?;
        match read(image, address, bytes) {
            Ok(functions) => Ok(Self(functions)),
            Err(Fault::Io(cause)) => Err(cause),
            Err(Fault::Contents) => Err(damaged(format!("{NAME} contradicts itself"))),
        }
    }

    /// Whether the table says that a function begins at an address.
    pub(super) fn knows(&self, address: u64) -> bool {
        self.0
            .binary_search_by_key(&address, |&(start, _)| start)
            .is_ok()
    }

    /// Whether there is code at an address, and not the inside of a function.
    pub(super) fn may_begin_at<'d, R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
        address: u64,
    ) -> bool {
        let after = self.0.partition_point(|&(start, _)| start <= address);
        let function = after.checked_sub(1).map(|index| self.0[index]);
        let is_inside = |(start, end)| start < address && address < end;
        image.executable(address) && !function.is_some_and(is_inside)
    }
}

enum Fault {
    Io(Cause),
    Contents,
}

impl From<gimli::Error> for Fault {
    fn from(_: gimli::Error) -> Self {
        Self::Contents
    }
}

fn read<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    address: u64,
    bytes: &'d [u8],
) -> Result<Vec<(u64, u64)>, Fault> {
    const ADDRESS_SIZE: u8 = 8;
    let bases = BaseAddresses::default().set_eh_frame_hdr(address);
    let header = EhFrameHdr::new(bytes, Native).parse(&bases, ADDRESS_SIZE)?;
    // A linker that finds no way through the frames leaves the table out.
    let Some(table) = header.table() else {
        return Ok(Vec::new());
    };
    let Pointer::Direct(frames) = header.eh_frame_ptr() else {
        return Err(Fault::Contents);
    };
    let bases = bases.set_eh_frame(frames);
    let bytes = image.rest(NAME, frames).map_err(Fault::Io)?;
    let section = EhFrame::from(EndianSlice::new(bytes, Native));
    let mut functions: Vec<(u64, u64)> = Vec::new();
    let mut entries = table.iter(&bases);
    while let Some((start, frame)) = entries.next()? {
        let Pointer::Direct(frame) = frame else {
            return Err(Fault::Contents);
        };
        let frame = frame.checked_sub(frames).ok_or(Fault::Contents)?;
        let frame = EhFrameOffset(usize::try_from(frame).map_err(|_| Fault::Contents)?);
        let frame: FrameDescriptionEntry<_> =
            section.fde_from_offset(&bases, frame, EhFrame::cie_from_offset)?;
        let ascends = functions
            .last()
            .is_none_or(|&(last, _)| last <= frame.initial_address());
        if start != Pointer::Direct(frame.initial_address()) || !ascends {
            return Err(Fault::Contents);
        }
        functions.push((frame.initial_address(), frame.end_address()));
    }
    Ok(functions)
}
