//! Where in the address space a library goes: near the VM.
//!
//! Linux puts an executable at one end of the address space and its libraries at
//! the other. A branch predictor that keeps only the low bits of targets pays for
//! each call between the two. On an AMD Zen 4 a call of an empty function and
//! its return take 1.4 ns if both are in one block of 2^37 bytes, aligned, and
//! 2.3 ns if they are not: as much as the rest of what `HPy_Dup` does. Other
//! processors draw such a line at 4 GiB.
//!
//! `dlopen` takes the address that the kernel picks, which is the highest one that
//! is free. So for the time of a `dlopen` everything above the VM's own block of
//! 4 GiB is made not free: reserved, without access, which costs neither memory
//! nor commit charge. The library then goes to the end of that block, or right
//! below it if it is full. What another thread maps at this moment goes there as
//! well, which is no harm. Where reserving fails, as under `ulimit -v`, the
//! library goes where it would have gone.

use std::fs;
use std::ops::Range;
use std::ptr;

/// What is kept from the kernel, until this is dropped.
pub(crate) struct Near {
    reserved: Vec<Range<usize>>,
}

/// Calls within one such block are cheap on all processors that we know of.
const BLOCK: usize = 1 << 32;

/// The system limits how many mappings a process has (65,530, if nobody has set
/// it). One that comes near to it is not brought nearer.
const MOST: usize = 4096;

impl Near {
    /// Leaves only addresses up to the end of the block that `address` is in.
    pub(crate) fn to(address: usize) -> Self {
        let end = (address | (BLOCK - 1)) + 1;
        let mapped = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let mut gaps = gaps(&mapped, end);
        if gaps.len() > MOST {
            gaps.clear();
        }
        gaps.retain(reserve);
        Self { reserved: gaps }
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        for gap in &self.reserved {
            // SAFETY: reserved by this value, and nobody was told of it.
            unsafe { libc::munmap(ptr::without_provenance_mut(gap.start), gap.len()) };
        }
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

fn reserve(gap: &Range<usize>) -> bool {
    let place = ptr::without_provenance_mut(gap.start);
    // SAFETY: a new mapping that replaces none.
    let reserved = unsafe {
        libc::mmap(
            place,
            gap.len(),
            libc::PROT_NONE,
            libc::MAP_PRIVATE
                | libc::MAP_ANONYMOUS
                | libc::MAP_NORESERVE
                | libc::MAP_FIXED_NOREPLACE,
            -1,
            0,
        )
    };
    if reserved == libc::MAP_FAILED {
        return false;
    }
    if reserved != place {
        // A kernel before 4.17 takes the place for a hint.
        // SAFETY: just mapped, and nobody was told of it.
        unsafe { libc::munmap(reserved, gap.len()) };
        return false;
    }
    true
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
            // SAFETY: a new mapping at a place of the kernel's choice, and away.
            unsafe {
                let (prot, flags) = (libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
                let place = libc::mmap(ptr::null_mut(), 1 << 20, prot, flags, -1, 0);
                assert_ne!(place, libc::MAP_FAILED);
                libc::munmap(place, 1 << 20);
                place as usize
            }
        };
        let near = Near::to(here);
        assert!(!near.reserved.is_empty());
        let meanwhile = map();
        drop(near);
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
