//! What is known of a type that an extension defined.
//!
//! # Whose it is
//!
//! A [`TypeInfo`] belongs to its class, which drops it with its payload: RustPython lets a
//! class have data of our own ([`ClassData`]). There it also lies with every class that
//! Python code derives from the type, for RustPython's collector takes the bases away from
//! a dying class before its last instances go, and those still need the struct's size and
//! its `tp_destroy`. So **an object's class keeps the information that the object's native
//! struct was made by**, and since an object drops its payload before its class, the struct
//! may refer to it without counting.
//!
//! An attribute refers to its class, but a method that is bound to an object only refers
//! to that: it counts on the object's class to have the type among its bases. Python code can
//! change that, by an assignment to `__class__` or `__bases__`; then the type that was lost
//! is kept for ever ([`pin_lost`]).
//!
//! Nothing in it refers to an object that refers to the class: the collector does not look
//! here.

use super::dunder_table::Dunder;
use super::layout::{Layout, ancestry};
use super::sizes::Size;
use super::slot_table::SlotTable;
use super::struct_cell::StructCell;
use crate::functions::{Definition, Initializer};
use crate::host::RustPython;
use hpy_loader::Loader;
use hpy_loader::abi::{
    HPyFunc_destroyfunc, HPyFunc_traverseproc, HPyType_BuiltinShape, Slots, cpy_destructor,
};
use hpy_loader::spec::TypeDef;
use rustpython_vm::builtins::PyType;
use rustpython_vm::builtins::descriptor::PyMethodDescriptor;
use rustpython_vm::builtins::{PyStrInterned, PyTypeRef};
use rustpython_vm::function::PyMethodDef;
use rustpython_vm::{AsObject, Py, PyObject};
use std::borrow::Cow;
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// So many classes are found quickly.
const PLACES: usize = 64;

thread_local! {
    /// The classes that this thread has asked for: RustPython keeps a class's data
    /// behind a lock. Without this, making an instance takes 15 ns more, and
    /// `examples/quaternion` 9 %.
    static KNOWN: [Cell<Known>; PLACES] = const { [const { Cell::new(Known::NOTHING) }; PLACES] };
}

/// How often a class with information has died, or its bases were assigned. What was
/// found out before is forgotten then: another class may come to lie at the same address.
static CHANGES: AtomicUsize = AtomicUsize::new(1);

/// What was found out of a class.
#[derive(Clone, Copy)]
struct Known {
    class: *const Py<PyType>,
    /// The value of [`CHANGES`] then.
    at: usize,
    /// The information that instances have their struct from.
    nearest: *const TypeInfo,
    /// Whether it is of just this class.
    is_own: bool,
}

impl Known {
    const NOTHING: Self = Self {
        class: ptr::null(),
        at: 0,
        nearest: ptr::null(),
        is_own: false,
    };

    #[inline]
    fn place(class: *const Py<PyType>) -> usize {
        // Classes are some hundred bytes long each.
        (class.addr() >> 6 ^ class.addr() >> 14) % PLACES
    }

    #[inline]
    fn of(class: &Py<PyType>) -> Option<Self> {
        let known = KNOWN.with(|known| known[Self::place(class)].get());
        let is_right = ptr::eq(known.class, class) && known.at == CHANGES.load(Ordering::Relaxed);
        is_right.then_some(known)
    }

    fn note(class: &Py<PyType>, nearest: &TypeInfo, is_own: bool, at: usize) {
        let known = Self {
            class,
            at,
            nearest,
            is_own,
        };
        KNOWN.with(|places| places[Self::place(class)].set(known));
    }
}

/// From here on nothing that was found out about classes counts any more.
pub fn forget_known() {
    CHANGES.fetch_add(1, Ordering::Relaxed);
}

/// One type that an extension defined.
pub struct TypeInfo {
    /// To tell classes apart by. It may be gone.
    pub class: *const Py<PyType>,
    pub definition: Arc<TypeDef>,
    /// The loader whose context the extension's functions get.
    pub loader: &'static Loader<RustPython>,
    /// What instances carry; none if they are like those of a builtin type.
    pub layout: Option<Layout>,
    /// How much memory an instance has for its native struct, with the guard behind it that
    /// the debug mode wants.
    pub room: usize,
    /// How much memory lies in front of that.
    pub front: usize,
    /// The C functions behind the slots that [`super::slots`] has installed:
    /// the type's own, and those it inherited by the slot.
    pub effective: SlotTable,
    /// The C functions that Python subclasses inherit from just this type: those
    /// whose attributes are in its dict, and those without attributes.
    pub offered: SlotTable,
    /// Where in the native struct the function lies that is called when an
    /// instance is, if the extension keeps it there itself.
    pub call_offset: Option<usize>,
    /// Where instances that are classes keep the native struct.
    pub struct_cell: Option<StructCell>,
    pub is_tracked: bool,
    /// Whether an instance of just this class is an object with the native struct in
    /// it, and nothing else: no `__dict__`, no `__slots__`, no weak references.
    pub is_plain: bool,
    /// Every `tp_traverse` on the way to `object`, the most derived first.
    pub traversers: Vec<HPyFunc_traverseproc>,
    /// Every `tp_destroy` on the way to `object`, the most derived first.
    pub destroyers: Vec<HPyFunc_destroyfunc>,
    /// `tp_dealloc` of CPython's API, of the type or of the nearest base that has one.
    pub dealloc: Option<cpy_destructor>,
    /// A size that only instances of this type and its subclasses have.
    pub _size: Option<Size>,
    /// The attributes that are in its dict, once it is filled.
    pub attributes: OnceLock<Attributes>,
    /// What other attributes in its dict are made from.
    pub kept: Mutex<Vec<Definition>>,
}

/// The attributes that were put into the dict of a type.
#[derive(Default)]
pub struct Attributes {
    /// What the methods among them are made from. Those that are bound refer to it, and
    /// count on the class to keep it.
    pub definitions: Vec<Definition>,
    /// Those that stand for slots.
    pub wrappers: Vec<Wrapper>,
}

/// An attribute of a type that stands for a slot.
pub struct Wrapper {
    pub dunder: &'static Dunder,
    /// Its name as a key of dicts.
    pub key: &'static PyStrInterned,
    /// What it was made from, which tells it from all others.
    pub definition: *const PyMethodDef,
}

impl Wrapper {
    /// Whether `attribute` is this one.
    pub fn is(&self, attribute: &PyObject) -> bool {
        let initializer = attribute.downcast_ref::<Initializer>();
        let method = initializer.map_or(attribute, |initializer| initializer.method());
        let method = method.downcast_ref::<PyMethodDescriptor>();
        method.is_some_and(|method| ptr::eq(method.method, self.definition))
    }
}

/// What a class keeps for us.
struct ClassData {
    /// What is known of the type, if an extension defined just this class.
    own: Option<Arc<TypeInfo>>,
    /// What instances had their structs from, if Python code defined it.
    inherited: Mutex<Vec<Arc<TypeInfo>>>,
    is_pinned: OnceLock<()>,
}

impl Drop for ClassData {
    fn drop(&mut self) {
        forget_known();
    }
}

/// The data of a class, which stays as long as the class does.
fn data_of(class: &Py<PyType>) -> Option<&ClassData> {
    let data = class.get_type_data::<ClassData>()?;
    // SAFETY: nobody replaces the data of a class, which lies in a box of its own.
    Some(unsafe { &*ptr::from_ref(&*data) })
}

/// Has `class` keep the information of a base. If somebody else has data there, the base
/// stays for ever.
fn inherit(class: &Py<PyType>, base: &Py<PyType>, info: &Arc<TypeInfo>) {
    let _ = class.init_type_data(ClassData::new(None));
    match data_of(class) {
        Some(data) => {
            let mut inherited = locked(&data.inherited);
            if !inherited.iter().any(|known| Arc::ptr_eq(known, info)) {
                inherited.push(info.clone());
            }
        }
        None => pin(base),
    }
}

/// Keeps a type for ever, if an extension defined it.
fn pin(class: &Py<PyType>) {
    if let Some(data) = data_of(class)
        && data.own.is_some()
        && data.is_pinned.set(()).is_ok()
    {
        std::mem::forget(class.to_owned());
    }
}

/// Keeps those types for ever that have been among the `old` bases and are not any more.
pub fn pin_lost(old: &[PyTypeRef], new: &[PyTypeRef]) {
    let mut lost = old.iter().filter(|old| !new.iter().any(|new| new.is(*old)));
    lost.by_ref().for_each(|class| pin(class));
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ClassData {
    fn new(own: Option<Arc<TypeInfo>>) -> Self {
        Self {
            own,
            inherited: Mutex::default(),
            is_pinned: OnceLock::new(),
        }
    }
}

// SAFETY: nothing in it changes but what is atomic or locked, and the objects in it are such
// that any thread may use where there are threads. The pointers to the class and to
// definitions are only compared. Without the feature `threading` there is one thread, and
// RustPython asks for the bound of any data of a type.
unsafe impl Send for TypeInfo {}
// SAFETY: as above.
unsafe impl Sync for TypeInfo {}

impl TypeInfo {
    /// Puts down what there is to know of a new class, which keeps it.
    ///
    /// # Errors
    ///
    /// If somebody else keeps something there.
    pub fn put_down(self, class: &Py<PyType>) -> Result<Arc<Self>, String> {
        let info = Arc::new(self);
        class.init_type_data(ClassData::new(Some(info.clone())))?;
        Ok(info)
    }

    /// Keeps what an attribute in the dict of its class is made from.
    pub fn keep(&self, definition: Definition) {
        locked(&self.kept).push(definition);
    }

    /// The type behind `class`, if an extension defined just this class.
    #[inline]
    pub fn of_class(class: &Py<PyType>) -> Option<&Self> {
        if let Some(known) = Known::of(class) {
            // SAFETY: what is known of a class that is alive is right, and it keeps this.
            return known.is_own.then(|| unsafe { &*known.nearest });
        }
        let at = CHANGES.load(Ordering::Relaxed);
        let own = data_of(class)?.own.as_deref()?;
        Known::note(class, own, true, at);
        Some(own)
    }

    /// The type of an extension that `class` has its layout from: itself or the
    /// first on the way to `object`. The class keeps it from here on.
    #[inline]
    pub fn nearest(class: &Py<PyType>) -> Option<&Self> {
        match Known::of(class) {
            // SAFETY: what is known of a class that is alive is right, and it keeps this.
            Some(known) => Some(unsafe { &*known.nearest }),
            None => Self::find_nearest(class),
        }
    }

    #[inline(never)]
    fn find_nearest(class: &Py<PyType>) -> Option<&Self> {
        let at = CHANGES.load(Ordering::Relaxed);
        let own = |class| Some((class, Self::own(class)?));
        let (base, info) = ancestry(class).find_map(own)?;
        let is_own = ptr::eq(base, class);
        if !is_own {
            inherit(class, base, info);
        }
        Known::note(class, info, is_own, at);
        Some(info)
    }

    /// The type behind `class`, to be kept by who needs it for longer.
    pub fn own(class: &Py<PyType>) -> Option<&Arc<Self>> {
        data_of(class)?.own.as_ref()
    }

    /// The [nearest](Self::nearest) to `class`, likewise.
    pub fn shared(class: &Py<PyType>) -> Option<Arc<Self>> {
        ancestry(class).find_map(Self::own).cloned()
    }

    /// The attributes for slots that were put into its dict.
    pub fn wrappers(&self) -> &[Wrapper] {
        self.attributes.get().map_or(&[], |known| &known.wrappers)
    }

    /// Puts down, once, which attributes are in the dict of its class.
    pub fn set_attributes(&self, attributes: Attributes, class: &Py<PyType>) {
        if self.attributes.set(attributes).is_ok() {
            self.offer(class);
        }
    }

    /// Offers the C functions whose attributes are in the dict of its class now.
    pub fn offer(&self, class: &Py<PyType>) {
        let effective = self.effective.get();
        let mut offered = Slots {
            bf_getbuffer: effective.bf_getbuffer,
            bf_releasebuffer: effective.bf_releasebuffer,
            ..Slots::default()
        };
        for wrapper in self.wrappers() {
            let present = class.get_direct_attr(wrapper.key);
            if present.is_some_and(|present| wrapper.is(&present)) {
                (wrapper.dunder.offer)(&mut offered, &self.definition.slots);
            }
        }
        self.offered.replace(offered);
    }

    /// Whether `class` is the class of this type.
    #[inline]
    pub fn is_class(&self, class: &Py<PyType>) -> bool {
        ptr::eq(self.class, class)
    }
    /// The size of the native struct.
    #[inline]
    pub fn struct_size(&self) -> usize {
        self.layout.map_or(0, |layout| layout.size)
    }
    pub fn shape(&self) -> Option<HPyType_BuiltinShape> {
        self.layout.map(|layout| layout.shape)
    }
}

/// What CPython's messages call a class: `tp_name`, which for an extension's type
/// has the module in front.
pub fn type_name(class: &Py<PyType>) -> Cow<'_, str> {
    match TypeInfo::of_class(class) {
        Some(info) => info.definition.full_name.as_str().into(),
        None => class.slot_name().to_string().into(),
    }
}
