//! The heap alone: objects that move, natives that stay, addresses that fault.

#![allow(missing_docs)]

mod graphs;
mod moving;
mod natives;
mod stale;

use moving_gc::heap::{Heap, Kind, Local};
use moving_gc::{Options, Zeal};

/// A heap with one class, which is its own.
fn heap(zeal: Zeal) -> (Heap, Local) {
    heap_of(Options {
        zeal,
        ..Options::default()
    })
}

fn heap_of(options: Options) -> (Heap, Local) {
    let heap = Heap::new(options).expect("address space");
    heap.pause();
    let class = heap.allocate_first(Kind::Type, 0, 0);
    heap.set_class(&class, &class);
    heap.resume();
    (heap, class)
}
