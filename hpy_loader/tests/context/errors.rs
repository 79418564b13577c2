//! Panics, the pending error, and results that break the rules.

use hpy_loader::abi::HPy;

use crate::extension::c;
use crate::host::{Host, both};

both! {
    a_panic_becomes_a_system_error,
    the_last_error_counts,
    null_without_an_error,
    a_result_with_an_error,
    a_nested_call_starts_without_an_error,
}

/// The toy has no matrices, and says so by a panic.
fn a_panic_becomes_a_system_error<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        let (a, b) = (c.int(1), c.int(2));
        assert!(c!(c.ctx_MatrixMultiply(a, b)).is_null());
    });
    assert!(
        error.starts_with("SystemError: HPy_MatrixMultiply: panic: "),
        "{error}"
    );
}

fn the_last_error_counts<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        c.raise("first");
        c.raise("second");
        let value_error = c.known().h_ValueError;
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(value_error)), 1);
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_KeyError)), 0);
    });
    assert_eq!(error, "ValueError: second");
    host.run(|c| {
        c.raise("forgotten");
        c.clear();
        assert!(!c.is_pending());
    });
}

fn null_without_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    let result = host.returning(host.vm().none(), |_, _| HPy::NULL);
    let error = result.expect_err("C returned NULL").error_text();
    assert_eq!(error, "SystemError: error return without exception set");
}

fn a_result_with_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    let result = host.returning(host.vm().none(), |c, h| {
        c.raise("left behind");
        c.dup(h)
    });
    let error = result.expect_err("an error was pending");
    let message = "SystemError: a slot returned a result with an exception set";
    assert_eq!(error.error_text(), message);
    let cause = error.error().and_then(|error| error.cause.as_ref());
    let cause = cause.map(|cause| cause.error_text());
    assert_eq!(cause.as_deref(), Some("ValueError: left behind"));
}

/// C calls Python, which calls C: what is pending outside is not seen inside,
/// and pending again afterwards.
fn a_nested_call_starts_without_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    let loader = host.loader;
    let inner = host.vm().function(move |args, _| {
        crate::extension::call(loader, args[0].clone(), |c, h| {
            assert!(!c.is_pending());
            c.raise("inside");
            c.clear();
            c.dup(h)
        })
    });
    let error = host.error_with(inner, |c, function| {
        c.raise("outside");
        let argument = c.text("argument");
        let result = c.call(function, &[argument]);
        assert!(!result.is_null());
        c.close(result);
        c.close(argument);
    });
    assert_eq!(error, "ValueError: outside");
}
