//! What of an object stays in place.
//!
//! C is promised that a native struct, the UTF-8 form of a string, the content
//! of a bytes object and a capsule do not move while the object lives. They are
//! allocated outside the heap, in a companion that the object refers to and that
//! refers back. After each collection the heap looks through all companions:
//! those whose objects have not moved are buried.

use super::Object;
use hpy_loader::abi::{HPyField, HPyType_BuiltinShape};
use hpy_loader::abi::{HPyFunc_destroyfunc, HPyFunc_keywords, HPyFunc_traverseproc};
use hpy_loader::capsule::Capsule;
use hpy_loader::native::{self, FieldRef, FieldTable, NativeStruct};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::rc::Rc;

/// The alignment that extensions are promised.
const ALIGN: usize = 16;

/// What is done to a struct.
pub type Release = Box<dyn Fn(&NativeLayout, NativeStruct)>;

/// What the native structs of a type's instances look like. Never freed, since
/// a struct may outlive its type by half a collection.
pub struct NativeLayout {
    /// What the fields refer to.
    pub table: &'static FieldTable<Object>,
    /// Empties the fields that the `tp_traverse`s visit, when the object is dead.
    pub release: Release,
    /// Bytes behind the struct, for a guard of the debug mode.
    pub guard: usize,
    /// Makes the guard of a new struct.
    pub set_guard: Release,
    /// The builtin type that the struct is attached to.
    pub shape: HPyType_BuiltinShape,
    /// Bytes.
    pub size: usize,
    /// Tells the layouts that this one extends: their addresses.
    pub ancestors: Vec<usize>,
    /// Every `tp_traverse` on the way to `object`, the most derived first.
    pub traversers: Vec<HPyFunc_traverseproc>,
    /// The offsets of members that are `HPyField`s. Most are visited by
    /// `tp_traverse` as well, which does no harm; those that are not would get
    /// lost otherwise.
    pub fields: Vec<usize>,
    /// Every `tp_destroy` on the way to `object`, the most derived first.
    pub destroyers: Vec<HPyFunc_destroyfunc>,
}

/// A native struct.
struct Native {
    layout: &'static NativeLayout,
    /// As aligned as extensions are promised. C writes it, through its address.
    memory: Box<[Cell<u128>]>,
}

const _: () = assert!(align_of::<u128>() == ALIGN);

impl Native {
    fn new(layout: &'static NativeLayout) -> Option<Self> {
        // A struct without members has an address as well.
        let count = (layout.size + layout.guard).div_ceil(ALIGN).max(1);
        let mut memory = Vec::new();
        memory.try_reserve_exact(count).ok()?;
        memory.resize(count, Cell::new(0));
        let memory = memory.into();
        let native = Self { layout, memory };
        (layout.set_guard)(layout, native.as_struct());
        Some(native)
    }

    fn address(&self) -> *mut c_void {
        self.memory.as_ptr().cast_mut().cast()
    }

    fn as_struct(&self) -> NativeStruct {
        NativeStruct::new(self.address(), self.layout.size)
    }

    fn for_each_field(&self, visit: &mut dyn FnMut(FieldRef)) {
        for &function in &self.layout.traversers {
            // SAFETY: the function is that of the type or of a base, whose
            // struct starts this one. There are no other threads, and the
            // collector runs while C is in a call of ours.
            unsafe { native::traverse(function, self.address(), visit) };
        }
        for &offset in &self.layout.fields {
            let field = self.address().wrapping_byte_add(offset).cast::<HPyField>();
            // SAFETY: the definition says that a field lies there, and the struct does
            // not move.
            visit(unsafe { FieldRef::new(field) });
        }
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let native = self.as_struct();
        // The objects that the fields refer to may be dead already, which is nothing to a
        // reference here.
        (self.layout.release)(self.layout, native);
        self.for_each_field(&mut |field| {
            self.layout.table.release(native, field);
        });
        for &function in &self.layout.destroyers {
            // SAFETY: the function is that of the type or of a base, and freeing
            // the memory is all that follows.
            unsafe { native::destroy(function, self.address()) };
        }
    }
}

/// What of one object stays in place.
#[derive(Default)]
pub struct Companion {
    /// The object's address.
    pub(super) owner: Cell<usize>,
    /// Whether the object is to be finalized before it dies.
    pub(super) awaits_finalizer: Cell<bool>,
    native: OnceCell<Native>,
    text: OnceCell<Box<[u8]>>,
    capsule: OnceCell<Capsule>,
    call: Cell<Option<HPyFunc_keywords>>,
    payload: OnceCell<Box<dyn Any>>,
}

impl Companion {
    /// Adds a zeroed native struct. `None` if there is no memory, or there is a
    /// struct already.
    pub fn add_native(&self, layout: &'static NativeLayout) -> Option<*mut c_void> {
        self.native.set(Native::new(layout)?).ok()?;
        self.native()
    }

    /// The native struct.
    pub fn native(&self) -> Option<*mut c_void> {
        self.native.get().map(Native::address)
    }

    /// What the native struct looks like.
    pub fn native_layout(&self) -> Option<&'static NativeLayout> {
        self.native.get().map(|native| native.layout)
    }

    /// Visits what the native struct's fields refer to; see
    /// [`FieldTable::visit`].
    pub(super) fn for_each_referent(&self, visit: &mut dyn FnMut(&Object)) {
        if let Some(native) = self.native.get() {
            let table = native.layout.table;
            // SAFETY: the visitor is the collector, which uses no table.
            native.for_each_field(&mut |field| unsafe { table.visit(field, visit) });
        }
    }

    /// Text or bytes for C, made the first time. A NUL is put behind them.
    pub fn text(&self, make: impl FnOnce() -> Vec<u8>) -> *const [u8] {
        let text = self.text.get_or_init(|| {
            let mut text = make();
            text.push(0);
            text.into()
        });
        // Made from the whole, so that the NUL may be read.
        &raw const text[..text.len() - 1]
    }

    /// Makes the object a capsule. Once.
    pub fn set_capsule(&self, capsule: Capsule) {
        let first = self.capsule.set(capsule).is_ok();
        debug_assert!(first);
    }

    /// The content of a capsule.
    pub fn capsule(&self) -> Option<&Capsule> {
        self.capsule.get()
    }

    /// The function that runs when the object is called, if it is not the
    /// type's.
    pub fn call(&self) -> Option<HPyFunc_keywords> {
        self.call.get()
    }

    /// Replaces the function.
    pub fn set_call(&self, function: HPyFunc_keywords) {
        self.call.set(Some(function));
    }

    /// Puts down a Rust value that belongs to the object. Once. It must not hold
    /// addresses, nor roots of objects that refer to this one.
    pub fn set_payload(&self, payload: Box<dyn Any>) {
        let first = self.payload.set(payload).is_ok();
        debug_assert!(first);
    }

    /// That value.
    pub fn payload<T: 'static>(&self) -> Option<&T> {
        self.payload.get()?.downcast_ref()
    }
}

/// All companions. C has the addresses of what is in them, so they are counted and not
/// moved.
#[derive(Default)]
pub(super) struct Companions {
    all: RefCell<Vec<Rc<Companion>>>,
}

impl Companions {
    /// Makes one, which lives until [`sweep`](Self::sweep) gives it to the caller.
    pub(super) fn add(&self, owner: usize) -> NonNull<Companion> {
        let companion = Rc::new(Companion::default());
        companion.owner.set(owner);
        let address = NonNull::from(&*companion);
        self.all.borrow_mut().push(companion);
        address
    }

    /// Visits all.
    pub(super) fn for_each(&self, visit: impl FnMut(&Rc<Companion>)) {
        self.all.borrow().iter().for_each(visit);
    }

    /// Takes out those whose objects are dead, for the caller to drop.
    pub(super) fn sweep(&self, is_dead: impl Fn(&Companion) -> bool) -> Vec<Rc<Companion>> {
        let mut all = self.all.borrow_mut();
        all.extract_if(.., |companion| is_dead(companion)).collect()
    }
}

impl Drop for Companions {
    fn drop(&mut self) {
        drop(self.sweep(|_| true));
    }
}
