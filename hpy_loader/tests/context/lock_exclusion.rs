//! Two threads that call C at the same time, with callbacks.

use std::ffi::c_int;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hpy_loader::Loader;
use hpy_loader::abi::{
    HPy, HPy_buffer, HPyContext, HPyFunc_getbufferproc, HPyFunc_releasebufferproc, HPyGlobal,
};

use crate::extension::{C, c, call};
use crate::host::{Host, check};
use crate::hpyfunc_results::empty_buffer;
use crate::observer::Observed;
use toy_vm::{Object, Toy};

const THREADS: usize = 2;
const ROUNDS: usize = if cfg!(miri) { 20 } else { 2000 };

/// Runs `function` on several threads until all are done.
fn hammer(function: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let function = &function;
            scope.spawn(move || function(number));
        }
    });
}

/// A stretch of C that only one thread may be in. As with the GIL, that holds
/// between the calls of functions that may run Python: none of those in here.
#[derive(Default)]
struct Room {
    is_taken: AtomicBool,
    visits: AtomicUsize,
}

impl Room {
    fn visit<T>(&self, function: impl FnOnce() -> T) -> T {
        assert!(!self.is_taken.swap(true, Ordering::SeqCst), "two are in C");
        self.visits.fetch_add(1, Ordering::SeqCst);
        let result = function();
        // Time for somebody to come in who must not.
        std::thread::yield_now();
        assert!(self.is_taken.swap(false, Ordering::SeqCst));
        result
    }
}

/// Some work with handles of its own and one that all share. What it returns is
/// to be closed.
fn work(c: C, number: usize, shared: HPyGlobal) -> [HPy; 4] {
    let text = c.text(&number.to_string());
    let again = c.dup(text);
    let builder = c!(c.ctx_ListBuilder_New(2));
    c!(c.ctx_ListBuilder_Set(builder, 0, text));
    c!(c.ctx_ListBuilder_Set(builder, 1, c.int(number as i64)));
    let list = c!(c.ctx_ListBuilder_Build(builder));
    let all = c!(c.ctx_Global_Load(shared));
    assert_eq!(c!(c.ctx_Is(again, text)), 1);
    assert_eq!(c!(c.ctx_Is(all, text)), 0);
    assert!(!c.is_pending());
    [text, again, list, all]
}

#[test]
fn c_code_excludes_c_code() {
    check::<true>(|host| {
        let loader = host.loader;
        let (room, mut shared) = (Room::default(), HPyGlobal::NULL);
        host.with(host.vm().text("shared"), |c, h| {
            c!(c.ctx_Global_Store(&mut shared, h));
        });
        hammer(|number| {
            for _ in 0..ROUNDS {
                let none = loader.runtime().none();
                let result = call(loader, none, |c, h| {
                    let handles = room.visit(|| work(c, number, shared));
                    // Python may run here, and other C.
                    let [text, _, list, all] = handles;
                    let first = c.item(list, 0);
                    assert_eq!(c!(c.ctx_Length(all)), 6);
                    room.visit(|| assert_eq!(c!(c.ctx_Is(first, text)), 1));
                    handles.into_iter().for_each(|h| c.close(h));
                    c.close(first);
                    c.dup(h)
                });
                assert!(result.is_ok());
            }
        });
        assert_eq!(room.visits.load(Ordering::SeqCst), 2 * THREADS * ROUNDS);
        host.run(|c| c!(c.ctx_Global_Store(&mut shared, HPy::NULL)));
    });
}

/// Each callback waits for the other thread's, so both must be out of C at the
/// same time; nobody would be if a callback held the lock.
#[test]
fn callbacks_that_block_do_not_deadlock() {
    check::<true>(|host| {
        let loader = host.loader;
        let (room, barrier) = (Room::default(), Barrier::new(THREADS));
        let (room, barrier): (&'static Room, &'static Barrier) =
            (Box::leak(Box::new(room)), Box::leak(Box::new(barrier)));
        let rounds = ROUNDS / 10;
        let none = host.vm().none();
        let function = host.vm().function(move |_, _| {
            barrier.wait();
            // And further down C again.
            call(loader, none.clone(), |c, h| {
                room.visit(|| assert!(!c.is_pending()));
                c.raise("inside");
                room.visit(|| assert!(c.is_pending()));
                c.clear();
                c.dup(h)
            })
        });
        hammer(|number| {
            for round in 0..rounds {
                let message = format!("{number}, {round}");
                let result = call(loader, function.clone(), |c, function| {
                    c.raise(&message);
                    let result = c.call(function, &[]);
                    room.visit(|| assert!(c.is_pending()));
                    c.close(result);
                    HPy::NULL
                });
                let error = result.expect_err("raised").error_text();
                assert_eq!(error, format!("ValueError: {message}"), "mine is mine");
            }
        });
        drop(function);
        assert_eq!(room.visits.load(Ordering::SeqCst), 3 * THREADS * rounds);
    });
}

/// A lock that is given up and taken back many times while other threads wait.
#[test]
fn threads_leave_and_come_back() {
    check::<true>(|host| {
        let loader = host.loader;
        let room = Room::default();
        let visit = |_| {
            let result = call(loader, loader.runtime().none(), |c, h| {
                for _ in 0..ROUNDS {
                    let text = room.visit(|| c.text("mine"));
                    let state = c!(c.ctx_LeavePythonExecution());
                    c!(c.ctx_ReenterPythonExecution(state));
                    room.visit(|| assert_eq!(c!(c.ctx_Unicode_Check(text)), 1));
                    c.close(text);
                }
                c.dup(h)
            });
            assert!(result.is_ok());
        };
        // On a busy machine a thread may be done before the next one begins.
        for _ in 0..if cfg!(miri) { 1 } else { 500 } {
            hammer(visit);
            if host.vm().waits() > 0 {
                break;
            }
        }
        assert!(host.vm().waits() > 0 || cfg!(miri), "they never met");
    });
}

unsafe extern "C" fn getbuffer(
    context: *mut HPyContext,
    object: HPy,
    buffer: *mut HPy_buffer,
    flags: c_int,
) -> c_int {
    let c = C::new(context);
    // SAFETY: the loader gives a buffer.
    unsafe { (*buffer).obj = c.dup(object) };
    if flags != 0 {
        c.raise("refused");
        return -1;
    }
    0
}

unsafe extern "C" fn releasebuffer(_: *mut HPyContext, object: HPy, buffer: *mut HPy_buffer) {
    // SAFETY: the loader gives a buffer.
    assert_eq!(unsafe { (*buffer).obj }, object);
}

fn use_buffer<const T: bool>(loader: &'static Loader<Toy<T>>, object: &Object, flags: c_int) {
    let mut buffer = empty_buffer();
    // SAFETY: the functions are of these types.
    let (get, release) = unsafe {
        (
            HPyFunc_getbufferproc::new(getbuffer),
            HPyFunc_releasebufferproc::new(releasebuffer),
        )
    };
    match loader.call_slot(get, (object.clone(), &mut buffer, flags)) {
        Ok(exporter) => {
            assert!(exporter.expect("the function gives one").is(object));
            assert!(buffer.obj.is_null());
            let released = loader.call_slot(release, (object.clone(), &mut buffer));
            assert!(released.is_ok());
        }
        Err(error) => {
            assert_eq!(
                (flags, error.error_text().as_str()),
                (1, "ValueError: refused")
            );
        }
    }
}

#[test]
fn a_buffer_gives_up_its_exporter() {
    for flags in [0, 1] {
        let host = Host::<false>::new();
        use_buffer(host.loader, &host.vm().text("exporter"), flags);
        host.assert_clean();
    }
}

#[test]
fn buffers_are_taken_under_the_lock() {
    check::<true>(|host| {
        hammer(|number| {
            let object = host.vm().text("exporter");
            for round in 0..ROUNDS {
                use_buffer(host.loader, &object, ((number + round) % 2) as c_int);
            }
        });
    });
}
