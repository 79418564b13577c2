//! Where objects die: outside the HPy lock, whichever way their last reference
//! goes. A destructor is Python code, and may wait for a thread that has to get
//! into C first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use hpy_loader::abi::{HPy, HPyField, HPyGlobal};

use crate::extension::{C, c};
use crate::host::Host;
use crate::observer::Observed;
use toy_vm::{Object, Toy, VmResult};

/// How long a thread may take to get the lock if it is free.
const PATIENCE: Duration = Duration::from_secs(20);

/// An object whose destructor lets another thread take the lock and waits for
/// it. Afterwards the flag tells whether it got it.
fn mortal(host: &Host<true>) -> (Object, Arc<AtomicBool>) {
    let died_well = Arc::new(AtomicBool::new(false));
    let (loader, seen) = (host.loader, Arc::clone(&died_well));
    let object = host.vm().finalizer(move || {
        let (sender, receiver) = mpsc::channel();
        let other = std::thread::spawn(move || {
            let _entered = loader.lock().enter(loader.runtime());
            // Nobody listens any more if it took too long.
            _ = sender.send(());
        });
        let in_time = receiver.recv_timeout(PATIENCE).is_ok();
        seen.store(in_time, Ordering::SeqCst);
        if in_time {
            other.join().expect("nothing can go wrong");
        }
    });
    (object, died_well)
}

/// What C gets is a list with the object in it, so that C has no argument that
/// keeps it. `end` gets the one handle that there is.
fn dies_outside_the_lock(end: impl Fn(C, HPy)) {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    let list = host.vm().list(vec![object]);
    let result: VmResult<Object> = host.returning(list, |c, list| {
        let h = c.item(list, 0);
        assert_eq!(c!(c.ctx_DelItem_i(list, 0)), 0);
        end(c, h);
        if c.is_pending() {
            HPy::NULL
        } else {
            c.known().h_None
        }
    });
    drop(result);
    assert!(died_well.load(Ordering::SeqCst), "with the lock held");
    assert!(!host.loader.lock().is_held::<Toy<true>>());
    host.assert_clean();
}

#[test]
fn with_its_last_handle() {
    dies_outside_the_lock(|c, h| c.close(h));
}

#[test]
fn with_the_call_that_it_is_an_argument_of() {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    host.with(object, |_, _| ());
    assert!(died_well.load(Ordering::SeqCst));
    host.assert_clean();
}

#[test]
fn with_a_call_inside_a_call() {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    let loader = host.loader;
    let object = std::sync::Mutex::new(Some(object));
    let none = host.vm().none();
    let function = host.vm().function(move |_, _| {
        let object = object.lock().expect("whole").take().expect("called once");
        crate::extension::call(loader, object, |c, _| c.known().h_None)?;
        Ok(none.clone())
    });
    host.with(function, |c, function| c.close(c.call(function, &[])));
    assert!(died_well.load(Ordering::SeqCst));
    host.assert_clean();
}

#[test]
fn with_the_container_that_has_it() {
    dies_outside_the_lock(|c, h| {
        let tuple = c.tuple(&[h]);
        c.close(h);
        c.close(tuple);
    });
}

#[test]
fn with_a_global() {
    dies_outside_the_lock(|c, h| {
        let mut global = HPyGlobal::NULL;
        c!(c.ctx_Global_Store(&mut global, h));
        c.close(h);
        c!(c.ctx_Global_Store(&mut global, HPy::NULL));
    });
}

#[test]
fn with_a_field() {
    dies_outside_the_lock(|c, h| {
        let (owner, mut field) = (c.known().h_None, HPyField::NULL);
        c!(c.ctx_Field_Store(owner, &mut field, h));
        c.close(h);
        c!(c.ctx_Field_Store(owner, &mut field, c.int(7)));
    });
}

#[test]
fn with_a_tracker() {
    dies_outside_the_lock(|c, h| {
        let tracker = c!(c.ctx_Tracker_New(1));
        c!(c.ctx_Tracker_Add(tracker, h));
        c!(c.ctx_Tracker_Close(tracker));
    });
}

#[test]
fn with_a_builder_that_is_cancelled() {
    dies_outside_the_lock(|c, h| {
        let builder = c!(c.ctx_ListBuilder_New(1));
        c!(c.ctx_ListBuilder_Set(builder, 0, h));
        c.close(h);
        c!(c.ctx_ListBuilder_Cancel(builder));
    });
}

#[test]
fn with_a_place_in_a_builder() {
    dies_outside_the_lock(|c, h| {
        let builder = c!(c.ctx_ListBuilder_New(1));
        c!(c.ctx_ListBuilder_Set(builder, 0, h));
        c.close(h);
        c!(c.ctx_ListBuilder_Set(builder, 0, c.int(7)));
        c!(c.ctx_ListBuilder_Cancel(builder));
    });
}

#[test]
fn with_a_builder_that_finds_no_memory() {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    let list = host.vm().list(vec![object]);
    let error = host.error_with(list, |c, list| {
        let h = c.item(list, 0);
        assert_eq!(c!(c.ctx_DelItem_i(list, 0)), 0);
        let builder = c!(c.ctx_TupleBuilder_New(1));
        c!(c.ctx_TupleBuilder_Set(builder, 0, h));
        c.close(h);
        host.vm()
            .observer()
            .refuse_containers
            .store(true, Ordering::SeqCst);
        assert!(c!(c.ctx_TupleBuilder_Build(builder)).is_null());
        host.vm()
            .observer()
            .refuse_containers
            .store(false, Ordering::SeqCst);
    });
    assert_eq!(error, "MemoryError: ");
    assert!(died_well.load(Ordering::SeqCst), "with the lock held");
    host.assert_clean();
}

/// Sets an error that has the object, through Python: a handle that C closed
/// would stay until the end of the call.
fn raised(end: impl Fn(C)) {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    let vm = host.vm();
    let error = std::sync::Mutex::new(Some(vm.exception(
        vm.builtin("KeyError"),
        vec![object],
        None,
    )));
    let function = vm.function(move |_, _| {
        let error = error.lock().expect("whole").take();
        Err(error.expect("called once"))
    });
    let result = host.returning(function, |c, function| {
        assert!(c.call(function, &[]).is_null());
        end(c);
        assert!(died_well.load(Ordering::SeqCst), "with the lock held");
        if c.is_pending() {
            HPy::NULL
        } else {
            c.known().h_None
        }
    });
    drop(result);
    host.vm().take_reports();
    host.assert_clean();
}

#[test]
fn with_an_error_that_is_cleared() {
    raised(C::clear);
}

#[test]
fn with_an_error_whose_place_is_taken() {
    raised(|c| c.raise("another"));
}

#[test]
fn with_an_error_that_is_reported() {
    raised(|c| c!(c.ctx_Err_WriteUnraisable(HPy::NULL)));
}

#[test]
fn with_a_result_that_an_error_spoils() {
    let host = Host::<true>::new();
    let (object, died_well) = mortal(&host);
    let list = host.vm().list(vec![object]);
    let result = host.returning(list, |c, list| {
        let h = c.item(list, 0);
        assert_eq!(c!(c.ctx_DelItem_i(list, 0)), 0);
        c.raise("spoilt");
        h
    });
    drop(result.expect_err("an error was set"));
    assert!(died_well.load(Ordering::SeqCst), "with the lock held");
    host.assert_clean();
}

/// A thread that finds the lock taken waits where the VM's collector may run.
#[test]
fn waiting_for_the_lock_is_the_runtimes_business() {
    let host = Host::<true>::new();
    let loader = host.loader;
    let entered = loader.lock().enter(loader.runtime());
    let waiter = std::thread::spawn(move || {
        drop(loader.lock().enter(loader.runtime()));
    });
    while host.vm().waits() == 0 {
        std::thread::yield_now();
    }
    drop(entered);
    waiter.join().expect("the waiter got in");
}
