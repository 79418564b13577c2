//! What C does with the handles of its arguments, and where arguments die.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::extension::c;
use crate::host::{Host, both};

both! {
    an_argument_may_be_kept,
    an_argument_may_be_closed_too_often,
    an_argument_may_be_the_result,
    a_tuple_keeps_its_items,
}

fn an_argument_may_be_kept<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("kept");
    let kept = host.with(text, |c, h| c.dup(h));
    host.run(|c| {
        assert_eq!(c!(c.ctx_Unicode_Check(kept)), 1);
        c.close(kept);
    });
}

fn an_argument_may_be_closed_too_often<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("closed");
    host.with(text, |c, h| {
        c.close(h);
        c.close(h);
        c.close(h);
    });
}

fn an_argument_may_be_the_result<const THREADS: bool>(host: &Host<THREADS>) {
    let text = host.vm().text("returned");
    let result = host.returning(text, |_, h| h).expect("a result");
    assert_eq!(result.text().as_deref(), Some("returned"));
}

fn a_tuple_keeps_its_items<const THREADS: bool>(host: &Host<THREADS>) {
    let (tuple, item) = host.run(|c| {
        let item = c.text("item");
        (c.tuple(&[item, c.int(5), c.float(1.5)]), item)
    });
    host.run(|c| {
        c.close(item);
        let first = c.item(tuple, 0);
        assert!(!first.is_null());
        c.close(first);
        c.close(tuple);
    });
}

/// The last reference to an argument goes when the lock has been given up: a
/// destructor may wait for a thread that has to get into C.
#[test]
fn an_argument_dies_outside_the_lock() {
    let host = Host::<true>::new();
    let loader = host.loader;
    let entered = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&entered);
    let farewell = host.vm().farewell(move || {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let _entered = loader.lock().enter(loader.runtime());
            let _ = sender.send(());
        });
        let in_time = receiver.recv_timeout(Duration::from_secs(20)).is_ok();
        seen.store(in_time, Ordering::SeqCst);
    });
    host.with(farewell, |_, _| ());
    assert!(entered.load(Ordering::SeqCst), "the lock was held");
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
