//! Making a type.

use super::construction::{new_native, replace_builtin_new};
use super::info::TypeInfo;
use super::layout::builtin_of;
use super::patches::{class_assignment, from_bytes, get_referents, reduce};
use super::plan::{Plan, plan};
use super::shapes::{New, shaped};
use super::slot_table::SlotTable;
use super::struct_cell::StructCell;
use super::{buffer, dict, legacy, native, python_classes, slots};
use crate::functions::outlive;
use crate::host::{RustPython, collector};
use hpy_loader::Loader;
use hpy_loader::abi::{HPyType_BuiltinShape, Slots};
use hpy_loader::spec::{TypeDef, TypeFlags};
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::function::ItemDoc;
use rustpython_vm::types::{PyTypeFlags, PyTypeSlots};
use rustpython_vm::{AsObject, Py, PyResult, VirtualMachine};
use std::ptr::fn_addr_eq;
use std::sync::{Arc, Mutex, OnceLock};

/// Makes the type that an extension describes.
///
/// # Errors
///
/// `TypeError` for bases or a metaclass that do not fit.
pub fn new_type(
    loader: &'static Loader<RustPython>,
    definition: Box<TypeDef>,
    bases: Vec<PyTypeRef>,
    metaclass: Option<PyTypeRef>,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let bases = match bases.is_empty() {
        true => vec![vm.ctx.types.object_type.to_owned()],
        false => bases,
    };
    collector::count();
    collector::relieve_if_due(vm);
    python_classes::prepare(vm);
    reduce::prepare(vm);
    class_assignment::prepare(vm);
    let definition = Arc::from(definition);
    let plan = plan(&definition, &bases, vm)?;
    let metaclass = metaclass_of(&bases, metaclass, vm)?;
    let class = new_class(&definition, bases, metaclass, &plan, vm)?;
    let info = describe(loader, definition, &class, plan, vm)?;
    let own = &info.definition.slots;
    if let Some(shaped) = info.shape().and_then(shaped) {
        class.slots().alloc.store(Some(shaped.alloc));
        replace_builtin_new(shaped, vm);
        if shaped.shape == HPyType_BuiltinShape::HPyType_BuiltinShape_Long {
            from_bytes::prepare(shaped, vm);
        }
    }
    if own.bf_getbuffer.is_some() {
        buffer::prepare(vm);
    }
    if own.tp_traverse.is_some() {
        get_referents::prepare(vm)?;
    }
    class.slots().new.store(new_slot(&info, &class, vm));
    dict::fill(&info, &class, vm);
    if info.definition.is_legacy() {
        legacy::fill(&info, &class, vm)?;
    }
    Ok(class)
}

/// The class of the new class: the metaclass that the extension asks for, or the
/// most derived one among the bases'.
fn metaclass_of(
    bases: &[PyTypeRef],
    metaclass: Option<PyTypeRef>,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let type_type = vm.ctx.types.type_type;
    let default = type_type.slots().new.load();
    let makes_types = |class: &Py<PyType>| {
        let own = class.slots().new.load().zip(default);
        own.is_some_and(|(own, default)| fn_addr_eq(own, default))
    };
    let explicit = metaclass.is_some();
    let mut winner = metaclass.unwrap_or_else(|| type_type.to_owned());
    if explicit && !makes_types(&winner) {
        let message = "Metaclasses with custom tp_new are not supported.";
        return Err(vm.new_type_error(message));
    }
    for base in bases {
        let of_base = base.as_object().class();
        if winner.fast_issubclass(of_base.as_object()) {
            continue;
        }
        if !of_base.fast_issubclass(winner.as_object()) {
            let message = "metaclass conflict: the metaclass of a derived class must be a \
                           (non-strict) subclass of the metaclasses of all its bases";
            return Err(vm.new_type_error(message));
        }
        // A metaclass written in Python, such as `ABCMeta`, would have to run its
        // `__new__` for this type. CPython 3.11 makes the type without it.
        if makes_types(of_base) {
            winner = of_base.to_owned();
        }
    }
    Ok(winner)
}

/// The bits of a definition's flags that mean the same to RustPython.
const SHARED_FLAGS: [u8; 6] = [
    PyTypeFlags::SEQUENCE,
    PyTypeFlags::MAPPING,
    PyTypeFlags::DISALLOW_INSTANTIATION,
    PyTypeFlags::IMMUTABLETYPE,
    PyTypeFlags::BASETYPE,
    PyTypeFlags::METHOD_DESCRIPTOR,
];

fn flags(definition: &TypeDef) -> PyTypeFlags {
    let mut shared = PyTypeFlags::from_element(PyTypeFlags::HEAPTYPE);
    for flag in SHARED_FLAGS {
        if definition.flags.0 & 1 << flag != 0 {
            shared |= PyTypeFlags::from_element(flag);
        }
    }
    if definition.offsets.weak_references {
        shared |= PyTypeFlags::from_element(PyTypeFlags::HAS_WEAKREF);
    }
    if definition.offsets.dict {
        shared |= PyTypeFlags::from_element(PyTypeFlags::HAS_DICT);
    }
    shared
}

/// The bare class, with empty slots and an empty dict.
fn new_class(
    definition: &TypeDef,
    bases: Vec<PyTypeRef>,
    metaclass: PyTypeRef,
    plan: &Plan,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    // SAFETY: the class keeps the definition, in its information.
    let (full_name, doc) = unsafe {
        (
            outlive(&*definition.full_name),
            definition.doc.as_deref().map(|doc| outlive(doc)),
        )
    };
    let mut slots = PyTypeSlots::new(full_name, flags(definition));
    slots.basicsize = plan.basicsize;
    slots.itemsize = plan.base.slots().itemsize;
    slots.member_count = plan.member_count;
    if let Some(doc) = doc {
        slots.doc = ItemDoc::static_text(doc);
    }
    let (name, dict) = (definition.name(), Default::default());
    let class = PyType::new_heap(name, bases, dict, slots, metaclass, &vm.ctx);
    let class = class.map_err(|message| vm.new_type_error(message))?;
    let is_first = class.base.deref().is_some_and(|base| base.is(&plan.base));
    if !is_first {
        // SAFETY: nobody has seen the class yet, so nobody borrows the base that
        // goes; and the class still refers to it as one of its bases.
        drop(unsafe { class.base.swap(Some(plan.base.clone())) });
    }
    python_classes::forget_dead_subclasses(&class);
    Ok(class)
}

/// Fills the slots and puts down what there is to know of the type.
fn describe(
    loader: &'static Loader<RustPython>,
    definition: Arc<TypeDef>,
    class: &Py<PyType>,
    plan: Plan,
    vm: &VirtualMachine,
) -> PyResult<Arc<TypeInfo>> {
    let own = &definition.slots;
    let base = TypeInfo::nearest(&plan.base);
    let inherited_offset = || base?.call_offset.filter(|_| own.tp_call.is_none());
    let call_offset = definition.offsets.call.or_else(inherited_offset);
    let mut effective = slots::install(class, own, call_offset.is_some(), &vm.ctx);
    effective.tp_new = own.tp_new.or_else(|| base?.effective.get().tp_new);
    effective.bf_releasebuffer = own.bf_releasebuffer;
    if own.bf_getbuffer.is_none() && own.bf_releasebuffer.is_none() {
        effective.bf_releasebuffer = inherited(class, |slots| slots.bf_releasebuffer);
    }
    let struct_cell = match plan.adds_struct_cell {
        true => Some(StructCell::new(plan.member_count - 1, vm)?),
        false => base.and_then(|base| base.struct_cell.clone()),
    };
    let guard = loader.guard_size();
    let (front, room) = plan
        .layout
        .map_or((0, 0), |layout| native::room(layout, guard));
    let mut info = TypeInfo {
        class,
        loader,
        layout: plan.layout,
        room,
        front,
        effective: SlotTable::new(effective),
        offered: SlotTable::new(Slots::default()),
        call_offset,
        struct_cell,
        // There may be cycles through a dict, whatever the extension says.
        is_tracked: class.slots().flags.has_feature(PyTypeFlags::HAS_DICT)
            || is_tracked(&definition, &plan.base, vm),
        is_plain: is_plain(class, &plan),
        traversers: own.tp_traverse.into_iter().collect(),
        destroyers: own.tp_destroy.into_iter().collect(),
        dealloc: definition.legacy.slots.tp_dealloc,
        _size: plan.size,
        attributes: OnceLock::new(),
        kept: Mutex::default(),
        definition,
    };
    if let Some(base) = base {
        info.traversers.extend(&base.traversers);
        info.destroyers.extend(&base.destroyers);
        info.dealloc = info.dealloc.or(base.dealloc);
    }
    info.put_down(class)
        .map_err(|message| vm.new_system_error(message))
}

/// Whether the collector keeps track of instances: `HPy_TPFLAGS_HAVE_GC`, which
/// a type inherits unless it has a `tp_traverse` of its own.
fn is_tracked(definition: &TypeDef, base: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let inherited = match TypeInfo::of_class(base) {
        Some(info) => info.is_tracked,
        None => !base.is(vm.ctx.types.object_type),
    };
    definition.flags.0 & TypeFlags::HAVE_GC != 0
        || (inherited && definition.slots.tp_traverse.is_none())
}

/// Whether instances are nothing but an object with a native struct.
fn is_plain(class: &Py<PyType>, plan: &Plan) -> bool {
    let shape = plan.layout.map(|layout| layout.shape);
    let slots = class.slots();
    shape == Some(HPyType_BuiltinShape::HPyType_BuiltinShape_Object)
        && slots.member_count == 0
        && !slots.flags.has_feature(PyTypeFlags::HAS_DICT)
        && !slots.flags.has_feature(PyTypeFlags::HAS_WEAKREF)
}

/// A C function that the class inherits by its MRO.
fn inherited<F>(class: &Py<PyType>, slot: impl Fn(&Slots) -> Option<F>) -> Option<F> {
    let mro = class.mro.read();
    let mut bases = mro.iter().skip(1);
    bases.find_map(|class| slot(TypeInfo::of_class(class)?.effective.get()))
}

/// What fills the slot `new`.
fn new_slot(info: &TypeInfo, class: &Py<PyType>, vm: &VirtualMachine) -> Option<New> {
    let flags = &class.slots().flags;
    if flags.has_feature(PyTypeFlags::DISALLOW_INSTANTIATION) {
        return None;
    }
    if info.definition.slots.tp_new.is_some() {
        return Some(new_native);
    }
    let inherited = class.base.deref()?.slots().new.load()?;
    let Some(shaped) = info.shape().and_then(shaped) else {
        return Some(inherited);
    };
    // The builtin type's own function would make instances without the struct.
    let of_builtin = builtin_of(shaped.shape, &vm.ctx).and_then(|class| class.slots().new.load());
    let is_builtin = of_builtin.is_some_and(|new| fn_addr_eq(new, inherited));
    Some(if is_builtin { shaped.new } else { inherited })
}
