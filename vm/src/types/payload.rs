//! The payloads of instances.
//!
//! An instance of a type of the shape `object` has a payload of its own kind. One
//! of the shape `int` has a payload that starts with the one of an `int` and
//! shares its id in RustPython, so that every builtin function that takes an
//! `int` takes it too; likewise for `float`, `str`, `tuple` and `list`.
//!
//! Sharing an id means that the payload alone does not tell whether the struct is
//! there. The class does: its slot `alloc`, which subclasses inherit along with
//! the layout and which Python can't change, is one of the functions here. An
//! object never gets a class of another layout, and the builtin constructors
//! refuse to make one; [`super::layout`] tells why.

use super::info::TypeInfo;
use super::layout::Shape;
use super::native::{Memory, Native};
use rustpython_vm::builtins::{
    PyDictRef, PyFloat, PyInt, PyList, PyStr, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{
    Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
};
use std::any::TypeId;
use std::ffi::c_void;
use std::fmt::Debug;
use std::mem::offset_of;
use std::ptr::fn_addr_eq;

/// RustPython's type of the slot `alloc`.
pub type Alloc = fn(PyTypeRef, usize, &VirtualMachine) -> PyResult;
/// The payload of an instance of the shape `object`.
///
/// RustPython's collector keeps track of every object whose type it can't judge,
/// unless the payload says otherwise. An extension says it for its type, by
/// leaving out `HPy_TPFLAGS_HAVE_GC`; so there are two payloads, which differ in
/// nothing else and share their id.
#[derive(Debug)]
pub struct HPyObject<const TRACKED: bool = true> {
    native: Native,
}

impl<const TRACKED: bool> HPyObject<TRACKED> {
    #[inline(always)]
    fn new(memory: Memory) -> Self {
        let native = Native::new(memory);
        Self { native }
    }
}

impl HPyObject {
    /// The native struct.
    #[inline]
    pub fn native(&self) -> &Native {
        &self.native
    }
}

/// A payload with a native struct.
trait Carrier: PyPayload + Debug {
    fn native(&self) -> &Native;
}

impl<const TRACKED: bool> Carrier for HPyObject<TRACKED> {
    #[inline(always)]
    fn native(&self) -> &Native {
        &self.native
    }
}

impl<const TRACKED: bool> PyPayload for HPyObject<TRACKED> {
    const PAYLOAD_TYPE_ID: TypeId = TypeId::of::<HPyObject>();
    const NEW_REF_UNTRACKED: bool = !TRACKED;

    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.object_type
    }
}

impl<const TRACKED: bool> MaybeTraverse for HPyObject<TRACKED> {
    const HAS_TRAVERSE: bool = true;
    const HAS_CLEAR: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        self.native.traverse(visit);
    }

    fn try_clear(&mut self, references: &mut Vec<PyObjectRef>) {
        self.native.clear(references);
    }
}

/// The slot `alloc` of a type of the shape `object`.
pub fn alloc_object(class: PyTypeRef, _items: usize, vm: &VirtualMachine) -> PyResult {
    let memory = memory_for(&class, vm)?;
    // A Python subclass adds a `__dict__` or the like, through which there may
    // be cycles.
    let info = memory.info();
    Ok(match info.is_tracked || !info.is_class(&class) {
        true => instantiate(HPyObject::<true>::new(memory), class, vm),
        false => instantiate(HPyObject::<false>::new(memory), class, vm),
    })
}

/// A new instance and its struct, if `class` is the class of an extension's type
/// with [plain](TypeInfo::is_plain) instances.
///
/// # Errors
///
/// Gives `class` back if it is not, or there is no memory.
#[inline(always)]
pub fn fast_new_instance(class: PyObjectRef) -> Result<(PyObjectRef, *mut c_void), PyObjectRef> {
    #[inline(always)]
    fn made<const TRACKED: bool>(memory: Memory, class: PyTypeRef) -> (PyObjectRef, *mut c_void) {
        let object = settled(HPyObject::<TRACKED>::new(memory), class, None);
        let data = object.native.data();
        (object.into(), data)
    }
    let class = class.downcast::<PyType>()?;
    let Some(info) = TypeInfo::of_class(&class).filter(|info| info.is_plain) else {
        return Err(class.into());
    };
    match Memory::new(info) {
        Some(memory) if info.is_tracked => Ok(made::<true>(memory, class)),
        Some(memory) => Ok(made::<false>(memory, class)),
        None => Err(class.into()),
    }
}

/// Whether the object is an instance of an extension's type, without a finalizer,
/// whose fields are all empty: with it, nothing else dies.
#[inline(never)]
pub fn is_bare_instance(object: &PyObject) -> bool {
    let class = object.class();
    object.downcast_ref::<HPyObject>().is_some_and(|payload| {
        let info = payload.native.info();
        info.is_plain
            && info.is_class(class)
            && class.slots().del.load().is_none()
            && payload.native.is_bare()
    })
}

/// The payload of an instance of another shape: the one of the builtin type `B`, and
/// behind it the native struct.
#[derive(Debug)]
#[repr(C)]
struct Extended<B> {
    base: B,
    native: Native,
}

impl<B: Extensible> Extended<B> {
    // RustPython finds the builtin's payload by these two distances.
    const STARTS_WITH_BASE: () = {
        assert!(offset_of!(Self, base) == 0);
        assert!(payload_offset::<Self>() == payload_offset::<B>());
    };
}

impl<B: Extensible> Carrier for Extended<B> {
    fn native(&self) -> &Native {
        &self.native
    }
}

impl<B: Extensible> PyPayload for Extended<B> {
    const PAYLOAD_TYPE_ID: TypeId = B::PAYLOAD_TYPE_ID;

    unsafe fn validate_downcastable_from(object: &PyObject) -> bool {
        let alloc = object.class().slots().alloc.load();
        alloc.is_some_and(|alloc| fn_addr_eq(alloc, alloc_extended::<B> as Alloc))
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        B::class(ctx)
    }
}

impl<B: Extensible> MaybeTraverse for Extended<B> {
    const HAS_TRAVERSE: bool = true;
    const HAS_CLEAR: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.try_traverse(visit);
        self.native.traverse(visit);
    }

    fn try_clear(&mut self, references: &mut Vec<PyObjectRef>) {
        self.base.try_clear(references);
        self.native.clear(references);
    }
}

/// The payload of a builtin type, which may have a native struct behind it.
pub trait Extensible: PyPayload + Debug {
    /// The type's shape.
    const SHAPE: Shape;

    /// The type's value without arguments.
    fn empty() -> Self;

    /// The same value once more.
    fn copy(&self) -> Self;
}

macro_rules! extensible {
    ($($base:ident as $shape:ident: $empty:expr, $copy:expr;)*) => { $(
        impl Extensible for $base {
            const SHAPE: Shape = Shape::$shape;

            fn empty() -> Self {
                $empty
            }

            fn copy(&self) -> Self {
                let copy: fn(&Self) -> Self = $copy;
                copy(self)
            }
        }
    )* };
}

extensible! {
    PyInt as HPyType_BuiltinShape_Long:
        PyInt::from(0), |value| PyInt::from(value.as_bigint().clone());
    PyFloat as HPyType_BuiltinShape_Float:
        PyFloat::from(0.0), |value| PyFloat::from(value.to_f64());
    PyStr as HPyType_BuiltinShape_Unicode:
        PyStr::from(""), |value| PyStr::from(value.as_wtf8().to_owned());
    PyTuple as HPyType_BuiltinShape_Tuple:
        PyTuple::new_unchecked(Box::default()),
        |value| PyTuple::new_unchecked(value.as_slice().into());
    PyList as HPyType_BuiltinShape_List:
        PyList::from(Vec::new()), |value| PyList::from(value.borrow_vec().to_vec());
}

/// The slot `alloc` of a type that extends the builtin type `B`.
pub fn alloc_extended<B: Extensible>(
    class: PyTypeRef,
    _items: usize,
    vm: &VirtualMachine,
) -> PyResult {
    extend(B::empty(), class, vm)
}

/// An instance of `class`, whose builtin part is `base`.
pub fn extend<B: Extensible>(base: B, class: PyTypeRef, vm: &VirtualMachine) -> PyResult {
    const { Extended::<B>::STARTS_WITH_BASE };
    let native = Native::new(memory_for(&class, vm)?);
    Ok(instantiate(Extended { base, native }, class, vm))
}

/// The native struct of an instance, if it has one.
#[inline]
pub fn native_of(object: &PyObject) -> Option<&Native> {
    fn carried<T: Carrier>(object: &PyObject) -> Option<&Native> {
        object.downcast_ref::<T>().map(|carrier| carrier.native())
    }
    carried::<HPyObject>(object)
        .or_else(|| carried::<Extended<PyInt>>(object))
        .or_else(|| carried::<Extended<PyFloat>>(object))
        .or_else(|| carried::<Extended<PyStr>>(object))
        .or_else(|| carried::<Extended<PyTuple>>(object))
        .or_else(|| carried::<Extended<PyList>>(object))
}

/// The native struct's memory for an instance of the class, which has a layout.
#[inline]
fn memory_for(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<Memory> {
    match TypeInfo::nearest(class).filter(|info| info.layout.is_some()) {
        Some(info) => Memory::new(info).ok_or_else(|| vm.no_memory_error()),
        None => {
            let message = format!("instances of '{}' have no native struct", class.name());
            Err(vm.new_system_error(message))
        }
    }
}

/// An object whose native struct has its place.
#[inline(always)]
fn settled<T: Carrier>(payload: T, class: PyTypeRef, dict: Option<PyDictRef>) -> PyRef<T> {
    let object = PyRef::new_ref(payload, class, dict);
    object.native().settle();
    object
}

/// An object that only carries a struct of the type, as an instance would.
pub fn carrier(info: &'static TypeInfo, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let class = vm.ctx.types.object_type.to_owned();
    let payload = HPyObject::<true>::new(Memory::new(info)?);
    Some(settled(payload, class, None).into())
}

#[inline(always)]
fn instantiate<T: Carrier>(payload: T, class: PyTypeRef, vm: &VirtualMachine) -> PyObjectRef {
    let has_dict = class.slots().flags.has_feature(PyTypeFlags::HAS_DICT);
    let dict = has_dict.then(|| vm.ctx.new_dict());
    settled(payload, class, dict).into()
}
