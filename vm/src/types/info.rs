//! What is known of a type that an extension defined.

use super::dunder_table::Dunder;
use super::layout::{Layout, ancestry};
use super::slot_table::SlotTable;
use super::struct_cell::StructCell;
use crate::host::RustPython;
use hpy_loader::Loader;
use hpy_loader::abi::{HPyFunc_destroyfunc, HPyFunc_traverseproc, HPyType_BuiltinShape, Slots};
use hpy_loader::spec::TypeDef;
use rustpython_vm::builtins::{PyStrInterned, PyType};
use rustpython_vm::{AsObject, Py, PyObjectRef};
use std::borrow::Cow;
use std::cell::Cell;
use std::ptr;
use std::sync::OnceLock;

/// So many types are found quickly.
const PLACES: usize = 64;

thread_local! {
    /// The types that this thread has asked for: RustPython keeps a class's record
    /// behind a lock. Without this, making an instance takes 15 ns more, and
    /// `examples/quaternion` 9 %.
    static KNOWN: [Cell<Option<&'static TypeInfo>>; PLACES] =
        const { [const { Cell::new(None) }; PLACES] };
}

/// One type that an extension defined. Types of extensions are never freed, and
/// neither is this: the class has a reference for its data in RustPython.
pub struct TypeInfo {
    pub class: &'static Py<PyType>,
    pub definition: &'static TypeDef,
    /// The loader whose context the extension's functions get.
    pub loader: &'static Loader<RustPython>,
    /// What instances carry; none if they are like those of a builtin type.
    pub layout: Option<Layout>,
    /// How much memory an instance has for its native struct, with the guard behind it that
    /// the debug mode wants.
    pub room: usize,
    /// The C functions behind the slots that [`super::slots`] has installed:
    /// the type's own, and those it inherited by the slot.
    pub effective: SlotTable,
    /// The C functions that Python subclasses inherit from just this type: those
    /// whose attributes are in its dict, and those without attributes.
    pub offered: SlotTable,
    /// The attributes for slots that were put into its dict.
    pub wrappers: OnceLock<Vec<Wrapper>>,
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
}

/// An attribute of a type that stands for a slot.
pub struct Wrapper {
    pub dunder: &'static Dunder,
    /// Its name as a key of dicts.
    pub key: &'static PyStrInterned,
    pub attribute: PyObjectRef,
}

// SAFETY: nothing in it changes but what is atomic, and the objects in it are such
// that any thread may use where there are threads. Without the feature `threading` there
// is one thread, and RustPython asks for the bound of any data of a type.
unsafe impl Send for TypeInfo {}
// SAFETY: as above.
unsafe impl Sync for TypeInfo {}

impl TypeInfo {
    /// The type behind `class`, if an extension defined just this class.
    #[inline]
    pub fn of_class(class: &Py<PyType>) -> Option<&'static Self> {
        KNOWN.with(|known| {
            // Classes are some hundred bytes long each.
            let address = ptr::from_ref(class).addr();
            let place = &known[(address >> 6 ^ address >> 14) % PLACES];
            place.get().filter(|info| info.is_class(class)).or_else(|| {
                let info = *class.get_type_data::<&'static Self>()?;
                place.set(Some(info));
                Some(info)
            })
        })
    }

    /// The type of an extension that `class` has its layout from: itself or the
    /// first on the way to `object`.
    pub fn nearest(class: &Py<PyType>) -> Option<&'static Self> {
        ancestry(class).find_map(Self::of_class)
    }

    /// The attributes for slots that were put into its dict.
    pub fn wrappers(&self) -> &[Wrapper] {
        self.wrappers.get().map_or(&[], Vec::as_slice)
    }

    /// Puts down, once, which attributes are in its dict.
    pub fn set_wrappers(&self, wrappers: Vec<Wrapper>) {
        if self.wrappers.set(wrappers).is_ok() {
            self.offer();
        }
    }

    /// Offers the C functions whose attributes are in the dict now.
    pub fn offer(&self) {
        let effective = self.effective.get();
        let mut offered = Slots {
            bf_getbuffer: effective.bf_getbuffer,
            bf_releasebuffer: effective.bf_releasebuffer,
            ..Slots::default()
        };
        for wrapper in self.wrappers() {
            let present = self.class.get_direct_attr(wrapper.key);
            if present.is_some_and(|present| present.is(&wrapper.attribute)) {
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
pub fn type_name(class: &Py<PyType>) -> Cow<'static, str> {
    match TypeInfo::of_class(class) {
        Some(info) => info.definition.full_name.as_str().into(),
        None => class.slot_name().to_string().into(),
    }
}
