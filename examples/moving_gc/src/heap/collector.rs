//! The collector: Cheney's algorithm, with companions and finalizers.
//!
//! The space that objects are copied to is its own queue: what lies between
//! `scan` and `free` has been copied, but what it refers to has not. Three
//! things are added to the textbook:
//!
//! - An object with a native struct is scanned together with the struct's
//!   fields, which the extension's `tp_traverse` names.
//! - When the queue is empty, dead objects that await their finalizers are
//!   copied after all, with everything they refer to, and handed to the VM. They
//!   await nothing any more, so the next time they are dead for good.
//! - What remains dead and has a companion is buried when the collection is over
//!   and the heap is whole: `tp_destroy` and capsules' destructors are C code.

use super::{Companion, Heap, LEAST_THRESHOLD, Local, RESERVE, Statistics};
use std::ptr::NonNull;
use std::rc::Rc;

/// One collection.
struct Collection<'a> {
    heap: &'a Heap,
    /// The bounds of the space that objects leave.
    from: std::ops::Range<usize>,
    free: usize,
    statistics: Statistics,
}

impl Heap {
    /// Collects the heap: every object that is alive gets another address.
    ///
    /// Finalizers do not run; the objects wait in
    /// [`take_condemned`](Self::take_condemned).
    pub fn collect(&self) {
        assert_eq!(
            self.borrows.get(),
            0,
            "a collection while the bytes of an object are borrowed"
        );
        if self.paused.get() > 0 {
            return;
        }
        let start = self.ring.start();
        let used = self.free.get() - start;
        let to = self.ring.open_next();
        let mut collection = Collection {
            heap: self,
            from: start..start + used,
            free: to,
            statistics: self.statistics.get(),
        };
        collection.copy_roots();
        let scan = collection.scan(to);
        let condemned = collection.condemn();
        collection.scan(scan);
        collection.forget_fields();
        let dead = collection.sweep();
        let Collection {
            free,
            mut statistics,
            ..
        } = collection;

        statistics.collections += 1;
        self.statistics.set(statistics);
        self.free.set(free);
        self.ring.close_previous(used);
        let capacity = self.ring.space() - RESERVE;
        let threshold = (2 * (free - to)).max(LEAST_THRESHOLD).min(capacity);
        self.threshold.set(to + threshold);
        self.zeal.set(self.zeal.get().next());

        let condemned = condemned.into_iter().map(|at| self.root_address(at));
        self.condemned.borrow_mut().extend(condemned);
        let destroyed = dead
            .iter()
            .filter(|companion| companion.native().is_some())
            .count();
        self.count(|statistics| statistics.destroyed += destroyed as u64);
        drop(dead);
    }

    /// Objects that are dead but for their finalizers, which the VM is to run.
    pub fn take_condemned(&self) -> Vec<Local> {
        std::mem::take(&mut *self.condemned.borrow_mut())
    }

    /// Counts a finalizer that has run.
    pub fn count_finalizer(&self) {
        self.count(|statistics| statistics.finalized += 1);
    }
}

impl Collection<'_> {
    /// Where the object is now; copies it if nobody has yet.
    fn forward(&mut self, address: usize) -> usize {
        if !self.from.contains(&address) {
            // A field that was visited twice.
            return address;
        }
        let header = self.heap.header(address);
        if header.moved.get() {
            return header.class.get();
        }
        let to = self.free;
        let size = header.size();
        self.free += size;
        let moves = header.moves.get() + 1;
        header.moves.set(moves);
        // SAFETY: the object is `size` bytes long, and the open space has room
        // for all objects of a space of the same size. The two do not overlap.
        unsafe {
            let (from, to) = (self.heap.ring.at(address), self.heap.ring.at(to));
            std::ptr::copy_nonoverlapping(from, to, size);
        }
        header.moved.set(true);
        header.class.set(to);
        self.statistics.moves += 1;
        self.statistics.most_moves = self.statistics.most_moves.max(moves);
        to
    }

    fn copy_roots(&mut self) {
        let heap = self.heap;
        heap.roots.for_each(|address| self.forward(address));
        if let Some(external) = heap.external.get() {
            external(&mut |object| {
                let address = self.forward(object.cell().get());
                object.cell().set(address);
                self.statistics.slots_rewritten += 1;
            });
        }
    }

    /// Copies what the objects from `scan` on refer to, directly or not. Returns
    /// where the last one ends.
    fn scan(&mut self, mut scan: usize) -> usize {
        while scan < self.free {
            let header = self.heap.header(scan);
            header.class.set(self.forward(header.class.get()));
            if header.attributes.get() != 0 {
                header.attributes.set(self.forward(header.attributes.get()));
            }
            for index in 0..header.ref_count() {
                let cell = self.heap.ref_cell(scan, index);
                if cell.get() != 0 {
                    cell.set(self.forward(cell.get()));
                }
            }
            if let Some(companion) = header.companion.get() {
                self.scan_companion(companion, scan);
            }
            scan += header.size();
        }
        scan
    }

    fn scan_companion(&mut self, companion: NonNull<Companion>, owner: usize) {
        // SAFETY: a companion lives as long as its object, and this one is being
        // copied.
        let companion = unsafe { companion.as_ref() };
        companion.for_each_referent(&mut |object| {
            let old = object.cell().get();
            let new = self.forward(old);
            if new != old {
                object.cell().set(new);
                self.statistics.fields_rewritten += 1;
            }
        });
        companion.owner.set(owner);
    }

    /// Copies the dead objects that await their finalizers.
    fn condemn(&mut self) -> Vec<usize> {
        let mut owners = Vec::new();
        let heap = self.heap;
        heap.companions.for_each(|companion| {
            if self.is_dead(companion) && companion.awaits_finalizer.replace(false) {
                owners.push(companion.owner.get());
            }
        });
        owners
            .into_iter()
            .map(|owner| self.forward(owner))
            .collect()
    }

    fn is_dead(&self, companion: &Companion) -> bool {
        let owner = companion.owner.get();
        self.from.contains(&owner) && !self.heap.header(owner).moved.get()
    }

    /// Gives up the references of fields that no `tp_traverse` has visited: their objects
    /// are dead, or have forgotten them, and nobody has rewritten the address.
    fn forget_fields(&self) {
        if let Some(retain) = self.heap.fields.get() {
            retain(&mut |object| !self.from.contains(&object.cell().get()));
        }
    }

    /// Takes out the companions of the dead.
    fn sweep(&self) -> Vec<Rc<Companion>> {
        let companions = &self.heap.companions;
        companions.sweep(|companion| self.is_dead(companion))
    }
}
