//! Lists and tuples under construction, and trackers: things that C refers to
//! by number.

use std::sync::atomic::Ordering;

use hpy_loader::abi::{HPy, HPyListBuilder, HPyTracker, HPyTupleBuilder};

use crate::extension::{C, c};
use crate::host::{Host, both};
use crate::observer::Observed;

both! {
    a_builder_builds,
    what_is_not_set_is_none,
    an_item_is_kept_from_the_moment_it_is_set,
    an_item_may_be_set_many_times,
    an_item_may_stand_in_every_place,
    an_index_must_be_in_range,
    a_bad_item_is_refused,
    a_builder_is_used_up,
    a_cancelled_builder_lets_go,
    no_memory_lets_go,
    a_made_up_builder_is_none,
    the_null_builder_reports_when_it_builds,
    a_tracker_closes_what_it_tracks,
    a_tracker_may_forget,
    a_tracker_outgrows_its_size,
    a_tracker_is_used_up,
}

/// A builder of either type.
#[derive(Clone, Copy)]
enum Builder {
    List(HPyListBuilder),
    Tuple(HPyTupleBuilder),
}

impl Builder {
    fn both(c: C, size: isize) -> [Self; 2] {
        [
            Self::List(c!(c.ctx_ListBuilder_New(size))),
            Self::Tuple(c!(c.ctx_TupleBuilder_New(size))),
        ]
    }

    fn made_up(number: isize) -> [Self; 2] {
        [
            Self::List(HPyListBuilder(number)),
            Self::Tuple(HPyTupleBuilder(number)),
        ]
    }

    fn set(self, c: C, index: isize, item: HPy) {
        match self {
            Self::List(builder) => c!(c.ctx_ListBuilder_Set(builder, index, item)),
            Self::Tuple(builder) => c!(c.ctx_TupleBuilder_Set(builder, index, item)),
        }
    }

    fn build(self, c: C) -> HPy {
        match self {
            Self::List(builder) => c!(c.ctx_ListBuilder_Build(builder)),
            Self::Tuple(builder) => c!(c.ctx_TupleBuilder_Build(builder)),
        }
    }

    fn cancel(self, c: C) {
        match self {
            Self::List(builder) => c!(c.ctx_ListBuilder_Cancel(builder)),
            Self::Tuple(builder) => c!(c.ctx_TupleBuilder_Cancel(builder)),
        }
    }
}

/// Does it with a builder of either type and tells what Python gets.
fn built<const THREADS: bool>(
    host: &Host<THREADS>,
    size: isize,
    function: impl Fn(C, Builder),
) -> String {
    let built = host.returning(host.vm().none(), |c, _| {
        let built = Builder::both(c, size).map(|builder| {
            function(c, builder);
            let built = builder.build(c);
            assert!(!built.is_null() && !c.is_pending());
            built
        });
        let [list, tuple] = built;
        assert_eq!(c!(c.ctx_List_Check(list)), 1);
        assert_eq!(c!(c.ctx_Tuple_Check(tuple)), 1);
        let both = c.tuple(&built);
        built.iter().for_each(|&built| c.close(built));
        both
    });
    let items = built.expect("both").items().expect("a tuple");
    let [list, tuple] = [&items[0], &items[1]].map(|built| {
        let items = built.items().expect("a list or tuple");
        host.vm().list(items).to_string()
    });
    assert_eq!(list, tuple);
    list
}

fn a_builder_builds<const THREADS: bool>(host: &Host<THREADS>) {
    let text = built(host, 4, |c, builder| {
        let text = c.text("text");
        builder.set(c, 3, text);
        c.close(text);
        builder.set(c, 0, c.int(7));
        builder.set(c, 2, c.known().h_True);
        builder.set(c, 1, c.float(2.5));
    });
    assert_eq!(text, "[7, 2.5, True, 'text']");
    assert_eq!(built(host, 0, |_, _| ()), "[]");
}

fn what_is_not_set_is_none<const THREADS: bool>(host: &Host<THREADS>) {
    let text = built(host, 3, |c, builder| builder.set(c, 1, c.int(7)));
    assert_eq!(text, "[None, 7, None]");
}

/// C may even close it too often: the reference is the builder's.
fn an_item_is_kept_from_the_moment_it_is_set<const THREADS: bool>(host: &Host<THREADS>) {
    let text = built(host, 1, |c, builder| {
        let text = c.text("kept");
        builder.set(c, 0, text);
        for _ in 0..3 {
            c.close(text);
        }
    });
    assert_eq!(text, "['kept']");
}

fn an_item_may_be_set_many_times<const THREADS: bool>(host: &Host<THREADS>) {
    let text = built(host, 1, |c, builder| {
        for text in ["first", "second", "last"] {
            let text = c.text(text);
            builder.set(c, 0, text);
            c.close(text);
        }
    });
    assert_eq!(text, "['last']");
}

fn an_item_may_stand_in_every_place<const THREADS: bool>(host: &Host<THREADS>) {
    // More than the pins that a slot counts.
    let size = if cfg!(miri) { 1100 } else { 5000 };
    let text = built(host, size, |c, builder| {
        let text = c.text("x");
        for index in 0..size {
            builder.set(c, index, text);
        }
        c.close(text);
    });
    assert_eq!(text.matches("'x'").count(), size as usize);
}

fn an_index_must_be_in_range<const THREADS: bool>(host: &Host<THREADS>) {
    for index in [-1, 2, 3, isize::MIN, isize::MAX] {
        for which in 0..2 {
            let error = host.error(|c| {
                let builders = Builder::both(c, 2);
                let text = c.text("text");
                builders[which].set(c, index, text);
                builders[which].set(c, 0, text);
                c.close(text);
                assert!(!c.is_pending(), "`Set` is void");
                builders[1 - which].cancel(c);
                assert!(builders[which].build(c).is_null());
            });
            let expected = format!("IndexError: the builder has no index {index}");
            assert_eq!(error, expected);
        }
    }
}

fn a_bad_item_is_refused<const THREADS: bool>(host: &Host<THREADS>) {
    let error = host.error(|c| {
        let builder = c!(c.ctx_TupleBuilder_New(1));
        c!(c.ctx_TupleBuilder_Set(builder, 0, c.closed()));
        assert!(!c.is_pending(), "`Set` is void");
        assert!(c!(c.ctx_TupleBuilder_Build(builder)).is_null());
    });
    assert!(
        error.starts_with("SystemError: HPyTupleBuilder_Set: "),
        "{error}"
    );
}

fn a_builder_is_used_up<const THREADS: bool>(host: &Host<THREADS>) {
    for which in 0..2 {
        for cancel in [false, true] {
            let used = |c: C| {
                let builders = Builder::both(c, 1);
                builders[1 - which].cancel(c);
                match cancel {
                    true => builders[which].cancel(c),
                    false => c.close(builders[which].build(c)),
                }
                builders[which]
            };
            let error = host.error(|c| assert!(used(c).build(c).is_null()));
            assert_eq!(error, "SystemError: the builder is used up");
            host.run(|c| {
                // Void functions can't tell.
                used(c).set(c, 0, c.int(7));
                // Of no consequence: cancelling is what C does after errors.
                used(c).cancel(c);
                assert!(!c.is_pending());
            });
        }
    }
}

fn a_cancelled_builder_lets_go<const THREADS: bool>(host: &Host<THREADS>) {
    let live = host.vm().live();
    for which in 0..2 {
        host.run(|c| {
            let builders = Builder::both(c, 10);
            for index in 0..9 {
                let text = c.text("text");
                builders[which].set(c, index, text);
                c.close(text);
            }
            assert_eq!(host.vm().live(), live + 9);
            builders.iter().for_each(|builder| builder.cancel(c));
        });
        assert_eq!(host.vm().live(), live);
    }
}

fn no_memory_lets_go<const THREADS: bool>(host: &Host<THREADS>) {
    let (refuse, live) = (&host.vm().observer().refuse_containers, host.vm().live());
    for which in 0..2 {
        let error = host.error(|c| {
            let builders = Builder::both(c, 2);
            let text = c.text("text");
            builders[which].set(c, 0, text);
            builders[which].set(c, 1, c.int(7));
            c.close(text);
            refuse.store(true, Ordering::SeqCst);
            assert!(builders[which].build(c).is_null());
            refuse.store(false, Ordering::SeqCst);
            builders[1 - which].cancel(c);
        });
        assert_eq!(host.vm().live(), live);
        assert_eq!(error, "MemoryError: ");
    }
}

fn a_made_up_builder_is_none<const THREADS: bool>(host: &Host<THREADS>) {
    for number in [1, 2, -1, isize::MIN, isize::MAX, 0x7fff_f7dd_0cc0, 1 << 32] {
        for builder in Builder::made_up(number) {
            let error = host.error(|c| assert!(builder.build(c).is_null()));
            assert_eq!(error, "SystemError: the builder is used up", "{number}");
            host.run(|c| {
                builder.set(c, 0, c.int(7));
                builder.cancel(c);
                assert!(!c.is_pending(), "void functions set no errors");
            });
        }
    }
}

fn the_null_builder_reports_when_it_builds<const THREADS: bool>(host: &Host<THREADS>) {
    for builder in Builder::made_up(0) {
        host.run(|c| {
            builder.set(c, 0, c.int(7));
            builder.cancel(c);
            assert!(!c.is_pending(), "the error is still to come");
        });
        let error = host.error(|c| assert!(builder.build(c).is_null()));
        assert_eq!(error, "MemoryError: ");
    }
}

fn a_tracker_closes_what_it_tracks<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let (open, live) = (host.open(), host.vm().live());
        let tracker = c!(c.ctx_Tracker_New(0));
        let once = c.text("once");
        let twice = c.text("twice");
        let again = c.dup(twice);
        for h in [once, twice, again, c.int(7), HPy::NULL, c.known().h_None] {
            assert_eq!(c!(c.ctx_Tracker_Add(tracker, h)), 0);
        }
        assert_eq!(host.vm().live(), live + 2);
        c!(c.ctx_Tracker_Close(tracker));
        assert_eq!((host.open(), host.vm().live()), (open, live));
        assert!(!c.is_pending());
    });
}

fn a_tracker_may_forget<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let tracker = c!(c.ctx_Tracker_New(2));
        let text = c.text("kept");
        c!(c.ctx_Tracker_Add(tracker, text));
        c!(c.ctx_Tracker_ForgetAll(tracker));
        c!(c.ctx_Tracker_Close(tracker));
        assert_eq!(c!(c.ctx_Length(text)), 4);
        c.close(text);
    });
}

fn a_tracker_outgrows_its_size<const THREADS: bool>(host: &Host<THREADS>) {
    host.run(|c| {
        let live = host.vm().live();
        let tracker = c!(c.ctx_Tracker_New(1));
        for _ in 0..100 {
            assert_eq!(c!(c.ctx_Tracker_Add(tracker, c.text("text"))), 0);
        }
        assert_eq!(host.vm().live(), live + 100);
        c!(c.ctx_Tracker_Close(tracker));
        assert_eq!(host.vm().live(), live);
    });
}

fn a_tracker_is_used_up<const THREADS: bool>(host: &Host<THREADS>) {
    type Make<'a> = &'a dyn Fn(C) -> HPyTracker;
    let each = |function: &dyn Fn(Make<'_>)| {
        for number in [0, 1, -1, isize::MIN] {
            function(&|_| HPyTracker(number));
        }
        function(&|c| {
            let tracker = c!(c.ctx_Tracker_New(1));
            c!(c.ctx_Tracker_Close(tracker));
            tracker
        });
    };
    each(&|tracker| {
        let error = host.error(|c| assert_eq!(c!(c.ctx_Tracker_Add(tracker(c), c.int(7))), -1));
        assert_eq!(
            error,
            "SystemError: the tracker is closed, or never was one"
        );
    });
    each(&|tracker| {
        let error = host.error(|c| {
            c.raise("before");
            c!(c.ctx_Tracker_ForgetAll(tracker(c)));
            c!(c.ctx_Tracker_Close(tracker(c)));
        });
        assert_eq!(error, "ValueError: before");
        host.run(|c| {
            c!(c.ctx_Tracker_ForgetAll(tracker(c)));
            c!(c.ctx_Tracker_Close(tracker(c)));
            assert!(!c.is_pending(), "void functions set no errors");
        });
    });
}
