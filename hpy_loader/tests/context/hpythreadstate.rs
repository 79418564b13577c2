//! Leaving Python execution and coming back.

use std::sync::mpsc;

use hpy_loader::abi::{HPy, HPyThreadState};

use crate::extension::{c, call};
use crate::host::{Host, both, check};
use crate::observer::Observed;
use toy_vm::Toy;

both! {
    c_leaves_and_comes_back,
    the_pending_error_stays_with_the_thread,
    a_state_is_of_use_once,
    who_has_not_left_cannot_come_back,
}

fn detached<const THREADS: bool>(host: &Host<THREADS>) -> isize {
    host.vm().detached()
}

fn c_leaves_and_comes_back<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        assert_eq!(detached(host), 0);
        let text = c.text("kept");
        let state = c!(c.ctx_LeavePythonExecution());
        assert!(!state.is_null());
        assert_eq!(detached(host), 1);
        let held = host.loader.lock().is_held::<Toy<THREADS>>();
        assert_eq!(
            held, !THREADS,
            "without threads there is no lock to give up"
        );
        c!(c.ctx_ReenterPythonExecution(state));
        assert_eq!(detached(host), 0);
        assert!(host.loader.lock().is_held::<Toy<THREADS>>());
        assert_eq!(c!(c.ctx_Length(text)), 4);
        c.close(text);
        assert!(!c.is_pending());
    });
}

fn the_pending_error_stays_with_the_thread<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        c.raise("mine");
        let state = c!(c.ctx_LeavePythonExecution());
        c!(c.ctx_ReenterPythonExecution(state));
    });
    assert_eq!(error, "ValueError: mine");
}

fn a_state_is_of_use_once<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let state = c!(c.ctx_LeavePythonExecution());
        c!(c.ctx_ReenterPythonExecution(state));
        c!(c.ctx_ReenterPythonExecution(state));
        assert!(!c.is_pending(), "a void function sets no errors");
    });
    assert_eq!(detached(host), 0);
}

fn who_has_not_left_cannot_come_back<const THREADS: bool>(host: &Host<THREADS>) {
    for state in [0, 1, -1, isize::MIN, 0x7fff_f7dd_0cc0] {
        let state = HPyThreadState(state);
        host.run(|c| {
            c!(c.ctx_ReenterPythonExecution(state));
            assert!(!c.is_pending(), "a void function sets no errors");
        });
        assert_eq!(detached(host), 0);
    }
}

#[test]
fn a_thread_that_has_left_cannot_leave_again() {
    check::<true>(|host| {
        host.run(|c| {
            let state = c!(c.ctx_LeavePythonExecution());
            let again = c!(c.ctx_LeavePythonExecution());
            assert!(again.is_null());
            assert_eq!(detached(host), 1);
            c!(c.ctx_ReenterPythonExecution(state));
            assert!(!c.is_pending());
            assert!(host.loader.lock().is_held::<Toy<true>>());
        });
    });
}

/// Where C is out, another thread's C runs, and finds an error state of its own.
#[test]
fn others_run_while_c_is_out() {
    check::<true>(|host| {
        let loader = host.loader;
        let error = host.error(|c| {
            c.raise("mine");
            let state = c!(c.ctx_LeavePythonExecution());
            let other = std::thread::spawn(move || {
                let none = loader.runtime().none();
                let result = call(loader, none, |c, _| {
                    assert!(!c.is_pending(), "the error is another thread's");
                    c.raise("the other's");
                    HPy::NULL
                });
                result.expect_err("raised").error_text()
            });
            let others = other.join().expect("no assertion failed");
            assert_eq!(others, "ValueError: the other's");
            c!(c.ctx_ReenterPythonExecution(state));
            assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_ValueError)), 1);
        });
        assert_eq!(error, "ValueError: mine");
    });
}

/// Coming back has to wait for the thread that is in C by then.
#[test]
fn coming_back_takes_the_lock() {
    check::<true>(|host| {
        let loader = host.loader;
        let (is_in, got_in) = mpsc::channel();
        host.run(|c| {
            let state = c!(c.ctx_LeavePythonExecution());
            let other = std::thread::spawn(move || {
                let none = loader.runtime().none();
                let result = call(loader, none, |c, _| {
                    let waits = loader.runtime().waits();
                    is_in.send(()).expect("the main thread waits for it");
                    while loader.runtime().waits() == waits {
                        std::thread::yield_now();
                    }
                    assert!(loader.lock().is_held::<Toy<true>>());
                    c.known().h_None
                });
                assert!(result.is_ok());
            });
            got_in.recv().expect("the other thread gets in");
            c!(c.ctx_ReenterPythonExecution(state));
            assert!(loader.lock().is_held::<Toy<true>>());
            other.join().expect("no assertion failed");
        });
    });
}

/// Leaving inside a call inside a call gives up the lock for all of them.
#[test]
fn c_may_leave_at_any_depth() {
    check::<true>(|host| {
        let loader = host.loader;
        let inner = host.vm().none();
        let function = host.vm().function(move |_, _| {
            call(loader, inner.clone(), |c, h| {
                let state = c!(c.ctx_LeavePythonExecution());
                let other = std::thread::spawn(move || {
                    let _entered = loader.lock().enter(loader.runtime());
                });
                other.join().expect("it gets in");
                c!(c.ctx_ReenterPythonExecution(state));
                c.dup(h)
            })
        });
        host.with(function, |c, function| c.close(c.call(function, &[])));
    });
}
