//! Types.

use super::legacy::LegacyTable;
use super::{GetSetDef, LegacyDef, MemberDef, MethodDef, Refusal, names, read_defines, read_text};
use crate::abi::*;

/// The bits of `HPyType_Spec.flags` that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeFlags(pub c_ulong);

impl TypeFlags {
    /// `HPy_TPFLAGS_DEFAULT`.
    pub const DEFAULT: c_ulong = 1 << 9 | 1 << 18;
    /// `HPy_TPFLAGS_BASETYPE`: Python may subclass.
    pub const BASETYPE: c_ulong = 1 << 10;
    /// `HPy_TPFLAGS_HAVE_GC`.
    pub const HAVE_GC: c_ulong = 1 << 14;

    /// Whether Python may subclass the type.
    pub fn is_base_type(self) -> bool {
        self.0 & Self::BASETYPE != 0
    }
}

/// Members that are no attributes but tell where an instance keeps something, as
/// `PyMemberDef` has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offsets {
    /// Where its own `HPyCallFunction` lies: `__vectorcalloffset__`.
    pub call: Option<usize>,
    /// Whether there can be weak references to it: `__weaklistoffset__`. The place
    /// is CPython's and stays empty.
    pub weak_references: bool,
    /// Whether it has attributes of its own: `__dictoffset__`, likewise.
    pub dict: bool,
}

impl Offsets {
    /// Whether it is such a member.
    fn take(&mut self, member: &MemberDef) -> bool {
        match &*member.name {
            "__vectorcalloffset__" => self.call = Some(member.offset),
            "__weaklistoffset__" => self.weak_references = true,
            "__dictoffset__" => self.dict = true,
            _ => return false,
        }
        true
    }
}

/// What an extension says about a type.
#[derive(Debug, Clone)]
pub struct TypeDef {
    /// The full name, `module.Type`.
    pub full_name: String,
    /// Size of the native struct in bytes; 0 inherits the base's.
    pub basicsize: usize,
    /// Flags.
    pub flags: TypeFlags,
    /// The builtin type that the native struct is attached to.
    pub shape: HPyType_BuiltinShape,
    /// The docstring.
    pub doc: Option<String>,
    /// The slots that this type fills itself.
    pub slots: Slots,
    /// Methods.
    pub methods: Vec<MethodDef>,
    /// Members of the native struct that are attributes.
    pub members: Vec<MemberDef>,
    /// What other members say about instances.
    pub offsets: Offsets,
    /// Attributes behind functions.
    pub getsets: Vec<GetSetDef>,
    /// What the type says in CPython's structures, if it is a legacy one.
    pub legacy: LegacyDef,
}

impl TypeDef {
    /// Reads and checks a definition. `no_legacy` says why there are no legacy types, if so.
    ///
    /// # Safety
    ///
    /// `spec` is a valid type spec, as an extension hands it to
    /// `HPyType_FromSpec`.
    pub unsafe fn read(
        spec: &HPyType_Spec,
        no_legacy: Option<&'static str>,
    ) -> Result<Self, Refusal> {
        // SAFETY: the caller vouches for the strings.
        let (name, doc) = unsafe { (read_text(spec.name), read_text(spec.doc)) };
        let full_name =
            name.ok_or_else(|| Refusal::system_error("Type spec does not define the name field."))?;
        let legacy = spec.builtin_shape == HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy;
        if !spec.legacy_slots.is_null() && !legacy {
            let message = "cannot specify .legacy_slots without setting \
                           .builtin_shape=HPyType_BuiltinShape_Legacy";
            return Err(Refusal::type_error(message));
        }
        if let (true, Some(reason)) = (legacy, no_legacy) {
            let message = format!(
                "type '{full_name}' has a legacy shape, which needs CPython's object layout, and that \
                 is not to be had, since {reason}"
            );
            return Err(Refusal::type_error(message));
        }
        let mut definition = Self {
            full_name,
            basicsize: usize::try_from(spec.basicsize)
                .map_err(|_| Refusal::value_error("HPyType_Spec.basicsize is negative"))?,
            flags: TypeFlags(spec.flags),
            shape: spec.builtin_shape,
            doc,
            slots: Slots::default(),
            methods: Vec::new(),
            members: Vec::new(),
            offsets: Offsets::default(),
            getsets: Vec::new(),
            legacy: LegacyDef::default(),
        };
        // SAFETY: the caller vouches for the definitions.
        for define in unsafe { read_defines(spec.defines) } {
            // SAFETY: as above.
            unsafe { definition.add(define) }?;
        }
        // SAFETY: the caller vouches for the table.
        unsafe { definition.add_legacy(spec.legacy_slots.cast_const().cast()) }?;
        if spec.flags & TypeFlags::HAVE_GC != 0 && definition.slots.tp_traverse.is_none() {
            let message = "You must provide an HPy_tp_traverse slot if you specify \
                           HPy_TPFLAGS_HAVE_GC";
            return Err(Refusal::value_error(message));
        }
        if spec.builtin_shape.name().is_none() {
            let message = format!("invalid shape: {}", spec.builtin_shape.0);
            return Err(Refusal::value_error(message));
        }
        if spec.itemsize != 0 && definition.slots.tp_call.is_some() {
            let message = "Cannot use HPy call protocol with var objects";
            return Err(Refusal::type_error(message));
        }
        if definition.is_legacy() && definition.basicsize == 0 && definition.slots.tp_call.is_some()
        {
            // A blank is missing in HPy's words.
            let message = "Cannot use HPy call protocol with legacy types that inherit the struct. \
                           Either set the basicsize to anon-zero value or use legacy slot \
                           'Py_tp_call'.";
            return Err(Refusal::type_error(message));
        }
        let has_members =
            !definition.members.is_empty() || definition.offsets != Offsets::default();
        if definition.basicsize == 0 && has_members {
            let message = "Type claims to have basicsize==0 but defines members";
            return Err(Refusal::type_error(message));
        }
        if definition.slots.tp_call.is_some() && definition.offsets.call.is_some() {
            let message = "Cannot have HPy_tp_call and explicit member'__vectorcalloffset__'. \
                           Specify just one of them.";
            return Err(Refusal::type_error(message));
        }
        Ok(definition)
    }

    /// The name without the module.
    pub fn name(&self) -> &str {
        self.full_name
            .rsplit_once('.')
            .map_or(&self.full_name, |(_, name)| name)
    }

    /// The module's name, if the full name has one.
    pub fn module(&self) -> Option<&str> {
        self.full_name.rsplit_once('.').map(|(module, _)| module)
    }

    /// Whether the type has the legacy shape: its struct, if it has one, begins with
    /// [the head](cpy_PyObject) of CPython's objects.
    pub fn is_legacy(&self) -> bool {
        self.shape == HPyType_BuiltinShape::HPyType_BuiltinShape_Legacy
    }

    /// Adds what the type says in CPython's structures.
    ///
    /// # Safety
    ///
    /// `table` is null or a valid table of slots.
    unsafe fn add_legacy(&mut self, table: *const cpy_PyType_Slot) -> Result<(), Refusal> {
        // SAFETY: the caller vouches for the table.
        let LegacyTable { doc, members, rest } =
            unsafe { LegacyTable::read(&self.full_name, table) }?;
        self.legacy = rest;
        let is_ended_by_hpy = self.slots.tp_traverse.is_some() || self.slots.tp_destroy.is_some();
        if self.legacy.slots.tp_dealloc.is_some() && is_ended_by_hpy {
            let message = "legacy tp_dealloc is incompatible with HPy_tp_traverse or \
                           HPy_tp_destroy.";
            return Err(Refusal::type_error(message));
        }
        if self.is_legacy() && (1..size_of::<cpy_PyObject>()).contains(&self.basicsize) {
            // CPython's words since 3.12; before, it went on and broke later.
            let message = format!(
                "tp_basicsize for type '{}' ({}) is too small for base 'object' ({})",
                self.full_name,
                self.basicsize,
                size_of::<cpy_PyObject>(),
            );
            return Err(Refusal::type_error(message));
        }
        self.doc = doc.or(self.doc.take());
        for mut member in members {
            if self.basicsize != 0 {
                member.place(self.basicsize, &self.full_name)?;
            }
            if member.name == "__vectorcalloffset__" {
                let message = format!(
                    "type '{}' has the legacy member __vectorcalloffset__, which is not \
                     supported; use HPy_tp_call or the legacy slot Py_tp_call",
                    self.full_name
                );
                return Err(Refusal::system_error(message));
            }
            if !self.offsets.take(&member) {
                self.members.push(member);
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// `define` is a valid definition.
    unsafe fn add(&mut self, define: &HPyDef) -> Result<(), Refusal> {
        // SAFETY: the kind says which member of the union is in use, and the
        // caller vouches for its content.
        unsafe {
            match define.kind {
                HPyDef_Kind::HPyDef_Kind_Meth => {
                    let method = MethodDef::read(&define.definition.meth)?;
                    names::note(method.function.address(), &self.full_name, &method.name);
                    self.methods.push(method);
                }
                HPyDef_Kind::HPyDef_Kind_Member => {
                    let mut member = MemberDef::read(&define.definition.member)?;
                    // Without a struct, all members are refused together.
                    if self.basicsize != 0 {
                        member.place(self.basicsize, &self.full_name)?;
                    }
                    if !self.offsets.take(&member) {
                        self.members.push(member);
                    }
                }
                HPyDef_Kind::HPyDef_Kind_GetSet => {
                    self.getsets
                        .push(GetSetDef::read(&define.definition.getset)?);
                }
                HPyDef_Kind::HPyDef_Kind_Slot => {
                    let HPySlot {
                        slot,
                        r#impl: function,
                        ..
                    } = define.definition.slot;
                    let of_module = matches!(
                        slot,
                        HPySlot_Slot::HPy_mod_create | HPySlot_Slot::HPy_mod_exec
                    );
                    if of_module || !self.slots.fill(slot, function) {
                        let message =
                            format!("type '{}' fills an unknown slot {}", self.full_name, slot.0);
                        return Err(Refusal::system_error(message));
                    }
                    names::note_slot(function, &self.full_name, slot);
                }
                HPyDef_Kind(kind) => {
                    let message = format!(
                        "type '{}' has a definition of unknown kind {kind}",
                        self.full_name
                    );
                    return Err(Refusal::system_error(message));
                }
            }
        }
        Ok(())
    }
}
