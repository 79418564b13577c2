//! What ends the process, or needs one of its own.

use hpy_loader::abi::HPy;

use crate::extension::{C, c};
use crate::host::Host;

#[cfg(not(miri))]
mod alone {
    use std::process::{Command, Output};

    /// Tells a test that it is the child.
    const CHILD: &str = "HPY_LOADER_CHILD";

    /// Runs the test of this name in a process of its own.
    pub fn run(test: &str) -> Output {
        let this = std::env::current_exe().expect("the path of the tests");
        Command::new(this)
            .args(["--exact", "--nocapture", test])
            .env(CHILD, "1")
            .output()
            .expect("the tests run")
    }

    pub fn is_child() -> bool {
        std::env::var_os(CHILD).is_some()
    }
}

#[cfg(all(unix, not(miri)))]
#[test]
fn a_fatal_error_ends_the_process_with_its_message() {
    use std::os::unix::process::ExitStatusExt;

    if alone::is_child() {
        let host = Host::<false>::new();
        host.run(|c| c!(c.ctx_FatalError(c"the message".as_ptr())));
        unreachable!("the process has ended");
    }
    let output = alone::run("fatal_errors::a_fatal_error_ends_the_process_with_its_message");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT));
    let errors = String::from_utf8_lossy(&output.stderr);
    let expected = "Fatal Python error: HPy_FatalError: the message\n";
    assert!(errors.contains(expected), "{errors}");
}

/// With 65536 slots or some more instead of 2^28, which would take long.
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn a_full_table_is_a_memory_error() {
    if alone::is_child() {
        let unlimited = limit::current();
        limit::set(libc::rlimit {
            rlim_cur: limit::in_use() + (24 << 20),
            ..unlimited
        });
        let host = Host::<false>::new();
        limit::set(unlimited);
        return a_full_table(&host);
    }
    let output = alone::run("fatal_errors::a_full_table_is_a_memory_error");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

/// Miri starts no processes, but its tables are small anyway.
#[cfg(miri)]
#[test]
fn a_full_table_is_a_memory_error_in_miri() {
    a_full_table(&Host::<true>::new());
}

/// Opens handles of one object until there is no slot left.
fn fill(c: C, list: HPy) -> Vec<HPy> {
    let mut handles = Vec::new();
    loop {
        let h = c.item(list, 0);
        if h.is_null() {
            return handles;
        }
        handles.push(h);
    }
}

fn a_full_table<const THREADS: bool>(host: &Host<THREADS>) {
    let vm = host.vm();
    let list = vm.list(vec![vm.text("one object")]);
    host.with(list, |c, list| {
        let handles = fill(c, list);
        let memory_error = c.known().h_MemoryError;
        let has_no_memory = || {
            let matches = c!(c.ctx_Err_ExceptionMatches(memory_error));
            c.clear();
            matches == 1 && !c.is_pending()
        };
        assert!(has_no_memory());
        // Whatever the error, there is no room for it.
        c.raise("no room for this one");
        assert!(has_no_memory());
        assert!(c!(c.ctx_Repr(HPy::NULL)).is_null());
        assert!(has_no_memory());
        assert!(c!(c.ctx_MatrixMultiply(list, list)).is_null());
        assert!(has_no_memory());
        let builder = c!(c.ctx_ListBuilder_New(1));
        c!(c.ctx_ListBuilder_Set(builder, 0, list));
        assert!(c!(c.ctx_ListBuilder_Build(builder)).is_null());
        assert!(has_no_memory());
        // Numbers need none, until they have to be objects.
        assert_eq!(c!(c.ctx_Long_AsInt64_t(c.int(7))), 7);
        assert!(c!(c.ctx_Repr(c.int(7))).is_null());
        assert!(has_no_memory());
        // No call gets in either.
        let nested = host.returning(vm.none(), |_, _| unreachable!("no room"));
        let error = nested.expect_err("no room").error_text();
        assert_eq!(error, "MemoryError: the handle table is full");
        assert!(!c.is_pending());
        let error = c.dup(list);
        assert_eq!(error, list, "that takes none");
        c.close(error);

        handles.into_iter().for_each(|h| c.close(h));
        let repr = c!(c.ctx_Repr(list));
        assert!(!repr.is_null() && !c.is_pending(), "there is room again");
        c.close(repr);
    });
    host.assert_clean();
}

#[cfg(all(target_os = "linux", not(miri)))]
mod limit {
    pub fn current() -> libc::rlimit {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: the call writes one `rlimit`.
        let result = unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
        assert_eq!(result, 0);
        limit
    }

    pub fn set(limit: libc::rlimit) {
        // SAFETY: the call reads one `rlimit`.
        let result = unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    }

    /// The address space that the process has mapped, in bytes.
    pub fn in_use() -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("readable");
        let pages = pages.split(' ').next().expect("a number");
        // SAFETY: the call has no conditions.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        pages.parse::<u64>().expect("a number") * page.cast_unsigned()
    }
}
