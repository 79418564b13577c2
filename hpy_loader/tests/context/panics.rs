//! No panic crosses into C: it becomes a `SystemError` with the panic's text.

use hpy_loader::abi::HPy;

use crate::extension::{c, call};
use crate::host::{Host, both};
use crate::observer::{Observed, panic_quietly};

both! {
    the_text_of_a_panic_is_the_message,
    a_panic_without_text_has_a_message,
    a_destructor_may_panic,
    the_destructor_of_an_error_may_panic,
    python_below_may_panic,
    making_the_error_may_panic,
}

fn the_text_of_a_panic_is_the_message<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        c.raise("replaced");
        host.vm().panic_with("the toy has no matrices");
        assert!(c!(c.ctx_MatrixMultiply(c.int(1), c.int(2))).is_null());
    });
    let expected = "SystemError: HPy_MatrixMultiply: panic: the toy has no matrices";
    assert_eq!(error, expected);
    let error = host.error(|c| {
        let text = c.text("text");
        host.vm().panic_with("the toy has no ascii()".to_owned());
        assert!(c!(c.ctx_ASCII(text)).is_null());
        c.close(text);
    });
    assert_eq!(
        error,
        "SystemError: HPy_ASCII: panic: the toy has no ascii()"
    );
}

fn a_panic_without_text_has_a_message<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        let one = c.int(1);
        host.vm().panic_with(42);
        assert!(c!(c.ctx_InPlacePower(one, one, one)).is_null());
    });
    assert_eq!(error, "SystemError: HPy_InPlacePower: panic: no message");
}

fn a_destructor_may_panic<const THREADS: bool>(host: &Host<THREADS>) {
    let bomb = host
        .vm()
        .finalizer(|| panic_quietly("the toy has no peaceful end"));
    let list = host.vm().list(vec![bomb]);
    let error = host.error_with(list, |c, list| {
        assert_eq!(c!(c.ctx_DelItem_i(list, 0)), -1);
    });
    let expected = "SystemError: HPy_DelItem_i: panic: the toy has no peaceful end";
    assert_eq!(error, expected);
}

/// It goes when another error takes its place, which no function's body does.
fn the_destructor_of_an_error_may_panic<const THREADS: bool>(host: &Host<THREADS>) {
    let vm = host.vm();
    let function = vm.function(|_, _| {
        let bomb = vm.finalizer(|| panic_quietly("the toy has no peaceful end"));
        Err(vm.exception(vm.builtin("KeyError"), vec![bomb], None))
    });
    let error = host.error_with(function, |c, function| {
        assert!(c.call(function, &[]).is_null());
        c.raise("in its place");
    });
    let expected = "SystemError: HPyErr_SetString: panic: the toy has no peaceful end";
    assert_eq!(error, expected);
}

/// Where C called, its error is what it gets to see; the lock and the error
/// that was pending are as they were.
fn python_below_may_panic<const THREADS: bool>(host: &Host<THREADS>) {
    let loader = toy_vm::LoaderRef(host.loader);
    let inner = host.vm().none();
    let function = host.vm().function(move |_, _| {
        call(*loader, inner.clone(), |c, _| {
            c.raise("pending inside");
            HPy::NULL
        })
        .expect_err("raised");
        panic_quietly("the toy has no end")
    });
    let error = host.error_with(function, |c, function| {
        c.raise("pending");
        assert!(c.call(function, &[]).is_null());
        assert!(loader.lock().is_held::<toy_vm::Toy<THREADS>>());
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_SystemError)), 1);
    });
    assert_eq!(error, "SystemError: HPy_Call: panic: the toy has no end");
}

fn making_the_error_may_panic<const THREADS: bool>(host: &Host<THREADS>) {
    let vm = host.vm();
    let error = host.error(|c| {
        vm.panic_with("no memory for the error of the panic");
        vm.panic_with("no memory for the error of the handle");
        let closed = HPy(0x7fff_f7dd_0cc0);
        assert!(c!(c.ctx_Repr(closed)).is_null());
    });
    assert_eq!(error, "MemoryError: ");
}
