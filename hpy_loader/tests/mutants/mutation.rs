//! One change to a part of a file.

use crate::goods::Region;
use crate::random::Random;

/// Changes one thing in a region. Returns what it was as well.
pub fn mutate(image: &[u8], region: &Region, random: &mut Random) -> (Vec<u8>, String) {
    loop {
        let mut mutant = image.to_vec();
        let what = change(&mut mutant, region, random);
        if mutant != image {
            return (mutant, format!("{}: {what}", region.name));
        }
    }
}

/// Values at which something changes.
const BOUNDARIES: &[u64] = &[
    0,
    1,
    2,
    7,
    8,
    15,
    16,
    24,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x100,
    0xfff,
    0x1000,
    0x1001,
    0x7fff,
    0x8000,
    0xfff1,
    0xffff,
    0x10000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_f000,
    u64::MAX - 7,
    u64::MAX,
];

fn change(mutant: &mut Vec<u8>, region: &Region, random: &mut Random) -> String {
    let range = region.range.clone();
    let entries = range.len() / region.entry;
    let entry_at = |index: usize| {
        let start = range.start + index * region.entry;
        start..start + region.entry
    };
    match random.within(0..12) {
        0 | 1 => {
            let (at, bit) = (random.within(range), random.within(0..8));
            mutant[at] ^= 1 << bit;
            format!("bit {bit} of byte {at:#x} flipped")
        }
        2 => {
            let times = random.within(2..6);
            for _ in 0..times {
                mutant[random.within(range.clone())] = random.next() as u8;
            }
            format!("{times} bytes by chance")
        }
        3 | 4 => {
            let value = random.one_of(BOUNDARIES);
            set_field(mutant, region, random, |_| value)
        }
        5 => {
            let delta = random.one_of(&[1, 2, 4, 8, 16, 24, 0x1000]);
            let down = random.within(0..2) == 0;
            set_field(mutant, region, random, |old| match down {
                true => old.wrapping_sub(delta),
                false => old.wrapping_add(delta),
            })
        }
        6 => {
            // A value from elsewhere in the file, such as the address of something else.
            let from = random.within(0..mutant.len() - 8) & !7;
            let other = u64::from_ne_bytes(mutant[from..from + 8].try_into().unwrap());
            set_field(mutant, region, random, |_| other)
        }
        7 | 8 => {
            let length = random.one_of(&[8, 16, 24, 64, 512]).min(range.len());
            let filler = random.one_of(&[0, 0, 0, 0xff]);
            let at = random.within(range.start..range.end - length + 1);
            mutant[at..at + length].fill(filler);
            format!("{length} bytes at {at:#x} are {filler:#x}")
        }
        9 if entries > 1 => {
            let (one, other) = (random.within(0..entries), random.within(0..entries));
            let copy = mutant[entry_at(one)].to_vec();
            mutant.copy_within(entry_at(other), entry_at(one).start);
            mutant[entry_at(other)].copy_from_slice(&copy);
            format!("entries {one} and {other} swapped")
        }
        10 if entries > 1 => {
            let (one, other) = (random.within(0..entries), random.within(0..entries));
            mutant.copy_within(entry_at(one), entry_at(other).start);
            format!("entry {one} over {other}")
        }
        11 if random.within(0..4) == 0 => {
            let length = random.within(range);
            mutant.truncate(length);
            format!("cut at {length:#x}")
        }
        _ => {
            let length = random.one_of(&[2, 4, 8, 32]).min(range.len());
            let at = random.within(range.start..range.end - length + 1);
            mutant[at..at + length].fill_with(|| random.next() as u8);
            format!("{length} bytes at {at:#x} by chance")
        }
    }
}

/// Changes a field of 1 to 8 bytes, at an offset that is a multiple of its size.
fn set_field(
    mutant: &mut [u8],
    region: &Region,
    random: &mut Random,
    change: impl Fn(u64) -> u64,
) -> String {
    let sizes: &[usize] = match region.entry {
        1 => &[1],
        2 => &[2],
        4 => &[2, 4],
        _ => &[1, 2, 4, 8],
    };
    let size = random.one_of(sizes);
    let fields = region.range.len() / size;
    let at = region.range.start + random.within(0..fields) * size;
    let mut field = [0; 8];
    field[..size].copy_from_slice(&mutant[at..at + size]);
    let (old, new) = (u64::from_ne_bytes(field), change(u64::from_ne_bytes(field)));
    mutant[at..at + size].copy_from_slice(&new.to_ne_bytes()[..size]);
    format!("{size} bytes at {at:#x} from {old:#x} to {new:#x}")
}
