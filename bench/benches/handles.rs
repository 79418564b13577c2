//! The handle table: what a handle costs beside the object behind it.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hpy_loader::handles::{ArgumentScope, HandleTable, RawHandle};
use std::hint::black_box;
use std::sync::Arc;

/// An object like RustPython's: one pointer, counted atomically.
type Object = Arc<u64>;

fn table() -> HandleTable<Object> {
    HandleTable::new().expect("address space for a handle table")
}

fn one_handle(c: &mut Criterion) {
    let mut group = c.benchmark_group("one handle");
    let table = table();
    let object = Object::new(7);
    let handle = table.open(object.clone()).expect("an empty table");
    group.bench_function("dup and close", |b| {
        b.iter(|| {
            let copy = table.dup(black_box(handle));
            copy.map(|copy| table.close(copy))
        });
    });
    group.bench_function("pin and unpin", |b| {
        b.iter(|| table.pin(black_box(handle)).map(|object| **object));
    });
    group.bench_function("object clone and drop", |b| {
        b.iter(|| drop(black_box(object.clone())))
    });
    group.bench_function("object clone, open, close", |b| {
        b.iter(|| {
            table
                .open(object.clone())
                .map(|word| table.close(black_box(word)))
        });
    });
    group.bench_function("integer from and as", |b| {
        b.iter(|| RawHandle::from_i64(black_box(12345)).and_then(|word| black_box(word).as_i64()));
    });
    group.bench_function("double from and as", |b| {
        b.iter(|| RawHandle::from_f64(black_box(1.5)).and_then(|word| black_box(word).as_f64()));
    });
    group.finish();
}

fn arguments(c: &mut Criterion) {
    let mut group = c.benchmark_group("argument frame");
    let table = table();
    let object = Object::new(7);
    for count in [1, 3, 8] {
        group.bench_function(format!("{count} arguments"), |b| {
            b.iter_batched(
                || vec![object.clone(); count],
                |args| {
                    let mut frame = ArgumentScope::new(&table);
                    for arg in args {
                        black_box(frame.push(arg)).expect("an empty table");
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// The cost of opening and closing one handle must not grow with the number of
/// handles that are open.
fn many_handles(c: &mut Criterion) {
    let mut group = c.benchmark_group("open and close beside");
    for open in [10, 10_000, 10_000_000] {
        let table = table();
        let object = Object::new(7);
        for _ in 0..open {
            table.open(object.clone()).expect("room for all of them");
        }
        group.bench_function(format!("{open} open handles"), |b| {
            b.iter(|| {
                table
                    .open(object.clone())
                    .map(|word| table.close(black_box(word)))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one_handle, arguments, many_handles);
criterion_main!(benches);
