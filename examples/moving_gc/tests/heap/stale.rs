//! A stale address faults at once, and for a long time.

use crate::heap;
use moving_gc::Zeal;
use moving_gc::heap::Kind;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// Set for the processes that are meant to die.
const CHILD: &str = "MOVING_GC_STALE_AFTER";

/// Uses an address that so many collections have made stale.
#[test]
fn child() {
    let Some(collections) = std::env::var(CHILD)
        .ok()
        .and_then(|count| count.parse::<u32>().ok())
    else {
        return;
    };
    let (heap, class) = heap(Zeal::Off);
    let local = heap.allocate(Kind::Tuple, &class, 0, 0).expect("room");
    let object = local.to_object();
    assert_eq!(heap.kind(&object), Kind::Tuple, "not stale yet");
    for _ in 0..collections {
        heap.collect();
    }
    assert_eq!(heap.kind(&local), Kind::Tuple, "a root is never stale");
    heap.kind(&object);
    std::process::exit(0);
}

fn signal_after(collections: u32) -> Option<i32> {
    let test = std::env::current_exe().expect("the test's own file");
    let output = Command::new(test)
        .args(["--exact", "stale::child", "--nocapture"])
        .env(CHILD, collections.to_string())
        .output()
        .expect("the test runs again");
    let sanitizer =
        String::from_utf8_lossy(&output.stderr).contains("AddressSanitizer:DEADLYSIGNAL");
    match output.status.code() {
        Some(0) => None,
        // It reports the fault in its own way, and exits.
        Some(_) if sanitizer => Some(libc::SIGSEGV),
        Some(code) => panic!("exit status {code}"),
        None => output.status.signal(),
    }
}

#[test]
fn a_stale_address_faults() {
    assert_eq!(signal_after(0), None);
    for collections in [1, 2, 3, 100, 255] {
        assert_eq!(
            signal_after(collections),
            Some(libc::SIGSEGV),
            "after {collections}"
        );
    }
}
