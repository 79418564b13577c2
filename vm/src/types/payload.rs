//! The payloads of instances.
//!
//! An instance of a type of the shape `int` has a payload that starts with the one of
//! an `int` and shares its id in RustPython, so that every builtin function that takes
//! an `int` takes it too; likewise for `float`, `str`, `tuple` and `list`. Under one of
//! the shape `object` lies an [`Object`], which is ours alone.
//!
//! Sharing an id means that the payload alone does not tell whether the struct is
//! there. The class does: its slot `alloc`, which subclasses inherit along with
//! the layout and which Python can't change, is one of the functions here. An
//! object never gets a class of another layout, and the builtin constructors
//! refuse to make one; [`super::layout`] tells why.

use super::info::TypeInfo;
use super::layout::Shape;
use super::native::{Memory, Native};
use crate::host::collector;
use rustpython_vm::builtins::{
    PyDictRef, PyFloat, PyInt, PyList, PyStr, PyTuple, PyType, PyTypeRef,
};
use rustpython_vm::object::{MaybeTraverse, TraverseFn, payload_offset};
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{
    AsObject, Context, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
};
use std::any::TypeId;
use std::ffi::c_void;
use std::fmt::Debug;
use std::mem::offset_of;
use std::ptr::fn_addr_eq;
use std::sync::Arc;

/// RustPython's type of the slot `alloc`.
pub type Alloc = fn(PyTypeRef, usize, &VirtualMachine) -> PyResult;

/// The payload of an instance: the one of the builtin type `B`, and behind it the
/// native struct.
///
/// RustPython's collector keeps track of every object whose type it can't judge,
/// unless the payload says otherwise. An extension says it for its type, by
/// leaving out `HPy_TPFLAGS_HAVE_GC`; so there are two payloads, which differ in
/// nothing else and share their id.
#[derive(Debug)]
#[repr(C)]
pub struct Instance<B, const TRACKED: bool = true> {
    base: B,
    native: Native,
}

/// The payload of an instance of the shape `object`.
pub type HPyObject = Instance<Object>;

impl<B: Extensible, const TRACKED: bool> Instance<B, TRACKED> {
    // RustPython finds the builtin's payload by these two distances.
    const STARTS_WITH_BASE: () = {
        assert!(offset_of!(Self, base) == 0);
        assert!(payload_offset::<Self>() == payload_offset::<B>());
    };

    /// An object whose native struct has its place. The type that the memory is for is
    /// the nearest to the class.
    #[inline(always)]
    fn settled(base: B, memory: Memory, class: PyTypeRef, dict: Option<PyDictRef>) -> PyRef<Self> {
        const { Self::STARTS_WITH_BASE };
        // SAFETY: the class keeps the type's information, see `TypeInfo::nearest`, and an
        // object drops its payload before it lets go of its class.
        let native = unsafe { Native::new(memory) };
        let object = PyRef::new_ref(Self { base, native }, class, dict);
        object.native.settle();
        if B::SHAPE.0 == Legacy::SHAPE.0 {
            object.native.begin_shell(object.as_object());
        }
        object
    }

    #[inline]
    pub fn native(&self) -> &Native {
        &self.native
    }
}

impl<B: Extensible, const TRACKED: bool> PyPayload for Instance<B, TRACKED> {
    const PAYLOAD_TYPE_ID: TypeId = B::PAYLOAD_TYPE_ID;
    const NEW_REF_UNTRACKED: bool = !TRACKED;

    #[inline(always)]
    unsafe fn validate_downcastable_from(object: &PyObject) -> bool {
        if [Object::SHAPE.0, Legacy::SHAPE.0].contains(&B::SHAPE.0) {
            return true;
        }
        let slot = object.class().slots().alloc.load();
        slot.is_some_and(|slot| fn_addr_eq(slot, alloc::<B> as Alloc))
    }

    fn class(ctx: &Context) -> &'static Py<PyType> {
        B::class(ctx)
    }
}

impl<B: Extensible, const TRACKED: bool> MaybeTraverse for Instance<B, TRACKED> {
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
    Object as HPyType_BuiltinShape_Object: Object, |_| Object;
    Legacy as HPyType_BuiltinShape_Legacy: Legacy, |_| Legacy;
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

/// What an instance of the shape `object` has of the builtin type: nothing.
#[derive(Debug)]
pub struct Object;

impl PyPayload for Object {
    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.object_type
    }
}

impl MaybeTraverse for Object {
    fn try_traverse(&self, _: &mut TraverseFn<'_>) {}
}

/// The same of an instance of the legacy shape, whose struct is what C has for the object.
#[derive(Debug)]
pub struct Legacy;

impl PyPayload for Legacy {
    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.object_type
    }
}

impl MaybeTraverse for Legacy {
    fn try_traverse(&self, _: &mut TraverseFn<'_>) {}
}

/// The slot `alloc` of a type that extends the builtin type `B`.
pub fn alloc<B: Extensible>(class: PyTypeRef, _items: usize, vm: &VirtualMachine) -> PyResult {
    extend(B::empty(), class, vm)
}

/// An instance of `class`, whose builtin part is `base`.
pub fn extend<B: Extensible>(base: B, class: PyTypeRef, vm: &VirtualMachine) -> PyResult {
    let info = TypeInfo::nearest(&class).filter(|info| info.layout.is_some());
    let Some(info) = info else {
        let message = format!("instances of '{}' have no native struct", class.name());
        return Err(vm.new_system_error(message));
    };
    collector::count();
    collector::relieve_if_due(vm);
    let memory = Memory::new(info).ok_or_else(|| vm.no_memory_error())?;
    let has_dict = class.slots().flags.has_feature(PyTypeFlags::HAS_DICT);
    let dict = has_dict.then(|| vm.ctx.new_dict());
    // What a builtin type holds is for the collector to see, and a Python subclass adds a
    // `__dict__` or the like, through which there may be cycles.
    let holds_nothing = [Object::SHAPE, Legacy::SHAPE].contains(&B::SHAPE);
    let is_tracked = !holds_nothing || info.is_tracked || !info.is_class(&class);
    Ok(match is_tracked {
        true => Instance::<B, true>::settled(base, memory, class, dict).into(),
        false => Instance::<B, false>::settled(base, memory, class, dict).into(),
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
        let object = Instance::<_, TRACKED>::settled(Object, memory, class, None);
        let data = object.native.data();
        (object.into(), data)
    }
    let class = class.downcast::<PyType>()?;
    let Some(info) = TypeInfo::of_class(&class).filter(|info| info.is_plain) else {
        return Err(class.into());
    };
    if info.is_tracked && collector::count() {
        // The general way passes where the collector is helped.
        return Err(class.into());
    }
    match (Memory::new(info), info.is_tracked) {
        (Some(memory), true) => Ok(made::<true>(memory, class)),
        (Some(memory), false) => Ok(made::<false>(memory, class)),
        (None, _) => Err(class.into()),
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

/// The native struct of an instance, if it has one.
#[inline]
pub fn native_of(object: &PyObject) -> Option<&Native> {
    fn of<B: Extensible>(object: &PyObject) -> Option<&Native> {
        let instance = object.downcast_ref::<Instance<B>>();
        instance.map(|instance| instance.native())
    }
    of::<Object>(object)
        .or_else(|| of::<PyInt>(object))
        .or_else(|| of::<PyFloat>(object))
        .or_else(|| of::<PyStr>(object))
        .or_else(|| of::<PyTuple>(object))
        .or_else(|| of::<PyList>(object))
        .or_else(|| of::<Legacy>(object))
}

/// What carries a struct of a type for an object that is no instance of it, but a class
/// whose metaclass the type is.
#[derive(Debug)]
pub struct Carrier {
    native: Native,
    /// Goes after the struct.
    _info: Kept,
}

struct Kept(Arc<TypeInfo>);

impl Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.definition.full_name)
    }
}

impl Carrier {
    /// Makes one. None if there is no memory.
    pub fn make(info: Arc<TypeInfo>, vm: &VirtualMachine) -> Option<PyRef<Self>> {
        let memory = Memory::new(&info)?;
        // SAFETY: the information lies beside the struct, which is dropped first.
        let native = unsafe { Native::new(memory) };
        let _info = Kept(info);
        let class = vm.ctx.types.object_type.to_owned();
        let carrier = PyRef::new_ref(Self { native, _info }, class, None);
        carrier.native.settle();
        Some(carrier)
    }

    pub fn data(&self) -> *mut c_void {
        self.native.data()
    }
}

impl PyPayload for Carrier {
    fn class(ctx: &Context) -> &'static Py<PyType> {
        ctx.types.object_type
    }
}

impl MaybeTraverse for Carrier {
    const HAS_TRAVERSE: bool = true;
    const HAS_CLEAR: bool = true;

    fn try_traverse(&self, visit: &mut TraverseFn<'_>) {
        self.native.traverse(visit);
    }

    fn try_clear(&mut self, references: &mut Vec<PyObjectRef>) {
        self.native.clear(references);
    }
}
