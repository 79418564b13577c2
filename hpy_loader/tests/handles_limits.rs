//! Under a limit on address space the table takes what it can get.
//!
//! One test in a binary of its own, since the limit is the process's.
#![cfg(all(target_os = "linux", not(miri)))]

use hpy_loader::handles::HandleTable;

fn address_space() -> libc::rlimit {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the call writes one `rlimit`, to memory that is one.
    let result = unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    assert_eq!(result, 0);
    limit
}

fn limit_address_space(bytes: libc::rlim_t) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        ..address_space()
    };
    // SAFETY: the call reads one `rlimit`.
    let result = unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

#[test]
fn a_limit_on_address_space_makes_the_table_smaller() {
    let unlimited = address_space().rlim_cur;

    limit_address_space(2 << 30);
    let small = HandleTable::new();
    limit_address_space(1 << 20);
    let none = HandleTable::<u64>::new();
    limit_address_space(unlimited);

    let small = small.expect("there is room for a smaller table");
    assert!(small.capacity() < (1 << 28) - 1, "{}", small.capacity());
    assert!(small.capacity() >= (1 << 24) - 1, "{}", small.capacity());
    let word = small.open(7u64).expect("empty");
    assert_eq!(small.take(word), Some(7));

    let error = none.expect_err("the process is larger than that already");
    let message = error.to_string();
    assert!(
        message.contains("address space") && message.contains("handle table"),
        "{message}"
    );
    let cause = std::error::Error::source(&error).expect("the system's reason");
    assert!(cause.to_string().contains("memory"), "{cause}");
}
