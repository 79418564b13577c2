//! What C does with the handles of its arguments.

use hpy_loader::abi::{HPy, HPyContext, HPyFunc_keywords, HPyGlobal};
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::spec::{MethodDef, MethodFunction};

use crate::extension::{C, c, call};
use crate::host::{Host, both};

both! {
    an_argument_may_be_kept,
    an_argument_may_be_closed_too_often,
    a_closed_argument_can_be_used_until_the_call_ends,
    an_argument_may_be_the_result,
    an_argument_may_be_the_result_and_duplicated,
    an_argument_dies_with_the_call,
    an_argument_is_whole_while_python_uses_it,
    arguments_come_in_order,
    a_closed_handle_can_be_used_while_the_object_is_shared,
}

fn an_argument_may_be_kept<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("kept");
    let kept = host.with(text, |c, h| c.dup(h));
    host.run(|c| {
        assert_eq!(c!(c.ctx_Length(kept)), 4);
        c.close(kept);
    });
    let error = host.error(|c| assert!(c!(c.ctx_Repr(kept)).is_null()));
    let expected = "SystemError: HPy_Repr: the handle is closed, or never was one";
    assert_eq!(error, expected);
}

fn an_argument_may_be_closed_too_often<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("closed");
    let identity = text.clone();
    host.with(text, |c, h| {
        // The slots next to it are in use and stay so.
        let before = c.text("before");
        for _ in 0..5 {
            c.close(h);
        }
        let after = c.text("after");
        assert_eq!(c!(c.ctx_Length(before)), 6);
        assert_eq!(c!(c.ctx_Length(after)), 5);
        c.close(before);
        c.close(after);
        assert!(!c.is_pending());
    });
    assert_eq!(identity.text(), Some("closed"));
}

fn a_closed_argument_can_be_used_until_the_call_ends<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("closed");
    let word = host.with(text, |c, h| {
        c.close(h);
        assert_eq!(c!(c.ctx_Length(h)), 6);
        h
    });
    host.error(|c| assert_eq!(c!(c.ctx_Length(word)), -1));
}

fn an_argument_may_be_the_result<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("returned");
    let identity = text.clone();
    let result = host.returning(text, |_, h| h).expect("a result");
    assert!(result.is(&identity));
}

fn an_argument_may_be_the_result_and_duplicated<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("returned");
    let mut kept = HPy::NULL;
    let result = host.returning(text, |c, h| {
        kept = c.dup(h);
        c.dup(h)
    });
    assert_eq!(result.expect("a result").text(), Some("returned"));
    host.run(|c| {
        assert_eq!(c!(c.ctx_Length(kept)), 8, "that one is C's");
        c.close(kept);
    });
}

fn an_argument_dies_with_the_call<const THREADS: bool>(host: &Host<THREADS>) {
    let live = host.vm().live();
    let text = host.vm().text("short-lived");
    host.with(text, |_, _| assert_eq!(host.vm().live(), live + 1));
    assert_eq!(host.vm().live(), live);
}

/// Python that C calls may call C, which closes the handle of what Python is at
/// work on.
fn an_argument_is_whole_while_python_uses_it<const THREADS: bool>(host: &Host<THREADS>) {
    use std::sync::atomic::{AtomicIsize, Ordering};

    let (loader, none) = (toy_vm::LoaderRef(host.loader), host.vm().none());
    let word: &'static AtomicIsize = Box::leak(Box::new(AtomicIsize::new(0)));
    let function = host.vm().function(move |args, _| {
        let before = args[0].text().map(str::to_owned);
        call(*loader, none.clone(), |c, _| {
            c.close(HPy(word.load(Ordering::SeqCst)));
            c.known().h_None
        })?;
        assert_eq!(
            args[0].text(),
            before.as_deref(),
            "the borrow is still good"
        );
        Ok(args[0].clone())
    });
    let result = host.returning(function, |c, function| {
        let text = c.text("in use");
        word.store(text.0, Ordering::SeqCst);
        c.call(function, &[text])
    });
    assert_eq!(result.expect("a str").text(), Some("in use"));
}

fn arguments_come_in_order<const THREADS: bool>(host: &Host<THREADS>) {
    unsafe extern "C" fn to_tuple(
        context: *mut HPyContext,
        receiver: HPy,
        args: *const HPy,
        nargs: usize,
        names: HPy,
    ) -> HPy {
        let c = C::new(context);
        let keywords = match names.is_null() {
            true => 0,
            false => c!(c.ctx_Length(names)).cast_unsigned(),
        };
        // SAFETY: so many arguments come with a call.
        let args = unsafe { std::slice::from_raw_parts(args, nargs + keywords) };
        let (positional, named) = args.split_at(nargs);
        let (positional, named) = (c.tuple(positional), c.tuple(named));
        let names = if names.is_null() {
            c.known().h_None
        } else {
            names
        };
        let all = c.tuple(&[receiver, positional, named, names]);
        c.close(positional);
        c.close(named);
        all
    }
    let vm = host.vm();
    let method = MethodDef {
        name: "method".to_owned(),
        doc: None,
        // SAFETY: the function is of this type.
        function: MethodFunction::Keywords(unsafe { HPyFunc_keywords::new(to_tuple) }),
    };
    // More than fit into the frame without an allocation as well.
    for (positional, keywords) in [(0, 0), (1, 0), (0, 1), (3, 2), (8, 0), (7, 9), (40, 3)] {
        let texts = |start: usize, count| {
            let texts = (start..start + count).map(|index| vm.text(&index.to_string()));
            texts.collect::<Vec<_>>()
        };
        let values = texts(0, positional + keywords);
        let args = match keywords {
            0 => CallArgs::positional(values),
            _ => CallArgs::with_keywords(values, vm.tuple(texts(100, keywords)), keywords),
        };
        let name = || "method".to_owned();
        let callee = Callee::Callable(&name);
        let receiver = Receiver::Object(vm.text("self"));
        let result = host
            .loader
            .call_method(&method, &name, receiver, args, callee);
        let expected = vm.tuple(vec![
            vm.text("self"),
            vm.tuple(texts(0, positional)),
            vm.tuple(texts(positional, keywords)),
            match keywords {
                0 => vm.none(),
                _ => vm.tuple(texts(100, keywords)),
            },
        ]);
        let result = result.expect("a tuple").to_string();
        assert_eq!(result, expected.to_string());
    }
}

/// As on CPython, where the handle is the object's address; but only until the
/// call is over.
fn a_closed_handle_can_be_used_while_the_object_is_shared<const THREADS: bool>(
    host: &Host<THREADS>,
) {
    let mut global = HPyGlobal::NULL;
    let word = host.run(|c| {
        let text = c.text("shared");
        c!(c.ctx_Global_Store(&mut global, text));
        c.close(text);
        assert_eq!(c!(c.ctx_Length(text)), 6);
        let again = c.dup(text);
        assert_eq!(again, text);
        c.close(again);
        text
    });
    let error = host.error(|c| assert_eq!(c!(c.ctx_Length(word)), -1));
    assert!(error.starts_with("SystemError: HPy_Length: "), "{error}");
    host.run(|c| c!(c.ctx_Global_Store(&mut global, HPy::NULL)));
}
