//! What the table costs in memory.
//!
//! One test in a binary of its own, since it weighs the whole process.
#![cfg(all(target_os = "linux", not(miri)))]

use hpy_loader::handles::HandleTable;

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("procfs");
    let pages = statm.split(' ').nth(1).expect("the second column");
    // SAFETY: the call has no preconditions.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    pages.parse::<u64>().expect("a number") * page as u64
}

#[test]
fn memory_follows_the_handles_that_are_open_at_a_time() {
    const MIB: u64 = 1 << 20;
    let before = resident_bytes();
    let grown = || resident_bytes().saturating_sub(before);
    let table = HandleTable::new().expect("address space");
    let word = table.open(0u64).expect("empty");
    assert!(grown() < MIB, "an empty table costs a page");

    // A million handles, but a thousand at a time.
    for _ in 0..1000 {
        let open = |object| table.open(object).expect("far from full");
        let words: Vec<_> = (0..1000).map(open).collect();
        for word in words {
            table.close(word);
        }
    }
    assert!(grown() < MIB, "closed slots are used again");

    // 16 bytes each; the margin is for the rest of the process.
    for object in 0..1 << 20 {
        table.open(object).expect("far from full");
    }
    let million = grown();
    assert!((16 * MIB..20 * MIB).contains(&million), "{million} bytes");

    assert_eq!(table.take(word), Some(0));
    drop(table);
    assert!(grown() < 4 * MIB, "all is given back");
}
