//! The pending error: who sets it, who sees it, when it goes.

use hpy_loader::abi::{HPy, HPyGlobal};

use crate::extension::{C, c, call};
use crate::host::{Host, both};
use crate::observer::Observed;
use toy_vm::Object;

both! {
    an_error_is_set_matched_and_cleared,
    the_last_error_counts,
    an_error_is_made_of_what_was_said_when_it_was_set,
    an_error_that_nobody_sees_leaves_nothing_behind,
    any_value_makes_an_error,
    errno_makes_an_error,
    there_are_errors_of_the_extensions_own,
    functions_that_succeed_leave_it_alone,
    nested_c_starts_without_it,
    an_error_of_nested_c_leaves_it_alone,
    python_that_fails_sets_it,
    unraisable_errors_are_reported,
    a_bad_handle_leaves_the_report_without_an_object,
    a_warning_is_no_error,
    no_word_takes_the_pending_error_away,
}

fn an_error_is_set_matched_and_cleared<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let known = c.known();
        let matches = |class| c!(c.ctx_Err_ExceptionMatches(class));
        assert!(!c.is_pending());
        assert_eq!(matches(known.h_ValueError), 0, "nothing is pending");
        c.clear();
        c.raise("message");
        assert!(c.is_pending());
        assert_eq!(matches(known.h_ValueError), 1);
        assert_eq!(matches(known.h_Exception), 1, "by a base class");
        assert_eq!(matches(known.h_KeyError), 0);
        let classes = c.tuple(&[known.h_KeyError, known.h_ValueError]);
        assert_eq!(matches(classes), 1, "by a tuple");
        c.close(classes);
        assert_eq!(matches(HPy::NULL), 0);
        assert!(c.is_pending(), "looking changes nothing");
        c.clear();
        assert!(!c.is_pending());
    });
}

fn the_last_error_counts<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        c.raise("first");
        c!(c.ctx_Err_NoMemory());
        c.raise("last");
    });
    assert_eq!(error, "ValueError: last");
    assert_eq!(host.error(|c| c!(c.ctx_Err_NoMemory())), "MemoryError: ");
}

fn an_error_is_made_of_what_was_said_when_it_was_set<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        let null = HPy::NULL;
        let class = c!(c.ctx_Err_NewException(c"module.Own".as_ptr(), null, null));
        let mut message = *b"message\0";
        c!(c.ctx_Err_SetString(class, message.as_ptr().cast()));
        message.fill(b'!');
        // The class is C's to give up, and so is its last reference.
        c.close(class);
    });
    assert_eq!(error, "Own: message");
    let long = "long ".repeat(200);
    let text = std::ffi::CString::new(long.clone()).expect("no NUL");
    let class = |c: C| c.known().h_ValueError;
    let error = host.error(|c| c!(c.ctx_Err_SetString(class(c), text.as_ptr())));
    assert_eq!(error, format!("ValueError: {long}"));
    let no_class = host.error(|c| c!(c.ctx_Err_SetString(c.int(1), c"text".as_ptr())));
    assert_eq!(no_class, "SystemError: 1 is no exception class");
}

fn an_error_that_nobody_sees_leaves_nothing_behind<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let null = HPy::NULL;
        let before = host.loader.open_handles();
        for _ in 0..3 {
            let class = c!(c.ctx_Err_NewException(c"module.Own".as_ptr(), null, null));
            c!(c.ctx_Err_SetString(class, c"first".as_ptr()));
            c!(c.ctx_Err_SetString(class, c"second".as_ptr()));
            assert!(c.is_pending());
            c!(c.ctx_Err_NoMemory());
            c!(c.ctx_Err_SetString(class, c"third".as_ptr()));
            c.close(class);
            c.clear();
            assert!(!c.is_pending());
            c.raise("last");
            c.clear();
        }
        assert_eq!(host.loader.open_handles(), before);
    });
}

fn any_value_makes_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    let of = |value: &dyn Fn(C) -> HPy| {
        host.error(|c| {
            let value = value(c);
            c!(c.ctx_Err_SetObject(c.known().h_KeyError, value));
            c.close(value);
        })
    };
    assert_eq!(of(&|_| HPy::NULL), "KeyError: ");
    assert_eq!(of(&|c| c.text("key")), "KeyError: key");
    assert_eq!(of(&|c| c.int(7)), "KeyError: 7");
    let pair = of(&|c| c.tuple(&[c.int(1), c.int(2)]));
    assert_eq!(pair, "KeyError: 1, 2");

    let instance = host.vm().raise("KeyError", "an instance");
    let given = instance.clone();
    let raised = host.returning(instance, |c, h| {
        c!(c.ctx_Err_SetObject(c.known().h_KeyError, h));
        HPy::NULL
    });
    assert!(raised.expect_err("raised").is(&given), "not a copy of it");
    drop(given);

    let no_class = host.error(|c| c!(c.ctx_Err_SetObject(c.int(1), HPy::NULL)));
    assert_eq!(no_class, "SystemError: 1 is no exception class");
    let no_text = host.error(|c| {
        let class = c.known().h_ValueError;
        c!(c.ctx_Err_SetString(class, std::ptr::null()));
    });
    let expected = "SystemError: HPyErr_SetString: NULL where a string is needed";
    assert_eq!(no_text, expected);
    let no_utf8 = host.error(|c| {
        let class = c.known().h_ValueError;
        c!(c.ctx_Err_SetString(class, c"\xff".as_ptr()));
    });
    assert!(no_utf8.starts_with("UnicodeDecodeError: "), "{no_utf8}");
}

fn errno_makes_an_error<const THREADS: bool>(host: &Host<THREADS>) {
    let set_errno = |value| {
        // SAFETY: the function gives the address of this thread's number.
        unsafe { *libc::__errno_location() = value };
    };
    let error = host.error(|c| {
        let class = c.known().h_OSError;
        set_errno(libc::ENOENT);
        let result = c!(c.ctx_Err_SetFromErrnoWithFilename(class, c"a.txt".as_ptr()));
        assert!(result.is_null());
    });
    assert_eq!(error, "OSError: 2, a.txt");
    let error = host.error(|c| {
        let class = c.known().h_OSError;
        set_errno(libc::EACCES);
        c!(c.ctx_Err_SetFromErrnoWithFilename(class, std::ptr::null()));
    });
    assert_eq!(error, "OSError: 13");
    let error = host.error(|c| {
        let (class, first, second) = (c.known().h_OSError, c.text("from"), c.text("to"));
        set_errno(libc::EXDEV);
        c!(c.ctx_Err_SetFromErrnoWithFilenameObjects(class, first, second));
        c.close(first);
        c.close(second);
    });
    assert_eq!(error, "OSError: 18, from, to");
}

fn there_are_errors_of_the_extensions_own<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        let base = c.known().h_KeyError;
        let class = c!(c.ctx_Err_NewException(c"module.Own".as_ptr(), base, HPy::NULL));
        c!(c.ctx_Err_SetString(class, c"message".as_ptr()));
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(class)), 1);
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_LookupError)), 1);
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(c.known().h_ValueError)), 0);
        c.close(class);
    });
    assert_eq!(error, "Own: message");
    let error = host.error(|c| {
        let (name, doc) = (c"Own".as_ptr(), c"No module.".as_ptr());
        let null = HPy::NULL;
        assert!(c!(c.ctx_Err_NewExceptionWithDoc(name, doc, null, null)).is_null());
    });
    let expected = "SystemError: PyErr_NewException: name must be module.class";
    assert_eq!(error, expected);
}

fn functions_that_succeed_leave_it_alone<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error_with(host.vm().text("argument"), |c, h| {
        c.raise("pending");
        let duplicate = c.dup(h);
        let list = c!(c.ctx_List_New(1));
        assert_eq!(c!(c.ctx_SetItem_i(list, 0, duplicate)), 0);
        assert_eq!(c!(c.ctx_Length(list)), 1);
        let repr = c!(c.ctx_Repr(list));
        let sum = c!(c.ctx_Add(c.int(1), c.int(2)));
        assert_eq!(c!(c.ctx_Long_AsInt64_t(sum)), 3);
        for h in [duplicate, list, repr, sum] {
            assert!(!h.is_null());
            c.close(h);
        }
        assert_eq!(
            c!(c.ctx_HasAttr_s(h, c"nothing".as_ptr())),
            0,
            "not an error"
        );
    });
    assert_eq!(error, "ValueError: pending");
}

/// A Python function that runs C, which does `inside`.
fn through_python<const THREADS: bool>(
    host: &Host<THREADS>,
    inside: impl Fn(C, HPy) -> HPy + Send + Sync + Copy + 'static,
) -> Object {
    let (loader, none) = (toy_vm::LoaderRef(host.loader), host.vm().none());
    host.vm()
        .function(move |_, _| call(*loader, none.clone(), inside))
}

fn nested_c_starts_without_it<const THREADS: bool>(host: &Host<THREADS>) {
    let function = through_python(host, |c, h| {
        assert!(!c.is_pending(), "the pending error is the caller's");
        c.raise("inside");
        c.clear();
        c.dup(h)
    });
    let error = host.error_with(function, |c, function| {
        c.raise("outside");
        let result = c.call(function, &[]);
        assert_eq!(c!(c.ctx_Is(result, c.known().h_None)), 1);
        c.close(result);
    });
    assert_eq!(error, "ValueError: outside");
}

fn an_error_of_nested_c_leaves_it_alone<const THREADS: bool>(host: &Host<THREADS>) {
    let function = through_python(host, |c, _| {
        c.raise("inside");
        HPy::NULL
    });
    let error = host.error_with(function, |c, function| {
        c.raise("outside");
        assert!(c.call(function, &[]).is_null());
    });
    assert_eq!(error, "ValueError: outside");
}

fn python_that_fails_sets_it<const THREADS: bool>(host: &Host<THREADS>) {
    let raised = host.vm().raise("KeyError", "from Python");
    let error = raised.clone();
    let function = host.vm().function(move |_, _| Err(error.clone()));
    let result = host.returning(function, |c, function| {
        let result = c.call(function, &[]);
        assert!(result.is_null() && c.is_pending());
        result
    });
    assert!(result.expect_err("raised").is(&raised), "the very instance");
}

fn unraisable_errors_are_reported<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        c!(c.ctx_Err_WriteUnraisable(HPy::NULL));
        c.raise("nobody to tell");
        c!(c.ctx_Err_WriteUnraisable(HPy::NULL));
        assert!(!c.is_pending());
        c.raise("somebody");
        c!(c.ctx_Err_WriteUnraisable(c.int(7)));
        assert!(!c.is_pending());
    });
    let expected = ["ValueError: nobody to tell", "ValueError: somebody in 7"];
    assert_eq!(host.vm().take_reports(), expected);
}

fn a_bad_handle_leaves_the_report_without_an_object<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let closed = c.closed();
        c.raise("must not get lost");
        c!(c.ctx_Err_WriteUnraisable(closed));
        assert!(!c.is_pending());
    });
    let expected = ["ValueError: must not get lost"];
    assert_eq!(host.vm().take_reports(), expected);
}

fn a_warning_is_no_error<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let (category, text) = (c.known().h_UserWarning, c"careful".as_ptr());
        assert_eq!(c!(c.ctx_Err_WarnEx(category, text, 1)), 0);
        assert_eq!(c!(c.ctx_Err_WarnEx(HPy::NULL, text, 1)), 0);
        assert!(!c.is_pending());
    });
    let warnings = host.vm().take_reports();
    let expected = [
        "<class 'UserWarning'>: careful",
        "<class 'RuntimeWarning'>: careful",
    ];
    assert_eq!(warnings, expected);
    let error = host.error(|c| {
        let text = c"careful".as_ptr();
        assert_eq!(c!(c.ctx_Err_WarnEx(c.known().h_LongType, text, 1)), -1);
    });
    assert_eq!(error, "TypeError: the category is no warning");
}

/// The error has a handle, which is not C's. Here C closes every word that it could be,
/// and lets a global end it.
fn no_word_takes_the_pending_error_away<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        assert!(c!(c.ctx_Repr(HPy(0x7fff_f7dd_0cc0))).is_null());
        let classes = [c.known().h_TypeError, c.known().h_SystemError];
        let found = classes.map(|class| c!(c.ctx_Err_ExceptionMatches(class)));
        assert_eq!(found, [0, 1]);
        let words = (1..300).flat_map(|slot| (1..8).map(move |age| slot | age << 28));
        for word in words {
            let mut global = HPyGlobal(word);
            c!(c.ctx_Global_Store(&mut global, c.known().h_None));
            c!(c.ctx_Global_Store(&mut global, HPy::NULL));
            c.close(HPy(word));
        }
        assert_eq!(c!(c.ctx_Err_ExceptionMatches(classes[1])), 1);
    });
    assert_eq!(
        error,
        "SystemError: HPy_Repr: the handle is closed, or never was one"
    );
}
