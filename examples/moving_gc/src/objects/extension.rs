//! Classes that extensions define.

use super::class::{ClassInfo, Definition, c_name};
use super::dunder::{DUNDERS, Dunder};
use super::function::Code;
use crate::heap::{Kind, Local, NativeLayout};
use crate::vm::{Result, Vm};
use hpy_loader::abi::{HPyMember_FieldType, HPyType_BuiltinShape};

type Shape = HPyType_BuiltinShape;

/// `Py_TPFLAGS_DISALLOW_INSTANTIATION` of CPython.
const DISALLOW_INSTANTIATION: std::ffi::c_ulong = 1 << 7;

/// The kind of object that a struct of this shape is attached to.
fn kind_of(shape: Shape) -> Option<Kind> {
    Some(match shape {
        Shape::HPyType_BuiltinShape_Object => Kind::Instance,
        Shape::HPyType_BuiltinShape_Type => Kind::Type,
        Shape::HPyType_BuiltinShape_Long => Kind::Int,
        Shape::HPyType_BuiltinShape_Float => Kind::Float,
        Shape::HPyType_BuiltinShape_Unicode => Kind::Str,
        Shape::HPyType_BuiltinShape_Tuple => Kind::Tuple,
        Shape::HPyType_BuiltinShape_List => Kind::List,
        _ => return None,
    })
}

impl NativeLayout {
    /// Whether the struct starts with the other one.
    pub(super) fn extends(&self, base: &Self) -> bool {
        self.shape == base.shape
            && self.size >= base.size
            && self.ancestors.contains(&base.number())
    }

    /// Tells the layout from others.
    fn number(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Vm {
    /// Makes the class that an extension describes.
    ///
    /// # Errors
    ///
    /// `TypeError` for bases or a metaclass that do not fit.
    pub(crate) fn extension_class(
        &self,
        definition: Definition,
        bases: &[Local],
        metaclass: Option<&Local>,
    ) -> Result {
        let type_def = definition.type_def;
        let object = [self.builtin("object")];
        let bases = if bases.is_empty() { &object } else { bases };
        let best = self.best_base(bases)?;
        let native = self.layout(definition, &best)?;
        let type_type = self.builtin("type");
        if let Some(metaclass) = metaclass
            && self.lookup_own(metaclass, "__new__").is_some()
        {
            let message = "Metaclasses with custom tp_new are not supported.";
            return Err(self.error("TypeError", message));
        }
        let metaclass = self.best_metaclass(metaclass.unwrap_or(&type_type), bases)?;
        let info = ClassInfo {
            name: c_name(type_def.name()),
            full_name: type_def.full_name.clone(),
            kind: self.class_info(&best).kind,
            native,
            definition: Some(definition),
            is_base: type_def.flags.is_base_type(),
            is_instantiable: type_def.flags.0 & DISALLOW_INSTANTIATION == 0,
            is_builtin: false,
            has_dict: type_def.offsets.dict,
            slots: Vec::new(),
        };
        let dict = self.dict();
        let class = self.new_class_object(&metaclass, bases, &dict, info)?;
        self.fill_extension_class(&class, &dict, definition);
        Ok(class)
    }

    /// The native struct of instances: the base's, or a new one that starts with
    /// it.
    fn layout(
        &self,
        definition: Definition,
        base: &Local,
    ) -> Result<Option<&'static NativeLayout>> {
        let Definition { loader, type_def } = definition;
        let info = self.class_info(base);
        let slots = &type_def.slots;
        let is_field = |field_type| {
            matches!(
                field_type,
                HPyMember_FieldType::HPyMember_OBJECT | HPyMember_FieldType::HPyMember_OBJECT_EX
            )
        };
        let adds =
            type_def.basicsize > 0 || slots.tp_traverse.is_some() || slots.tp_destroy.is_some();
        if !adds {
            return Ok(info.native);
        }
        let name = &type_def.full_name;
        let inherited = info.native;
        if let Some(inherited) = inherited {
            if type_def.shape != inherited.shape {
                let message = format!(
                    "type '{name}' has the shape {}, its base '{}' has {}",
                    type_def.shape.name().unwrap_or("unknown shape"),
                    info.full_name,
                    inherited.shape.name().unwrap_or("unknown shape"),
                );
                return Err(self.error("TypeError", &message));
            }
            if type_def.basicsize != 0 && type_def.basicsize < inherited.size {
                let message = format!(
                    "tp_basicsize for type '{name}' ({}) is too small for base '{}' ({})",
                    type_def.basicsize, info.full_name, inherited.size,
                );
                return Err(self.error("TypeError", &message));
            }
        } else if kind_of(type_def.shape) != Some(info.kind) {
            let message = format!(
                "type '{name}' has the shape {}, which can't be attached to instances of its base \
                 '{}'",
                type_def.shape.name().unwrap_or("unknown shape"),
                info.full_name,
            );
            return Err(self.error("TypeError", &message));
        }
        let mut layout = NativeLayout {
            table: loader.fields(),
            release: Box::new(move |layout, native| {
                let (name, traversers) = (&type_def.full_name, &layout.traversers);
                // SAFETY: the functions are those of the type and its bases, and the
                // object is dead. There are no other threads.
                unsafe { loader.release_fields(name, traversers, native, drop) };
            }),
            shape: type_def.shape,
            size: type_def.basicsize,
            guard: loader.guard_size(),
            set_guard: Box::new(move |_, native| {
                // SAFETY: the layout says that there is room. The fields are released before
                // the memory goes.
                unsafe { loader.set_guard(&type_def.full_name, native) };
            }),
            ancestors: Vec::new(),
            traversers: slots.tp_traverse.into_iter().collect(),
            fields: type_def
                .members
                .iter()
                .filter(|member| is_field(member.field_type))
                .map(|member| member.offset)
                .collect(),
            destroyers: slots.tp_destroy.into_iter().collect(),
        };
        if let Some(inherited) = inherited {
            layout.size = layout.size.max(inherited.size);
            layout.ancestors.clone_from(&inherited.ancestors);
            layout.ancestors.push(inherited.number());
            layout.traversers.extend(&inherited.traversers);
            layout.fields.extend(&inherited.fields);
            layout.destroyers.extend(&inherited.destroyers);
        }
        // Classes live about as long as the process.
        Ok(Some(Box::leak(Box::new(layout))))
    }

    fn fill_extension_class(&self, class: &Local, dict: &Local, definition: Definition) {
        let Definition { loader, type_def } = definition;
        let set = |name: &str, value: &Local| {
            if self.dict_get_str(dict, name).is_none() {
                self.dict_set_str(dict, name, value);
            }
        };
        let add = |kind, name: &str, code| set(name, &self.descriptor(kind, name, code, class));
        for definition in &type_def.methods {
            let code = Code::Method { loader, definition };
            add("method_descriptor", &definition.name, code);
        }
        for definition in &type_def.members {
            let code = Code::Member { loader, definition };
            add("member_descriptor", &definition.name, code);
        }
        for definition in &type_def.getsets {
            let code = Code::GetSet { loader, definition };
            add("getset_descriptor", &definition.name, code);
        }
        let is_filled = |dunder: &&Dunder| (dunder.is_filled)(&type_def.slots);
        for dunder in DUNDERS.iter().filter(is_filled) {
            let code = Code::Dunder { definition, dunder };
            match dunder.name {
                // The first argument is a class and not an instance.
                "__new__" => {
                    let kind = "builtin_function_or_method";
                    let function = self.descriptor(kind, "__new__", code, class);
                    set("__new__", &self.static_method(&function));
                }
                name => add("wrapper_descriptor", name, code),
            }
        }
        if type_def.offsets.call.is_some() {
            let function = self.function("__call__", super::offset_call::call, &[], true);
            set("__call__", &function);
        }
        if type_def.slots.tp_richcompare.is_some() && type_def.slots.tp_hash.is_none() {
            set("__hash__", &self.none());
        }
        if let Some(module) = type_def.module() {
            set("__module__", &self.str(module));
        }
        let doc = type_def.doc.as_ref();
        set(
            "__doc__",
            &doc.map_or_else(|| self.none(), |doc| self.str(doc)),
        );
    }
}
