//! The native struct of an instance.

use super::chain::drop_in_turn;
use super::info::TypeInfo;
use crate::capi::shell::{self, FRONT, Head};
use hpy_loader::abi::{CFunction, HPyFunc_keywords, HPyFunc_traverseproc, HPyType_BuiltinShape};
use hpy_loader::memory::is_available;
use hpy_loader::native::{self, FieldRef, NativeStruct};
use rustpython_vm::object::TraverseFn;
use rustpython_vm::{PyObject, PyObjectRef};
use std::alloc::Layout;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// The alignment that extensions are promised.
const ALIGN: usize = 16;
/// Structs up to this size lie in the object itself.
const INLINE: usize = 48;
/// What [`INLINE`] takes at an address that is a multiple of 8 only.
const INLINE_WORDS: usize = (INLINE + ALIGN) / 8 - 1;

/// The native struct of one instance, and what else belongs to the instance.
///
/// It lies in the payload of the object, next to what a builtin type has there,
/// and must not ask for more than 8 bytes' alignment: RustPython puts
/// `__slots__`, `__dict__` and weak references in front of the object and finds
/// them by fixed distances, which padding would break. So a struct that lies in
/// the object is aligned when its address is known, which is after the object is
/// in its place; and only then it is zeroed, since what has just been written is
/// slow to move. Until [`settle`](Self::settle) there is no struct.
///
/// RustPython never looks into the struct, which changes behind shared references;
/// extensions do so under the HPy lock.
pub struct Native {
    /// The object's class keeps it.
    info: NonNull<TypeInfo>,
    /// The struct, in `inline` if there is room. Null until it has its place.
    start: AtomicPtr<c_void>,
    /// The function for calls, null if it is the type's.
    call: AtomicPtr<()>,
    inline: MaybeUninit<[AtomicU64; INLINE_WORDS]>,
}

// SAFETY: the pointer is to what any thread may read, and the rest is atomic.
unsafe impl Send for Native {}
// SAFETY: as above.
unsafe impl Sync for Native {}

const _: () = assert!(align_of::<Native>() == 8);

/// Zeroed memory for the struct of one instance, where it needs some. Whoever has it
/// makes a [`Native`] of it, which frees it.
pub struct Memory {
    info: NonNull<TypeInfo>,
    heap: Option<NonNull<u8>>,
}

impl Memory {
    /// For an instance of the type, which has a layout. None if there is no memory.
    #[inline]
    pub fn new(info: &TypeInfo) -> Option<Self> {
        let heap = match info.room {
            0..=INLINE => None,
            room if !is_available(room) => return None,
            room => {
                let layout = layout(info.front + room)?;
                // SAFETY: the size is not 0.
                let memory = NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) })?;
                // SAFETY: there is so much room in front.
                let heap = unsafe { memory.byte_add(info.front) };
                let native = NativeStruct::new(heap.as_ptr().cast(), info.struct_size());
                // SAFETY: there is room for both, until the instance is dropped, which is
                // cleared before.
                unsafe { info.loader.set_guard(&info.definition.full_name, native) };
                Some(heap)
            }
        };
        let info = NonNull::from(info);
        Some(Self { info, heap })
    }
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "native struct of {}", self.info().definition.full_name)
    }
}

impl Native {
    /// The struct in this memory, to be [settled](Self::settle) in its place.
    ///
    /// # Safety
    ///
    /// Whatever has the struct in it keeps the type's information for longer, as the class
    /// does that the type is [`TypeInfo::nearest`] to.
    #[inline(always)]
    pub unsafe fn new(memory: Memory) -> Self {
        let heap = memory.heap.map_or(null_mut(), NonNull::as_ptr);
        Self {
            info: memory.info,
            start: AtomicPtr::new(heap.cast()),
            call: AtomicPtr::default(),
            inline: MaybeUninit::uninit(),
        }
    }

    /// Makes the struct, zeroed, if it is to lie in here. To be called once, before
    /// C gets the object; from then on, `self` must not move.
    #[inline(always)]
    pub fn settle(&self) {
        if self.start.load(Ordering::Relaxed).is_null() {
            let start = self.inline.as_ptr().cast_mut().cast::<c_void>();
            let start = start.map_addr(|address| address.next_multiple_of(ALIGN));
            // SAFETY: there is room for so much behind any address that is a multiple
            // of 8, and nobody knows of it yet.
            unsafe { start.write_bytes(0, INLINE) };
            self.start.store(start, Ordering::Release);
        }
    }

    /// The type that the struct was made for, whose class the object had then.
    #[inline]
    pub fn info(&self) -> &TypeInfo {
        // SAFETY: it is kept for as long as this is there, as `new` demands.
        unsafe { self.info.as_ref() }
    }
    #[inline]
    pub fn shape(&self) -> Option<HPyType_BuiltinShape> {
        self.info().shape()
    }

    /// The struct. It stays where it is as long as `self` does. Null for an object
    /// that only the collector knows.
    #[inline]
    pub fn data(&self) -> *mut c_void {
        self.start.load(Ordering::Acquire)
    }

    /// What visits the fields, once there are any.
    #[inline]
    fn traversers(&self) -> &[HPyFunc_traverseproc] {
        match self.data().is_null() {
            true => &[],
            false => &self.info().traversers,
        }
    }

    /// Shows the collector the objects that the struct refers to.
    ///
    /// As in CPython, only the most derived `tp_traverse` runs here: it is the
    /// one that has to know all fields, and the collector must see each of them
    /// once.
    pub fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let Some(&function) = self.traversers().first() else {
            return;
        };
        let fields = self.info().loader.fields();
        // SAFETY: the function is the type's, the struct is an instance's. The
        // collector has stopped all other threads, and only makes a list.
        unsafe { fields.visit_owned(function, self.native_struct(), &mut |object| visit(object)) };
    }

    fn native_struct(&self) -> NativeStruct {
        NativeStruct::new(self.data(), self.info().struct_size())
    }

    /// Whether all fields are empty. The HPy lock is held.
    #[inline]
    pub fn is_bare(&self) -> bool {
        self.traversers().iter().all(|&function| {
            let mut is_bare = true;
            let mut look = |field: FieldRef| is_bare &= !field.has_reference();
            // SAFETY: as in `traverse`; whoever changes a field has the lock.
            unsafe { native::traverse(function, self.data(), &mut look) };
            is_bare
        })
    }

    /// Empties the fields, those of all types on the way to `object`, and drops the
    /// references that they held, with those that are there already. An empty field is not
    /// visited again.
    pub fn clear(&self, references: &mut Vec<PyObjectRef>) {
        let info = self.info();
        let (loader, traversers) = (info.loader, self.traversers());
        if traversers.is_empty() && (self.data().is_null() || !loader.watches_structs()) {
            return;
        }
        let name = &info.definition.full_name;
        let sink = |object| references.push(object);
        // SAFETY: as in `traverse`, but the object is dead or unreachable, which keeps
        // others away from it.
        unsafe { loader.release_fields(name, traversers, self.native_struct(), sink) };
        if !references.is_empty() {
            drop_in_turn(std::mem::take(references));
        }
    }

    /// The function that runs when the instance is called, if it is not the
    /// type's.
    #[inline]
    pub fn call(&self) -> Option<HPyFunc_keywords> {
        let function = self.call.load(Ordering::Acquire);
        // SAFETY: null is the `None` of an optional function, and `set_call`
        // stores nothing else than functions of this type.
        unsafe { std::mem::transmute::<*mut (), Option<HPyFunc_keywords>>(function) }
    }
    pub fn set_call(&self, function: HPyFunc_keywords) {
        let function = function.address().cast_mut().cast();
        self.call.store(function, Ordering::Release);
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let start = *self.start.get_mut();
        if start.is_null() {
            return;
        }
        let info = self.info();
        if !info.destroyers.is_empty() {
            let loader = info.loader;
            let _entered = loader.lock().enter(loader.runtime());
            for &function in &info.destroyers {
                // SAFETY: the function is the type's or a base's, whose struct
                // starts this one; it is freed right after.
                unsafe { native::destroy(function, start) };
            }
        }
        let room = info.room;
        if room > INLINE
            && let Some(layout) = layout(info.front + room)
            && (info.front == 0 || self.end_shell(start))
        {
            let memory = start.wrapping_byte_sub(self.info().front);
            // SAFETY: allocated in `Memory::new` with this layout.
            unsafe { std::alloc::dealloc(memory.cast(), layout) };
        }
    }
}

/// The struct of an instance of a legacy type, which is a shell (see [`crate::capi`]).
impl Native {
    fn head(start: *mut c_void) -> Head {
        // SAFETY: whoever calls this has the struct.
        unsafe { Head::new_unchecked(start.cast()) }
    }

    /// To be called once, right after [`settle`](Self::settle).
    pub fn begin_shell(&self, object: &PyObject) {
        // SAFETY: the struct of a legacy type has room for both, and it is the object's.
        unsafe { shell::begin_struct(Self::head(self.data()), object) };
    }

    /// Ends it, with the type's `tp_dealloc`. Whether the memory can be freed.
    #[cold]
    fn end_shell(&self, start: *mut c_void) -> bool {
        let info = self.info();
        let loader = info.loader;
        let _entered = loader.lock().enter(loader.runtime());
        let last = |head: Head| {
            if let Some(function) = info.dealloc {
                // SAFETY: the function is the type's or a base's, the object was its instance.
                unsafe { native::dealloc(function, head) };
            }
        };
        // SAFETY: `begin_shell` has begun it, and the object is dead.
        unsafe { shell::end_struct(Self::head(start), last) }
    }
}

/// How much memory a struct needs in front of it, and for itself with a guard of this size.
pub fn room(layout: super::layout::Layout, guard: usize) -> (usize, usize) {
    let room = layout.size + guard;
    match layout.shape {
        // Never in the object itself: C may keep it for longer.
        HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy => (FRONT, room.max(INLINE + 1)),
        _ => (0, room),
    }
}

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, ALIGN).ok()
}
