//! Where a class keeps the native struct that an extension's metaclass gives it.
//!
//! The payload of a class is RustPython's and can't be extended, since
//! `type.__new__` makes it, whatever the metaclass. What a metaclass can add are
//! `__slots__`: places for objects, which the collector looks into. So such a
//! metaclass has one slot more than Python code knows of. In it lies an object with
//! the payload of an ordinary native instance, which has the struct and shows its
//! fields to the collector; a cycle through them is collected with the class.

use rustpython_vm::builtins::PyType;
use rustpython_vm::builtins::descriptor::{
    MemberAccess, MemberKind, PyDescriptorOwned, PyMemberDef, PyMemberDescriptor, PyMemberFlags,
};
use rustpython_vm::function::{ItemDoc, PySetterValue};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine};

/// Where classes of a metaclass keep their native struct: a slot that no attribute
/// leads to.
#[derive(Clone)]
pub struct StructCell {
    descriptor: PyObjectRef,
}

impl StructCell {
    /// The slot number `index` of the instances of a metaclass.
    pub fn new(index: usize, vm: &VirtualMachine) -> PyResult<Self> {
        let name = vm.ctx.intern_str("native struct");
        let descriptor = PyMemberDescriptor {
            common: PyDescriptorOwned {
                // The metaclass keeps this, so it must not be kept in turn. Nobody but us
                // uses the slot, for instances of that metaclass only.
                typ: vm.ctx.types.type_type.to_owned(),
                name,
                qualname: Default::default(),
            },
            member: PyMemberDef {
                name: name.to_string(),
                kind: MemberKind::ObjectEx,
                // Slots lie in front of the object, the first one next to it.
                offset: first_slot(vm)? - (index * size_of::<PyObjectRef>()).cast_signed(),
                flags: PyMemberFlags::empty(),
                doc: ItemDoc::NONE,
            },
            access: MemberAccess::Offset,
        };
        let class = vm.ctx.types.member_descriptor_type.to_owned();
        let descriptor = PyRef::new_ref(descriptor, class, None).into();
        Ok(Self { descriptor })
    }
    pub fn load(&self, class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let loaded = vm.call_get_descriptor(&self.descriptor, class.as_object());
        loaded.and_then(Result::ok)
    }

    /// Has the class keep `holder` there.
    pub fn store(
        &self,
        class: &Py<PyType>,
        holder: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let set = self.descriptor.class().slots().descr_set.load();
        let set = set.ok_or_else(|| vm.new_system_error("member descriptors can't be set"))?;
        let holder = PySetterValue::Assign(holder);
        set(&self.descriptor, class.to_owned().into(), holder, vm)
    }
}

/// Where the first slot of any object lies, seen from the object.
fn first_slot(vm: &VirtualMachine) -> PyResult<isize> {
    let namespace = vm.ctx.new_dict();
    let name = "slot";
    namespace.set_item("__slots__", vm.ctx.new_str(name).into(), vm)?;
    let bases = vm.ctx.new_tuple(Vec::new());
    let metaclass = vm.ctx.types.type_type.as_object();
    let class = metaclass.call((name, bases, namespace), vm)?;
    let slot = class.get_attr(name, vm)?;
    let descriptor = slot.downcast_ref::<PyMemberDescriptor>();
    let descriptor = descriptor.ok_or_else(|| vm.new_system_error("a slot without descriptor"))?;
    Ok(descriptor.member.offset)
}
