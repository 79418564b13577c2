//! `errno` after a function of the context is what C had before, in every mode, whatever
//! Python code has run in between.

use hpy_loader::Loader;
use hpyvm_properties::extension::{C, c, call};

use crate::host::Host;
use toy_vm::{Object, Toy};

/// No system call fails with this number.
const OURS: i32 = 4711;

/// What a system call that fails leaves behind.
fn spoil() {
    let missing = std::fs::File::open("/no/such/file");
    assert_eq!(
        missing.expect_err("missing").raw_os_error(),
        Some(libc::ENOENT)
    );
}

fn errno() -> i32 {
    std::io::Error::last_os_error()
        .raw_os_error()
        .expect("a number")
}

/// What `errno` is after `operation`.
fn after(operation: impl FnOnce()) -> i32 {
    // SAFETY: `errno` is this thread's.
    #[cfg(target_os = "linux")]
    unsafe {
        *libc::__errno_location() = OURS;
    }
    // SAFETY: as above.
    #[cfg(target_vendor = "apple")]
    unsafe {
        *libc::__error() = OURS;
    }
    operation();
    errno()
}

fn check(mode: fn(&Host<true>) -> &'static Loader<Toy<true>>) {
    let host = Host::<true>::new();
    let (loader, vm) = (mode(&host), host.vm());
    let none = vm.none();
    let function = vm.function(move |_, _| {
        spoil();
        Ok(none.clone())
    });
    let argument = vm.list(vec![function, vm.finalizer(spoil)]);
    let run = |c: C, list| {
        let (function, mortal) = (c.item(list, 0), c.item(list, 1));
        assert_eq!(c!(c.ctx_DelItem_i(list, 1)), 0);
        assert_eq!(after(|| c.close(c.call(function, &[]))), OURS, "a call");
        assert_eq!(after(|| c.close(mortal)), OURS, "a last close");
        let leave_and_return = || {
            let state = c!(c.ctx_LeavePythonExecution());
            spoil();
            assert_eq!(errno(), libc::ENOENT, "this is C's own");
            assert_eq!(
                after(|| c!(c.ctx_ReenterPythonExecution(state))),
                OURS,
                "coming back"
            );
        };
        leave_and_return();
        c.close(function);
        c.dup(c.known().h_None)
    };
    let done: Result<Object, _> = call(loader, argument, run);
    done.expect("no error");
    host.assert_clean();
}

#[test]
fn stays_in_universal_mode() {
    check(|host| host.loader);
}

#[test]
fn stays_in_debug_mode() {
    check(|host| host.loader.debugged("m"));
}

#[test]
fn stays_in_trace_mode() {
    check(|host| host.loader.traced());
}
