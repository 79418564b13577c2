//! The modes: a context that wraps the universal one behaves like it, and tells
//! what it has seen.

use hpy_loader::Loader;
use hpy_loader::abi::{HPy, HPyListBuilder};
use hpy_loader::debug::{Debug, SummaryFormat, ViolationKind};
use hpyvm_properties::extension::{C, c, call};
use hpyvm_properties::fuzz::check_calls;
use hpyvm_properties::{Effort, Subject, check_context};

use crate::host::Host;
use crate::sequences::{identity, plan};
use toy_vm::{Object, Toy};

/// A VM whose extension is loaded in another mode.
struct Wrapped<const THREADS: bool> {
    host: Host<THREADS>,
    keeps_types: bool,
    loader: &'static Loader<Toy<THREADS>>,
}

impl<const THREADS: bool> Subject for Wrapped<THREADS> {
    type Runtime = Toy<THREADS>;

    fn loader(&self) -> &'static Loader<Toy<THREADS>> {
        self.loader
    }

    fn identity(&self) -> Object {
        identity(self.host.vm())
    }

    fn live(&self) -> Option<usize> {
        Some(self.host.vm().live())
    }

    fn keeps_types(&self) -> bool {
        self.keeps_types
    }

    fn complaints(&self) -> u64 {
        self.loader.debug().counts().values().sum()
    }
}

fn effort() -> Effort {
    match cfg!(miri) {
        true => Effort {
            sequences: 4,
            steps: 40,
        },
        false => Effort {
            sequences: 700,
            steps: 120,
        },
    }
}

fn traced<const THREADS: bool>() {
    let host = Host::<THREADS>::new();
    let loader = host.loader.traced();
    let subject = Wrapped {
        host,
        keeps_types: false,
        loader,
    };
    check_context(&subject, effort());
    let functions = loader.trace().functions();
    let calls = |name: &str| {
        let function = functions.iter().find(|function| function.name == name);
        function.expect("a row").calls
    };
    assert!(calls("ctx_Dup") > 0 && calls("ctx_Close") > 0);
    assert_eq!(calls("ctx_AsStruct_Legacy"), 0);
    assert_eq!(functions.len(), 189);
}

#[test]
fn a_traced_context_behaves_like_the_model() {
    traced::<false>();
}

#[test]
fn a_traced_context_behaves_like_the_model_with_threads() {
    traced::<true>();
}

/// The loader of a module in debug mode that goes on after everything.
fn going_on<const THREADS: bool>(host: &Host<THREADS>) -> &'static Loader<Toy<THREADS>> {
    let debug = host.loader.debug();
    debug.set_going_on(true);
    debug.set_reporter(|_| {});
    host.loader.debugged("m")
}

fn debugged<const THREADS: bool>() {
    let host = Host::<THREADS>::new();
    let loader = going_on(&host);
    // What is remembered of closed handles is not left over.
    loader.debug().set_max_closed(0);
    let subject = Wrapped {
        host,
        keeps_types: true,
        loader,
    };
    let generation = loader.debug().new_generation();
    check_context(&subject, effort());
    assert!(loader.debug().open_handles(generation).is_empty());
    assert!(
        loader
            .debug()
            .counts()
            .contains_key(&ViolationKind::DoubleClose)
    );
}

#[test]
fn a_debug_context_behaves_like_the_model() {
    debugged::<false>();
}

#[test]
fn a_debug_context_behaves_like_the_model_with_threads() {
    debugged::<true>();
}

#[test]
fn hostile_calls_are_answered_or_refused_when_traced() {
    let host = Host::<true>::new();
    let loader = host.loader.traced();
    let keeps_types = false;
    let subject = Wrapped {
        host,
        keeps_types,
        loader,
    };
    check_calls(&subject, plan(2));
}

#[test]
fn hostile_calls_are_answered_or_refused_in_debug_mode() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    // What is remembered of closed handles is not left over.
    loader.debug().set_max_closed(0);
    let keeps_types = true;
    let subject = Wrapped {
        host,
        keeps_types,
        loader,
    };
    check_calls(&subject, plan(3));
}

/// Runs C in debug mode and tells which rules it has broken.
fn broken(function: impl FnOnce(C, HPy) -> HPy) -> Vec<ViolationKind> {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    let _ = call(loader, host.vm().int(1), function);
    kinds(loader.debug())
}

fn kinds(debug: &Debug) -> Vec<ViolationKind> {
    let violations = debug.violations_with_times().into_iter();
    violations.map(|(violation, _)| violation.kind).collect()
}

fn none(c: C) -> HPy {
    c.dup(c.known().h_None)
}

#[test]
fn what_is_right_is_not_reported() {
    let kinds = broken(|c, arg| {
        let list = c!(c.ctx_List_New(0));
        let number = c.int(7);
        assert_eq!(c!(c.ctx_List_Append(list, number)), 0);
        assert_eq!(c!(c.ctx_List_Append(list, arg)), 0);
        c.close(number);
        let builder = c!(c.ctx_ListBuilder_New(1));
        c!(c.ctx_ListBuilder_Set(builder, 0, arg));
        let other = c!(c.ctx_ListBuilder_Build(builder));
        let tracker = c!(c.ctx_Tracker_New(2));
        c!(c.ctx_Tracker_Add(tracker, list));
        c!(c.ctx_Tracker_Add(tracker, other));
        c!(c.ctx_Tracker_Close(tracker));
        none(c)
    });
    assert_eq!(kinds, []);
}

#[test]
fn null_has_a_report_wherever_something_is_needed() {
    let found = broken(|c, _| {
        let variable = c!(c.ctx_ContextVar_New(c"variable".as_ptr(), HPy::NULL));
        let nowhere = std::ptr::null_mut();
        assert_eq!(c!(c.ctx_ContextVar_Get(variable, HPy::NULL, nowhere)), -1);
        c.clear();
        c.close(variable);
        none(c)
    });
    assert_eq!(found, [ViolationKind::NullArgument]);
}

/// Shows every object in the same way.
struct Blind;

impl SummaryFormat for Blind {
    fn object(&self, _: HPy) -> String {
        "an object".to_owned()
    }
}

/// The first generation has the handles of the context's constants.
#[test]
fn constants_are_no_leaks_of_any_generation() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    let debug = loader.debug();
    let found = |generation| debug.findings(generation).sum_up(&Blind);
    let _ = call(loader, host.vm().int(1), |c, _| none(c));
    assert!(found(0).is_clean(), "{}", found(0));
    let _ = call(loader, host.vm().int(1), |c, arg| c.dup(c.dup(arg)));
    assert!(!found(0).is_clean() && !found(1).is_clean());
}

#[test]
fn each_mistake_with_a_handle_has_a_name() {
    assert_eq!(
        broken(|c, arg| {
            let h = c.dup(arg);
            c.close(h);
            c.close(h);
            none(c)
        }),
        [ViolationKind::DoubleClose]
    );
    assert_eq!(
        broken(|c, arg| {
            let h = c.dup(arg);
            c.close(h);
            assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), 1, "it is a number");
            none(c)
        }),
        [ViolationKind::UseAfterClose]
    );
    assert_eq!(
        broken(|c, arg| {
            c.close(arg);
            none(c)
        }),
        [ViolationKind::ArgumentClosed]
    );
    assert_eq!(broken(|_, arg| arg), [ViolationKind::ArgumentReturned]);
    assert_eq!(
        broken(|c, _| c.known().h_None),
        [ViolationKind::ConstantReturned]
    );
    assert_eq!(
        broken(|c, _| {
            c.close(c.known().h_True);
            none(c)
        }),
        [ViolationKind::ConstantClosed]
    );
    for made_up in [-1, 0x0ABC_DEF0] {
        let kinds = broken(|c, _| {
            c.close(HPy(made_up));
            none(c)
        });
        assert_eq!(kinds, [ViolationKind::NoHandle]);
    }
}

#[test]
fn arguments_end_with_their_call() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    let mut kept = HPy::NULL;
    call(loader, host.vm().int(5), |c, arg| {
        kept = arg;
        none(c)
    })
    .expect("none");
    call(loader, host.vm().int(6), |c, _| {
        // As without the debug mode.
        assert_eq!(c!(c.ctx_Long_AsInt64_t(kept)), -1);
        assert!(c.is_pending());
        c.clear();
        none(c)
    })
    .expect("none");
    assert_eq!(kinds(loader.debug()), [ViolationKind::UseAfterCall]);
}

#[test]
fn modules_have_contexts_of_their_own() {
    let host = Host::<true>::new();
    let (one, other) = (going_on(&host), host.loader.debugged("other"));
    call(one, host.vm().int(5), |c, arg| {
        let h = c.dup(arg);
        let _ = call(other, host.vm().int(6), |c, _| {
            assert_eq!(c!(c.ctx_Long_AsInt64_t(h)), 5);
            none(c)
        });
        c.close(h);
        none(c)
    })
    .expect("none");
    assert_eq!(kinds(one.debug()), [ViolationKind::ForeignHandle]);
    assert_eq!(one.debug().violations_with_times()[0].0.module, "other");
    assert!(
        std::ptr::eq(one, going_on(&host)),
        "a module that is imported again"
    );
}

#[test]
fn builders_and_trackers_end() {
    assert_eq!(
        broken(|c, arg| {
            let builder = c!(c.ctx_ListBuilder_New(1));
            c!(c.ctx_ListBuilder_Set(builder, 0, arg));
            c!(c.ctx_ListBuilder_Cancel(builder));
            let built = c!(c.ctx_ListBuilder_Build(builder));
            assert!(built.is_null() && c.is_pending());
            c.clear();
            c!(c.ctx_ListBuilder_Cancel(HPyListBuilder::NULL));
            none(c)
        }),
        [ViolationKind::BuilderUsedUp]
    );
    assert_eq!(
        broken(|c, _| {
            let tracker = c!(c.ctx_Tracker_New(1));
            c!(c.ctx_Tracker_Close(tracker));
            c!(c.ctx_Tracker_Close(tracker));
            assert!(!c.is_pending(), "a void function sets no errors");
            none(c)
        }),
        [ViolationKind::TrackerClosed]
    );
}

#[test]
fn errors_come_with_failures_and_with_nothing_else() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    let missing = call(loader, host.vm().int(1), |_, _| HPy::NULL);
    assert!(missing.is_err());
    let left = call(loader, host.vm().int(1), |c, _| {
        c.raise("left");
        none(c)
    });
    assert!(left.is_err());
    let pending = call(loader, host.vm().int(1), |c, arg| {
        c.raise("pending");
        c.close(c!(c.ctx_Repr(arg)));
        HPy::NULL
    });
    assert_eq!(
        pending.expect_err("raised").error_text(),
        "ValueError: pending"
    );
    assert_eq!(
        kinds(loader.debug()),
        [
            ViolationKind::ErrorMissing,
            ViolationKind::ErrorLeft,
            ViolationKind::ErrorPending
        ]
    );
    assert!(loader.debug().open_handles(1).is_empty());
}

#[test]
fn leaks_are_told_by_what_opened_them() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    let debug = loader.debug();
    let generation = debug.new_generation();
    call(loader, host.vm().int(1), |c, arg| {
        for _ in 0..3 {
            c.dup(arg);
        }
        c.int(1 << 60);
        none(c)
    })
    .expect("none");
    let open = debug.open_handles(generation);
    assert_eq!(open.len(), 4);
    assert!(loader.object(open[0].inner).is_some());
    let leaks = debug.findings(generation).sum_up(&Blind).leaks();
    let count = |text: &String| {
        text.split(' ')
            .next()
            .and_then(|count| count.parse::<usize>().ok())
    };
    assert_eq!(leaks.iter().filter_map(count).sum::<usize>(), 4);
    for view in open {
        debug.force_close(view.index);
    }
    assert!(debug.open_handles(generation).is_empty());
    debug.set_max_closed(0);
    assert_eq!(kinds(debug), []);
}

/// A text is read where C may read it, and the same handle has it once.
#[test]
fn texts_are_promised_with_their_handle() {
    let host = Host::<true>::new();
    let loader = going_on(&host);
    call(loader, host.vm().text("hello"), |c, arg| {
        let mut size = 0;
        let text = c!(c.ctx_Unicode_AsUTF8AndSize(arg, &raw mut size));
        let again = c!(c.ctx_Unicode_AsUTF8AndSize(arg, std::ptr::null_mut()));
        assert_eq!((size, text), (5, again));
        // SAFETY: the handle is open.
        assert_eq!(unsafe { std::ffi::CStr::from_ptr(text) }, c"hello");
        let h = c.dup(arg);
        let other = c!(c.ctx_Unicode_AsUTF8AndSize(h, std::ptr::null_mut()));
        assert_ne!(other, text, "another handle, another copy");
        c.close(h);
        none(c)
    })
    .expect("none");
    let closed = loader.debug().closed_handles(0);
    let sizes: Vec<_> = closed
        .iter()
        .filter_map(|view| view.raw_data_size)
        .collect();
    assert_eq!(sizes, [6, 6]);
}

#[test]
fn the_findings_of_a_program_are_taken_once() {
    let host = Host::<true>::new();
    let debug = host.loader.debug();
    assert!(debug.last_findings().is_none(), "nobody has asked");
    debug.report_at_end();
    let loader = going_on(&host);
    let mut leaked = HPy::NULL;
    call(loader, host.vm().int(1), |c, arg| {
        leaked = c.dup(arg);
        none(c)
    })
    .expect("none");
    let findings = debug.last_findings().expect("the program is over");
    assert_eq!(findings.sum_up(&Blind).leaks().len(), 1);
    debug.end_report();
    assert!(debug.last_findings().is_none());
    let open = debug.open_handles(1);
    open.iter().for_each(|view| debug.force_close(view.index));
}

#[test]
fn a_detector_stops_without_a_trace() {
    let host = Host::<true>::new();
    let debug = host.loader.debug();
    let outer = debug.start_detector();
    let inner = debug.start_detector();
    assert!(inner > outer);
    debug.stop_detector(inner, false);
    debug.stop_detector(outer, true);
    // It is for the end of a process that does not come to its own.
    assert!(debug.last_findings().is_none());
}
