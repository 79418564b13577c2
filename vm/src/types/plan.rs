//! How instances of a type look, decided when the type is made.
//!
//! RustPython compares types by their `basicsize`, as CPython does: it says which
//! bases conflict, to which classes `__class__` may be assigned, and it keeps the
//! constructors of builtin types from making an instance of a type whose
//! instances look different. All three rest on one rule: **types whose instances
//! do not look alike differ in `basicsize`**, or in the number of `__slots__`.
//! Hence a type with a native struct of its own gets a size that no other type
//! under the same base has, and a type that only inherits one keeps the base's.

use super::info::{TypeInfo, type_name};
use super::layout::{Layout, Shape, ancestry, builtin_of};
use super::sizes::Size;
use hpy_loader::abi::cpy_PyObject;
use hpy_loader::spec::TypeDef;
use rustpython_vm::builtins::{PyType, PyTypeRef};
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyResult, VirtualMachine};

/// What [`plan`] has decided.
pub struct Plan {
    /// The base that instances have their layout from.
    pub base: PyTypeRef,
    pub layout: Option<Layout>,
    /// RustPython's size of an instance.
    pub basicsize: usize,
    /// The same, if no other type may have it.
    pub size: Option<Size>,
    /// The number of `__slots__` that instances have.
    pub member_count: usize,
    /// Whether the last of them is for the struct of a class.
    pub adds_struct_cell: bool,
}

const WORD: usize = size_of::<usize>();

const SHAPE_OF_CLASSES: Shape = Shape::HPyType_BuiltinShape_Type;

/// Decides how instances of a new type look.
///
/// # Errors
///
/// `TypeError` for bases that do not fit together or to the definition.
pub fn plan(definition: &TypeDef, bases: &[PyTypeRef], vm: &VirtualMachine) -> PyResult<Plan> {
    let base = best_base(bases, vm)?;
    let is_pure = |info: &TypeInfo| !info.definition.is_legacy();
    if definition.is_legacy() && TypeInfo::of_class(base).is_some_and(is_pure) {
        let message = "A legacy type should not inherit its memory layout from a pure type";
        return Err(vm.new_type_error(message));
    }
    let inherited = TypeInfo::nearest(base).and_then(|info| info.layout);
    let layout = match inherited {
        Some(inherited) => Some(extend(definition, base, inherited, vm)?),
        None => attach(definition, base, vm)?,
    };
    let of_base = base.slots().basicsize;
    let size = layout.filter(|_| inherited != layout).map(|layout| {
        let own = layout.size.next_multiple_of(WORD).max(WORD);
        Size::take(base, of_base + own)
    });
    let basicsize = size.as_ref().map_or(of_base, Size::get);
    let is_of_classes = layout.is_some_and(|layout| layout.shape == SHAPE_OF_CLASSES);
    // The struct that a legacy metaclass gives is the class's type object.
    let adds_struct = inherited.is_none() && is_of_classes && !definition.is_legacy();
    Ok(Plan {
        base: base.to_owned(),
        layout,
        basicsize,
        size,
        // One for the struct, see `struct_cell`.
        member_count: base.slots().member_count + usize::from(adds_struct),
        adds_struct_cell: adds_struct,
    })
}

/// The layout over a base that has a native struct.
fn extend(
    definition: &TypeDef,
    base: &Py<PyType>,
    inherited: Layout,
    vm: &VirtualMachine,
) -> PyResult<Layout> {
    let size = definition.basicsize;
    if size == 0 {
        return Ok(inherited);
    }
    let name = &definition.full_name;
    let fits = match inherited.shape {
        SHAPE_OF_CLASSES if definition.is_legacy() => is_like(base, vm.ctx.types.type_type),
        shape => definition.shape == shape,
    };
    if !fits {
        return Err(vm.new_type_error(format!(
            "type '{name}' has the shape {}, its base '{}' has {}",
            shape_name(definition.shape),
            type_name(base),
            shape_name(inherited.shape),
        )));
    }
    if size < inherited.size {
        // CPython's words since 3.12; before, it went on and broke later.
        return Err(vm.new_type_error(format!(
            "tp_basicsize for type '{name}' ({size}) is too small for base '{}' ({})",
            type_name(base),
            inherited.size,
        )));
    }
    Ok(Layout { size, ..inherited })
}

/// The layout over a base without a native struct.
fn attach(
    definition: &TypeDef,
    base: &Py<PyType>,
    vm: &VirtualMachine,
) -> PyResult<Option<Layout>> {
    let TypeDef {
        basicsize,
        shape,
        slots,
        ..
    } = definition;
    let has_end = slots.tp_destroy.is_some() || definition.legacy.slots.tp_dealloc.is_some();
    let refused_without = *basicsize > 0 || slots.tp_traverse.is_some() || has_end;
    let head = if definition.is_legacy() {
        size_of::<cpy_PyObject>()
    } else {
        0
    };
    let size = &(*basicsize).max(head);
    // A type with `tp_call` needs room for another function in each instance.
    if !refused_without && slots.tp_call.is_none() {
        return Ok(None);
    }
    let solid = solid_base(base);
    let is_metaclass = is_like(solid, vm.ctx.types.type_type);
    let shape = match definition.is_legacy() && is_metaclass {
        true => &SHAPE_OF_CLASSES,
        false => shape,
    };
    match builtin_of(*shape, &vm.ctx) {
        Some(builtin) if is_like(solid, builtin) => Ok(Some(Layout {
            shape: *shape,
            size: *size,
        })),
        _ if !refused_without => Ok(None),
        // A shape that fits no base but for which there is room: CPython makes
        // the type, and its debug mode tells when the struct is asked for.
        Some(_) if is_like(solid, vm.ctx.types.object_type) => Ok(Some(Layout {
            shape: Shape::HPyType_BuiltinShape_Object,
            size: *size,
        })),
        _ => Err(vm.new_type_error(format!(
            "type '{}' has the shape {}, which can't be attached to instances of its base '{}'",
            definition.full_name,
            shape_name(*shape),
            type_name(base),
        ))),
    }
}

/// Whether instances of `solid` are those of the builtin type, apart from
/// `__slots__`.
fn is_like(solid: &Py<PyType>, builtin: &Py<PyType>) -> bool {
    let size = |class: &Py<PyType>| class.slots().basicsize;
    let mut classes = ancestry(solid).take_while(|class| size(class) == size(builtin));
    classes
        .find(|class| class.heaptype_ext().is_none())
        .is_some_and(|class| class.is(builtin))
}

fn shape_name(shape: Shape) -> &'static str {
    shape.name().unwrap_or("unknown shape")
}

/// The base whose instances' layout the others fit into, as CPython's
/// `best_base`.
fn best_base<'a>(bases: &'a [PyTypeRef], vm: &VirtualMachine) -> PyResult<&'a Py<PyType>> {
    let mut best: Option<(&Py<PyType>, &Py<PyType>)> = None;
    for base in bases {
        if !base.slots().flags.has_feature(PyTypeFlags::BASETYPE) {
            let message = format!("type '{}' is not an acceptable base type", type_name(base));
            return Err(vm.new_type_error(message));
        }
        let candidate = solid_base(base);
        match best {
            Some((_, winner)) if winner.fast_issubclass(candidate.as_object()) => {}
            Some((_, winner)) if !candidate.fast_issubclass(winner.as_object()) => {
                let message = "multiple bases have instance lay-out conflict";
                return Err(vm.new_type_error(message));
            }
            _ => best = Some((base, candidate)),
        }
    }
    best.map(|(base, _)| base)
        .ok_or_else(|| vm.new_type_error("a type needs a base"))
}

/// The class on the way to `object` that last changed the layout.
fn solid_base(class: &Py<PyType>) -> &Py<PyType> {
    let changes_layout = |class: &&Py<PyType>| {
        let slots = class.slots();
        class
            .base
            .deref()
            .map(|base| base.slots())
            .is_none_or(|inherited| {
                slots.basicsize != inherited.basicsize
                    || slots.itemsize != inherited.itemsize
                    || slots.member_count != inherited.member_count
            })
    };
    ancestry(class).find(changes_layout).unwrap_or(class)
}
