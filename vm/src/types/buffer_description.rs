//! What a buffer reaches, in RustPython's terms.
//!
//! RustPython knows memory in which each item lies at a distance that follows from
//! its indices. Rows that are reached through pointers (`suboffsets`) do not, so of
//! such a buffer it gets a copy, which can't be written to.

use hpy_loader::abi::{HPy, HPy_buffer};
use hpy_loader::memory::{is_available, is_plausible};
use rustpython_vm::buffer::FormatSpec;
use rustpython_vm::protocol::BufferDescriptor;
use rustpython_vm::vm::thread::with_current_vm;
use std::borrow::Cow;
use std::ffi::CStr;

/// A buffer before an extension fills it in.
pub const EMPTY: HPy_buffer = HPy_buffer {
    buf: std::ptr::null_mut(),
    obj: HPy::NULL,
    len: 0,
    itemsize: 1,
    readonly: 0,
    ndim: 1,
    format: std::ptr::null_mut(),
    shape: std::ptr::null_mut(),
    strides: std::ptr::null_mut(),
    suboffsets: std::ptr::null_mut(),
    internal: std::ptr::null_mut(),
};

/// A range of memory of an extension.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Its first byte; not null.
    pub start: *mut u8,
    /// Its length in bytes.
    pub length: usize,
}

impl Memory {
    pub const EMPTY: Self = Self {
        start: std::ptr::dangling_mut(),
        length: 0,
    };
}

/// A buffer in RustPython's terms.
#[derive(Debug)]
pub struct Described {
    /// Where the items are in the memory.
    pub descriptor: BufferDescriptor,
    /// The memory: the extension's, or that of the copy.
    pub memory: Memory,
    /// What has to live as long as the memory is used.
    pub copy: Option<Box<[u8]>>,
}

/// What RustPython needs to know of a buffer. RustPython indexes the memory by
/// this description, so one that contradicts itself is refused.
pub fn describe(buffer: &HPy_buffer) -> Result<Described, &'static str> {
    let len = usize::try_from(buffer.len).map_err(|_| "the buffer's length is negative")?;
    let itemsize = usize::try_from(buffer.itemsize).map_err(|_| "the item size is negative")?;
    let ndim = usize::try_from(buffer.ndim).map_err(|_| "the number of dimensions is negative")?;
    if buffer.buf.is_null() && len > 0 {
        return Err("the buffer has no memory");
    }
    let format = match buffer.format {
        format if format.is_null() => Cow::Borrowed("B"),
        // SAFETY: `bf_getbuffer` sets it to null or a C string.
        format => match unsafe { CStr::from_ptr(format) }.to_str() {
            Ok("B") => Cow::Borrowed("B"),
            Ok(format) => Cow::Owned(format.to_owned()),
            Err(_) => return Err("the buffer's format is not text"),
        },
    };
    // SAFETY: `bf_getbuffer` sets the arrays to null or to `ndim` numbers.
    let array = |numbers: *mut isize| unsafe {
        (!numbers.is_null()).then(|| std::slice::from_raw_parts(numbers, ndim))
    };
    if format != "B" && format_size(&format).is_some_and(|size| size > itemsize) {
        return Err("an item is smaller than its format says");
    }
    let suboffsets = array(buffer.suboffsets);
    let suboffsets = suboffsets.filter(|offsets| offsets.iter().any(|&offset| offset >= 0));
    let lengths: Vec<usize> = match (array(buffer.shape), ndim) {
        (Some(shape), _) => shape
            .iter()
            .map(|&length| usize::try_from(length).map_err(|_| "a dimension is negative"))
            .collect::<Result<_, _>>()?,
        (None, 0) => Vec::new(),
        (None, 1) => vec![len.checked_div(itemsize).unwrap_or(0)],
        (None, _) => return Err("the buffer has dimensions but no shape"),
    };
    let items = lengths
        .iter()
        .try_fold(itemsize, |size, &length| size.checked_mul(length));
    if items != Some(len) {
        return Err("the buffer's length is not that of its items");
    }
    let strides = match array(buffer.strides) {
        Some(strides) => strides.to_vec(),
        None => contiguous(&lengths, itemsize),
    };
    let (memory, copy, strides, offset) = match suboffsets {
        Some(_) if !is_available(len) => {
            return Err("there is no memory for a copy of the buffer");
        }
        Some(suboffsets) => {
            let mut copy = Vec::with_capacity(len);
            let steps = strides.into_iter().zip(suboffsets.iter().copied());
            let steps: Vec<_> = steps.collect();
            // SAFETY: the extension promises that the pointers lead to the items.
            unsafe { gather(buffer.buf.cast(), &lengths, &steps, itemsize, &mut copy) };
            let mut copy = copy.into_boxed_slice();
            let memory = Memory {
                start: copy.as_mut_ptr(),
                length: copy.len(),
            };
            (memory, Some(copy), contiguous(&lengths, itemsize), 0)
        }
        None => {
            let reached = reach(&lengths, &strides, itemsize);
            let (before, after) = reached.ok_or("the strides are too large")?;
            let memory = match before + after {
                0 => Memory::EMPTY,
                length => Memory {
                    start: buffer.buf.cast::<u8>().wrapping_sub(before),
                    length,
                },
            };
            if !is_plausible(memory.start, memory.length) {
                return Err("the buffer's memory is not there");
            }
            // RustPython copies items without asking whether there is memory for them, and
            // items that share memory may be more than there can be.
            if len > memory.length && !is_available(len) {
                return Err("the buffer has more items than there is memory for");
            }
            (memory, None, strides, before.cast_signed())
        }
    };
    let dimensions = lengths.into_iter().zip(strides);
    let dimensions = dimensions.map(|(length, stride)| (length, stride, 0));
    let descriptor = BufferDescriptor {
        len,
        offset,
        readonly: buffer.readonly != 0 || copy.is_some(),
        itemsize,
        format,
        dim_desc: dimensions.collect(),
    };
    Ok(Described {
        descriptor,
        memory,
        copy,
    })
}

/// The size of an item with this format, in bytes. None if RustPython does not know the
/// format, and says so when a view is made.
fn format_size(format: &str) -> Option<usize> {
    let spec = with_current_vm(|vm| FormatSpec::parse(format.as_bytes(), vm));
    spec.ok().map(|spec| spec.size())
}

/// Appends the items in the order of their indices. `steps` has the stride and the
/// suboffset of each dimension; one that is not negative says that a pointer lies
/// there, and how far behind its target the next dimension begins.
///
/// # Safety
///
/// All that `start` leads to by these steps can be read.
unsafe fn gather(
    start: *const u8,
    lengths: &[usize],
    steps: &[(isize, isize)],
    itemsize: usize,
    copy: &mut Vec<u8>,
) {
    let ([length, lengths @ ..], [(stride, suboffset), steps @ ..]) = (lengths, steps) else {
        // SAFETY: an item lies here, by the promise of the caller.
        copy.extend_from_slice(unsafe { std::slice::from_raw_parts(start, itemsize) });
        return;
    };
    for index in 0..length.cast_signed() {
        let place = start.wrapping_offset(index * stride);
        // SAFETY: the items lie here or where the pointer leads that lies here, by the
        // promise of the caller.
        unsafe {
            let place = match *suboffset {
                ..0 => place,
                distance => {
                    let target = place.cast::<*const u8>().read_unaligned();
                    target.wrapping_offset(distance)
                }
            };
            gather(place, lengths, steps, itemsize, copy);
        }
    }
}

/// The strides of items that lie one after the other.
fn contiguous(lengths: &[usize], itemsize: usize) -> Vec<isize> {
    let mut strides = vec![0; lengths.len()];
    let mut stride = itemsize;
    for (place, &length) in strides.iter_mut().zip(lengths).rev() {
        *place = stride.cast_signed();
        stride = stride.saturating_mul(length);
    }
    strides
}

/// How many bytes lie before the first item, and from it on.
fn reach(lengths: &[usize], strides: &[isize], itemsize: usize) -> Option<(usize, usize)> {
    if lengths.contains(&0) || itemsize == 0 {
        return Some((0, 0));
    }
    let (mut before, mut after) = (0_usize, itemsize);
    for (&length, &stride) in lengths.iter().zip(strides) {
        let extent = stride.unsigned_abs().checked_mul(length - 1)?;
        let side = if stride < 0 { &mut before } else { &mut after };
        *side = side.checked_add(extent)?;
    }
    isize::try_from(before.checked_add(after)?).ok()?;
    Some((before, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

    /// Memory with a view of bytes over it.
    struct View {
        memory: [u8; 12],
        shape: Vec<isize>,
        strides: Option<Vec<isize>>,
    }

    impl View {
        fn new(shape: &[isize], strides: Option<&[isize]>) -> Self {
            Self {
                memory: [0; 12],
                shape: shape.to_vec(),
                strides: strides.map(<[isize]>::to_vec),
            }
        }

        /// The view whose first item lies at `first`.
        fn buffer(&mut self, first: usize) -> HPy_buffer {
            let strides = self.strides.as_mut();
            HPy_buffer {
                buf: (&raw mut self.memory[first]).cast(),
                len: self.shape.iter().product(),
                ndim: self.shape.len() as i32,
                shape: self.shape.as_mut_ptr(),
                strides: strides.map_or(std::ptr::null_mut(), |strides| strides.as_mut_ptr()),
                ..EMPTY
            }
        }
    }

    #[test]
    fn a_view_that_walks_backwards_starts_at_the_end() {
        let mut view = View::new(&[3, 4], Some(&[-4, 1]));
        let buffer = view.buffer(8);
        let described = describe(&buffer).expect("consistent");
        let (descriptor, reached) = (described.descriptor, described.memory);
        assert_eq!(reached.start, view.memory.as_mut_ptr());
        assert_eq!((reached.length, descriptor.offset), (12, 8));
        assert_eq!(descriptor.dim_desc, [(3, -4, 0), (4, 1, 0)]);
    }

    #[test]
    fn without_strides_items_lie_one_after_the_other() {
        let mut view = View::new(&[3, 2, 2], None);
        let described = describe(&view.buffer(0)).expect("consistent");
        let (descriptor, reached) = (described.descriptor, described.memory);
        assert_eq!(reached.length, 12);
        assert_eq!(descriptor.dim_desc, [(3, 4, 0), (2, 2, 0), (2, 1, 0)]);
    }

    #[test]
    fn a_length_that_contradicts_the_shape_is_refused() {
        let mut view = View::new(&[3, 4], None);
        let mut buffer = view.buffer(0);
        for len in [13, 11, -1] {
            buffer.len = len;
            assert!(describe(&buffer).is_err(), "{len}");
        }
    }

    #[test]
    fn an_empty_view_reaches_nothing() {
        let mut view = View::new(&[0, 4], Some(&[-400, 1]));
        let described = describe(&view.buffer(3)).expect("consistent");
        let (descriptor, reached) = (described.descriptor, described.memory);
        assert_eq!((descriptor.len, reached.length), (0, 0));
    }

    #[test]
    fn rows_behind_pointers_are_copied() {
        let numbers: [u8; 12] = std::array::from_fn(|number| number as u8);
        let mut rows = [numbers[8..].as_ptr(), numbers.as_ptr()];
        let mut view = View::new(&[2, 3], Some(&[size_of::<*const u8>().cast_signed(), 1]));
        let mut suboffsets = [1, -1];
        let mut buffer = view.buffer(0);
        buffer.buf = rows.as_mut_ptr().cast();
        buffer.suboffsets = suboffsets.as_mut_ptr();
        let described = describe(&buffer).expect("consistent");
        assert_eq!(described.copy.as_deref(), Some(&[9, 10, 11, 1, 2, 3][..]));
        assert_eq!(described.descriptor.dim_desc, [(2, 3, 0), (3, 1, 0)]);
        assert!(described.descriptor.readonly);
    }

    #[test]
    fn memory_that_is_not_there_is_refused() {
        for (length, stride, reason) in [
            (1 << 62, 1, "the buffer's memory is not there"),
            (1 << 45, 1, "the buffer's memory is not there"),
            (1 << 45, -1, "the buffer's memory is not there"),
            (
                1 << 62,
                0,
                "the buffer has more items than there is memory for",
            ),
        ] {
            let mut view = View::new(&[length], Some(&[stride]));
            let buffer = view.buffer(0);
            assert_eq!(describe(&buffer).expect_err("a lie"), reason);
        }
    }

    #[test]
    fn addresses_that_lead_nowhere_are_refused() {
        for address in [1, 8, 4096, 0x5a5a_5a5a_5a5a_5a5a, usize::MAX - 3] {
            let mut view = View::new(&[3], None);
            let mut buffer = view.buffer(0);
            buffer.buf = std::ptr::without_provenance_mut(address);
            let reason = describe(&buffer).expect_err("a lie");
            assert_eq!(reason, "the buffer's memory is not there", "{address:#x}");
        }
    }

    #[test]
    fn an_item_smaller_than_its_format_is_refused() {
        InterpreterBuilder::new().init_stdlib().build().enter(|_| {
            for (format, itemsize, is_right) in [
                (c"i", 1, false),
                (c"i", 3, false),
                (c"i", 4, true),
                (c"<bh", 2, false),
                (c"<bh", 3, true),
                (c"8s", 4, false),
                (c"B", 4, true),
            ] {
                let mut view = View::new(&[12 / itemsize], None);
                let mut buffer = view.buffer(0);
                buffer.itemsize = itemsize;
                buffer.len = 12 / itemsize * itemsize;
                buffer.format = format.as_ptr().cast_mut();
                assert_eq!(describe(&buffer).is_ok(), is_right, "{format:?} {itemsize}");
            }
        });
    }

    #[test]
    fn strides_that_leave_the_address_space_are_refused() {
        assert_eq!(reach(&[3], &[isize::MAX], 1), None);
        assert_eq!(reach(&[2, 2], &[isize::MAX, isize::MIN], 1), None);
    }
}
