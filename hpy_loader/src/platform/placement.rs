//! Where in the address space a library goes: near the VM.
//!
//! Linux puts an executable at one end of the address space and its libraries at the
//! other. A branch predictor that keeps only the low bits of targets pays for each call
//! between the two. On an AMD Zen 4 a call of an empty function and its return take 1.4 ns
//! if both are in one block of 2^37 bytes, aligned, and 2.3 ns if they are not: as much as
//! the rest of what `HPy_Dup` does. With 0.8 ns more for each call, the 36 rows in C whose
//! times on that machine bench/README.md records would take 1.14 times as long in the mean
//! (computed from them). An Intel Xeon (family 6, model 167) does not care: 1.00 in C and
//! 1.01 from Python, measured. Other processors draw such a line at 4 GiB.
//!
//! `dlopen` takes the address that the kernel picks, which is the highest one that
//! is free. So for the time of a `dlopen` everything above the VM's own block of
//! 4 GiB is made not free: reserved, without access, which costs neither memory
//! nor commit charge. The library then goes to the end of that block, or right
//! below it if it is full. What another thread maps at this moment goes there as
//! well, which is no harm. Where reserving fails, as under `ulimit -v`, the
//! library goes where it would have gone.

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use std::ffi::c_void;
use std::ops::Range;
use std::ptr;

/// Calls within one such block are cheap on all processors that we know of.
const BLOCK: usize = 1 << 32;

/// The system limits how many mappings a process has (65,530, if nobody has set
/// it). One that comes near to it is not brought nearer.
const MOST: usize = 4096;

/// Leaves the kernel only addresses up to the end of the block that `address` is in, until
/// what is returned is dropped.
pub(super) fn stay_near(address: usize) -> Vec<Reserved> {
    let end = (address | (BLOCK - 1)) + 1;
    let mapped = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mut gaps = gaps(&mapped, end);
    if gaps.len() > MOST {
        gaps.clear();
    }
    gaps.into_iter().filter_map(Reserved::at).collect()
}

/// Addresses with nothing behind them.
pub(super) struct Reserved {
    start: *mut c_void,
    bytes: usize,
}

impl Reserved {
    fn at(gap: Range<usize>) -> Option<Self> {
        let place = ptr::without_provenance_mut(gap.start);
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED_NOREPLACE;
        // SAFETY: a new mapping that replaces none.
        let start = unsafe { mmap_anonymous(place, gap.len(), ProtFlags::empty(), flags) }.ok()?;
        let reserved = Self {
            start,
            bytes: gap.len(),
        };
        // A kernel before 4.17 takes the place for a hint.
        (start == place).then_some(reserved)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // SAFETY: reserved by this value, and nobody was told of it.
        let _ = unsafe { munmap(self.start, self.bytes) };
    }
}

/// What is free from `start` on. Not the place below the stack, which grows.
fn gaps(mapped: &str, start: usize) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut free = start;
    for line in mapped.lines() {
        let Some(range) = range(line) else { continue };
        if range.end <= free {
            continue;
        }
        if line.ends_with("[stack]") {
            break;
        }
        if range.start > free {
            gaps.push(free..range.start);
        }
        free = range.end;
    }
    gaps
}

fn range(line: &str) -> Option<Range<usize>> {
    let (start, rest) = line.split_once('-')?;
    let (end, _) = rest.split_once(' ')?;
    let number = |text| usize::from_str_radix(text, 16).ok();
    Some(number(start)?..number(end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_is_free_above_the_start() {
        let mapped = "\
1000-2000 r-xp 00000000 fe:00 1 /bin/vm
5000-6000 rw-p 00000000 00:00 0 [heap]
9000-a000 r-xp 00000000 fe:00 1 /lib/a.so
a000-c000 r-xp 00000000 fe:00 1 /lib/b.so
d000-e000 r-xp 00000000 00:00 0 [vdso]
f000-10000 rw-p 00000000 00:00 0 [stack]
20000-21000 --xp 00000000 00:00 0 [vsyscall]
";
        assert_eq!(gaps(mapped, 0x7000), [0x7000..0x9000, 0xc000..0xd000]);
        assert_eq!(gaps(mapped, 0x5800), [0x6000..0x9000, 0xc000..0xd000]);
        assert_eq!(gaps(mapped, 0xb000).as_slice(), &[0xc000..0xd000; 1]);
        assert!(gaps("", 0x7000).is_empty());
    }

    #[test]
    #[cfg_attr(miri, ignore = "maps real memory")]
    fn what_is_mapped_meanwhile_is_near() {
        let here = range as *const () as usize;
        let map = || {
            let mapped = memmap2::MmapMut::map_anon(1 << 20).expect("memory");
            mapped.as_ptr().addr()
        };
        let reserved = stay_near(here);
        assert!(!reserved.is_empty());
        let meanwhile = map();
        drop(reserved);
        assert!(
            meanwhile < (here | (BLOCK - 1)),
            "{meanwhile:x} for {here:x}"
        );
        assert!(
            meanwhile.abs_diff(here) < 2 * BLOCK,
            "{meanwhile:x} for {here:x}"
        );
    }
}
