//! The heap: bump allocation, and a collector that moves every object.
//!
//! An object is a header, some references and some bytes, in one piece. That is
//! all the collector knows: no kind of object has code of its own in it. What
//! must not move, because C was promised so, lies outside in a [`Companion`].
//!
//! # Who may hold an address
//!
//! Every collection gives every object another address. The heap finds and
//! rewrites these, and no others:
//!
//! 1. the references in objects;
//! 2. [`Local`]s, which Rust code holds;
//! 3. [`Object`]s in the slots of the loader's handle table, through the visitor
//!    that [`Heap::set_external_roots`] was given;
//! 4. [`Object`]s in the loader's table of fields, through the `tp_traverse` of those whose
//!    fields they are.
//!
//! An [`Object`] anywhere else is an address that the next allocation makes
//! stale. It exists on the way between a `Local` and a slot, for as long as
//! nothing is allocated, and `runtime/` is the one place with such ways. To keep
//! an object one needs a `Local`, and every method here gives a `Local`.
//!
//! # When an address is stale nevertheless
//!
//! The space that objects have left is made inaccessible, and it is a long time
//! until the same addresses are used again (`space`). So the first use of a
//! stale address is a fault, at the place of the mistake. In zeal mode
//! (`zeal`) a collection precedes every allocation, which makes every address
//! stale that can ever become so.

mod access;
mod collector;
mod companion;
mod header;
mod kind;
mod local;
mod object;
mod space;
mod statistics;
mod zeal;

pub use companion::{Companion, NativeLayout, Release};
pub use kind::Kind;
pub use local::{Local, Reference, RootTable};
pub use object::Object;
pub use statistics::Statistics;
pub use zeal::{ParseZealError, Zeal};

use companion::Companions;
use header::{Header, size_of_object};
use space::Ring;
use std::cell::{Cell, OnceCell, RefCell};

/// What the heap needs to know at its start.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The most that all objects together may take, in bytes.
    pub capacity: usize,
    /// When to collect, besides when it is needed.
    pub zeal: Zeal,
}

impl Default for Options {
    /// 64 MiB, and no zeal.
    fn default() -> Self {
        Self {
            capacity: 64 << 20,
            zeal: Zeal::Off,
        }
    }
}

/// There is no room for another object, even after a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the heap is full")]
pub struct Full;

/// Calls its argument with every root outside the heap.
pub type ExternalRoots = Box<dyn Fn(&mut dyn FnMut(&Object))>;

/// Gives up the references of fields for which its argument says no.
pub type RetainFields = Box<dyn Fn(&mut dyn FnMut(&Object) -> bool)>;

/// What is kept free for objects without which no error could be raised.
const RESERVE: usize = 256 << 10;

/// The heap is not collected before this much has been allocated.
const LEAST_THRESHOLD: usize = 1 << 20;

/// All objects of one VM.
pub struct Heap {
    ring: Ring,
    roots: &'static RootTable,
    external: OnceCell<ExternalRoots>,
    /// Gives up the references of fields that nobody has visited.
    fields: OnceCell<RetainFields>,
    companions: Companions,
    /// The next object goes here.
    free: Cell<usize>,
    /// Allocation beyond this address starts a collection.
    threshold: Cell<usize>,
    zeal: Cell<Zeal>,
    /// Allocations since the last collection that was the zeal's.
    since: Cell<u64>,
    /// How many reasons there are not to collect just now.
    paused: Cell<u32>,
    /// How many closures look at the bytes of an object just now.
    borrows: Cell<u32>,
    identity: Cell<u64>,
    /// Objects that are dead but for their finalizers.
    condemned: RefCell<Vec<Local>>,
    statistics: Cell<Statistics>,
}

impl Heap {
    /// An empty heap. Its roots live as long as the process, like the loader's.
    ///
    /// # Errors
    ///
    /// If the system does not give the address space.
    pub fn new(options: Options) -> std::io::Result<Self> {
        let capacity = options.capacity.max(4 * RESERVE).next_multiple_of(1 << 16);
        let ring = Ring::new(capacity)?;
        let start = ring.start();
        Ok(Self {
            ring,
            roots: Box::leak(Box::default()),
            external: OnceCell::new(),
            fields: OnceCell::new(),
            companions: Companions::default(),
            free: Cell::new(start),
            threshold: Cell::new(start + LEAST_THRESHOLD.min(capacity - RESERVE)),
            zeal: Cell::new(options.zeal),
            since: Cell::new(0),
            paused: Cell::new(0),
            borrows: Cell::new(0),
            identity: Cell::new(1),
            condemned: RefCell::default(),
            statistics: Cell::default(),
        })
    }

    /// Tells the heap of roots that others keep. Once.
    pub fn set_external_roots(&self, roots: ExternalRoots) {
        let first = self.external.set(roots).is_ok();
        assert!(first, "the external roots are set once");
    }

    /// Tells the heap how to give up references of fields. Once.
    pub fn set_retain_fields(&self, retain: RetainFields) {
        let first = self.fields.set(retain).is_ok();
        assert!(first, "the fields are set once");
    }

    /// When the heap is collected from now on.
    pub fn set_zeal(&self, zeal: Zeal) {
        self.zeal.set(zeal);
        self.since.set(0);
    }

    /// Keeps the collector from running until [`resume`](Self::resume). Needed
    /// while there are roots that the heap has not been told of.
    pub fn pause(&self) {
        self.paused.set(self.paused.get() + 1);
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.paused.set(self.paused.get() - 1);
    }

    /// What the collector has done so far.
    pub fn statistics(&self) -> Statistics {
        self.statistics.get()
    }

    /// The most that all objects together may take.
    pub fn capacity(&self) -> usize {
        self.ring.space()
    }

    /// Bytes in use, dead objects included.
    pub fn used(&self) -> usize {
        self.free.get() - self.ring.start()
    }

    /// How many `Local`s there are.
    pub fn locals(&self) -> usize {
        self.roots.len()
    }

    fn count(&self, update: impl FnOnce(&mut Statistics)) {
        let mut statistics = self.statistics.get();
        update(&mut statistics);
        self.statistics.set(statistics);
    }

    /// A root of the object that `reference` refers to.
    pub fn root(&self, reference: &impl Reference) -> Local {
        self.root_address(reference.address())
    }

    fn root_address(&self, address: usize) -> Local {
        Local::new(self.roots, address)
    }

    fn root_optional(&self, address: usize) -> Option<Local> {
        (address != 0).then(|| self.root_address(address))
    }

    /// Makes an object with `refs` empty references and `bytes` zeroed bytes.
    ///
    /// # Errors
    ///
    /// If the heap is full.
    pub fn allocate(
        &self,
        kind: Kind,
        class: &Local,
        refs: usize,
        bytes: usize,
    ) -> Result<Local, Full> {
        self.allocate_within(kind, Some(class), refs, bytes, RESERVE)
    }

    /// As [`allocate`](Self::allocate), from the reserve if need be: for small
    /// objects that cannot be refused.
    ///
    /// # Panics
    ///
    /// If even the reserve is used up.
    pub fn allocate_small(&self, kind: Kind, class: &Local, refs: usize, bytes: usize) -> Local {
        match self.allocate_within(kind, Some(class), refs, bytes, 0) {
            Ok(object) => object,
            Err(full) => panic!("{full}, its reserve included"),
        }
    }

    /// The first object of all, which is to become its own class.
    pub fn allocate_first(&self, kind: Kind, refs: usize, bytes: usize) -> Local {
        match self.allocate_within(kind, None, refs, bytes, 0) {
            Ok(object) => object,
            Err(full) => panic!("{full}"),
        }
    }

    fn allocate_within(
        &self,
        kind: Kind,
        class: Option<&Local>,
        refs: usize,
        bytes: usize,
        reserve: usize,
    ) -> Result<Local, Full> {
        assert_eq!(
            self.borrows.get(),
            0,
            "an allocation while the bytes of an object are borrowed"
        );
        let size = size_of_object(refs, bytes).ok_or(Full)?;
        if self.is_due(size) {
            self.collect();
        }
        let end = self.ring.start() + self.ring.space() - reserve;
        let address = self.free.get();
        if size > end.saturating_sub(address) {
            self.collect();
        }
        let address = self.free.get();
        let end = self.ring.start() + self.ring.space() - reserve;
        if size > end.saturating_sub(address) {
            return Err(Full);
        }
        self.free.set(address + size);
        let class = class.map_or(0, |class| class.address());
        let identity = self.identity.replace(self.identity.get() + 1);
        // SAFETY: the `size` bytes at the address are within the open space and
        // no object's, since `free` has just moved past them. They are zero, and
        // zeroed references and bytes are what a new object has.
        unsafe {
            Header::write(self.ring.at(address), kind, class, identity, refs, bytes);
        }
        self.count(|statistics| statistics.allocations += 1);
        Ok(self.root_address(address))
    }

    /// Whether a collection has to precede the allocation of `size` bytes.
    fn is_due(&self, size: usize) -> bool {
        self.since.set(self.since.get() + 1);
        if self.zeal.get().wants(self.since.get()) {
            self.since.set(0);
            return true;
        }
        size > self.threshold.get().saturating_sub(self.free.get())
    }
}
