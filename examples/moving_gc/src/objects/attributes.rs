//! Attributes: `object.__getattribute__` and its companions.

use super::class::ClassInfo;
use super::function::{MODULE, RECEIVER};
use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};

impl Vm {
    /// `object.name`.
    pub fn get_attr(&self, object: &Local, name: &str) -> Result {
        let class = self.class_of(object);
        if let Some(method) = self.lookup_own(&class, "__getattribute__") {
            return self.call_special(&method, object, &[self.str(name)]);
        }
        match self.generic_get_attr(object, name)? {
            Some(value) => Ok(value),
            None => match self.lookup_own(&class, "__getattr__") {
                Some(method) => self.call_special(&method, object, &[self.str(name)]),
                None => Err(self.no_attribute(object, name)),
            },
        }
    }

    pub(crate) fn no_attribute(&self, object: &Local, name: &str) -> Local {
        let what = match self.heap.kind(object) {
            Kind::Type => format!("type object '{}'", self.class_name(object)),
            Kind::Module => match self.attribute_text(object, "__name__") {
                Some(module) => format!("module '{module}'"),
                None => "module".to_owned(),
            },
            _ => format!("'{}' object", self.type_name_for(object)),
        };
        let message = format!("{what} has no attribute '{name}'");
        self.error("AttributeError", &message)
    }

    /// An attribute in the object's own dict, if it is a text.
    pub(crate) fn attribute_text(&self, object: &Local, name: &str) -> Option<String> {
        let value = self.dict_get_str(&self.heap.attributes(object)?, name)?;
        self.text(&value)
    }

    /// The object's attribute, where an `AttributeError` means that there is
    /// none.
    pub fn get_attr_optional(&self, object: &Local, name: &str) -> Result<Option<Local>> {
        match self.get_attr(object, name) {
            Ok(value) => Ok(Some(value)),
            Err(error) if self.is_error(&error, "AttributeError") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What `object.__getattribute__` finds.
    pub(crate) fn generic_get_attr(&self, object: &Local, name: &str) -> Result<Option<Local>> {
        let class = self.class_of(object);
        let in_class = self.lookup(&class, name);
        if let Some(descriptor) = &in_class
            && self.is_data_descriptor(descriptor)
        {
            return self.bind(descriptor, Some(object), &class).map(Some);
        }
        if let Some(value) = self.own_attribute(object, name)? {
            return Ok(Some(value));
        }
        if let Some(descriptor) = in_class {
            return self.bind(&descriptor, Some(object), &class).map(Some);
        }
        self.special_attribute(object, name)
    }

    /// An attribute that the object itself has, a class with all its bases.
    fn own_attribute(&self, object: &Local, name: &str) -> Result<Option<Local>> {
        if self.heap.kind(object) == Kind::Type {
            return match self.lookup(object, name) {
                Some(value) => self.bind(&value, None, object).map(Some),
                None => Ok(None),
            };
        }
        let attributes = self.heap.attributes(object);
        Ok(attributes.and_then(|attributes| self.dict_get_str(&attributes, name)))
    }

    /// What the VM knows of any object of a kind.
    fn special_attribute(&self, object: &Local, name: &str) -> Result<Option<Local>> {
        let kind = self.heap.kind(object);
        let optional = |value: Option<Local>| value.unwrap_or_else(|| self.none());
        Ok(Some(match (name, kind) {
            ("__class__", _) => self.class_of(object),
            ("__dict__", _) if self.has_attributes(object) => self.attributes_of(object),
            ("__doc__", Kind::Function) => optional(self.function_doc(object)),
            ("__doc__", kind) if kind != Kind::BoundMethod => self.none(),
            ("__name__" | "__qualname__", Kind::Type) => self.str(&self.class_name(object)),
            ("__module__", Kind::Type) => self.str("builtins"),
            ("__bases__", Kind::Type) => self.tuple(&self.bases(object)),
            ("__base__", Kind::Type) => optional(self.bases(object).into_iter().next()),
            ("__mro__", Kind::Type) => self.tuple(&self.mro(object)),
            ("__name__" | "__qualname__", Kind::Function) => self.str(&self.function_name(object)),
            ("__module__", Kind::Function) => optional(self.heap.get(object, MODULE)),
            ("__self__", Kind::Function) => optional(self.heap.get(object, RECEIVER)),
            ("__text_signature__", Kind::Function) => self.text_signature(object),
            ("__self__", Kind::BoundMethod) => optional(self.heap.get(object, 1)),
            ("__func__", Kind::BoundMethod) => optional(self.heap.get(object, 0)),
            (_, Kind::BoundMethod) => {
                let function = optional(self.heap.get(object, 0));
                return self.get_attr_optional(&function, name);
            }
            ("args", Kind::Exception) => self.tuple(&self.exception_args(object)),
            ("__cause__", Kind::Exception) => optional(self.cause(object)),
            ("__context__", Kind::Exception) => optional(self.context(object)),
            ("__traceback__", Kind::Exception) => self.none(),
            ("start", Kind::Slice | Kind::Range) => optional(self.heap.get(object, 0)),
            ("stop", Kind::Slice | Kind::Range) => optional(self.heap.get(object, 1)),
            ("step", Kind::Slice | Kind::Range) => optional(self.heap.get(object, 2)),
            (_, Kind::MemoryView) => return self.view_attribute(object, name),
            _ => return Ok(None),
        }))
    }

    /// Whether the object can have attributes of its own.
    pub(crate) fn has_attributes(&self, object: &Local) -> bool {
        match self.heap.kind(object) {
            Kind::Type | Kind::Module | Kind::Exception | Kind::Function => true,
            _ => self.has_dict(&self.class_of(object)),
        }
    }

    /// Whether the name is in the `__slots__` of the object's class or a base.
    fn has_slot(&self, object: &Local, name: &str) -> bool {
        self.any_class(&self.class_of(object), |class| {
            let slots = &self.class_info(class).slots;
            slots.iter().any(|slot| slot == name)
        })
    }

    fn has_dict(&self, class: &Local) -> bool {
        self.any_class(class, |class| self.class_info(class).has_dict)
    }

    /// The dict of the object's own attributes, made if there is none.
    pub fn attributes_of(&self, object: &Local) -> Local {
        if let Some(attributes) = self.heap.attributes(object) {
            return attributes;
        }
        let attributes = self.dict();
        self.heap.set_attributes(object, &attributes);
        attributes
    }

    /// `object.name = value`, or `del object.name` for no value.
    pub fn set_attr(&self, object: &Local, name: &str, value: Option<&Local>) -> Result<()> {
        let class = self.class_of(object);
        let (special, args) = match value {
            Some(value) => ("__setattr__", vec![self.str(name), value.clone()]),
            None => ("__delattr__", vec![self.str(name)]),
        };
        if let Some(method) = self.lookup_own(&class, special) {
            return self.call_special(&method, object, &args).map(drop);
        }
        self.generic_set_attr(object, name, value)
    }

    /// `object.__setattr__` and `object.__delattr__`.
    pub(crate) fn generic_set_attr(
        &self,
        object: &Local,
        name: &str,
        value: Option<&Local>,
    ) -> Result<()> {
        let class = self.class_of(object);
        if let Some(descriptor) = self.lookup(&class, name)
            && self.is_data_descriptor(&descriptor)
        {
            return self.write_descriptor(&descriptor, object, value);
        }
        if self.heap.kind(object) == Kind::Type {
            if self.is_builtin_class(object) {
                let class = self.type_name_of(object);
                let message = format!("cannot set '{name}' attribute of immutable type '{class}'");
                return Err(self.error("TypeError", &message));
            }
        } else if name == "__class__" {
            return self.set_class(object, value);
        } else if self.heap.kind(object) == Kind::Exception
            && self.set_exception_part(object, name, value)
        {
            return Ok(());
        }
        if !self.has_attributes(object) && !self.has_slot(object, name) {
            return Err(self.no_attribute(object, name));
        }
        let attributes = self.attributes_of(object);
        match value {
            Some(value) => {
                self.dict_set_str(&attributes, name, value);
                Ok(())
            }
            None => match self.dict_remove_str(&attributes, name) {
                Some(_) => Ok(()),
                None => Err(self.no_attribute(object, name)),
            },
        }
    }

    fn set_exception_part(&self, error: &Local, name: &str, value: Option<&Local>) -> bool {
        match (name, value) {
            ("__cause__", Some(value)) => self.set_cause(error, value),
            ("__context__", Some(value)) => self.set_context(error, value),
            ("args", Some(value)) => {
                let items = self.items(value).unwrap_or_default();
                self.set_exception_args(error, &self.tuple(&items));
            }
            _ => return false,
        }
        true
    }

    fn set_class(&self, object: &Local, class: Option<&Local>) -> Result<()> {
        let old = self.class_of(object);
        let alike = class
            .filter(|class| self.heap.kind(*class) == Kind::Type)
            .filter(|class| {
                let (new, old) = (self.class_info(*class), self.class_info(&old));
                let native = |info: &ClassInfo| info.native.map(std::ptr::from_ref);
                let same_native = native(new) == native(old);
                new.kind == old.kind && same_native && new.has_dict
            });
        match alike {
            Some(class) => {
                self.heap.set_class(object, class);
                Ok(())
            }
            None => Err(self.error("TypeError", "__class__ assignment: object layout differs")),
        }
    }

    /// `super(class, object).name`: the search goes on behind `class`.
    pub fn get_super_attr(&self, class: &Local, object: &Local, name: &str) -> Result {
        let of_class = self.heap.kind(object) == Kind::Type && self.is_subclass(object, class);
        let start = match of_class {
            true => object.clone(),
            false => self.class_of(object),
        };
        let mro = self.mro(&start);
        let behind = mro.iter().skip_while(|other| !other.is(class)).skip(1);
        for base in behind {
            let attributes = self.heap.attributes(base);
            if let Some(found) = attributes.and_then(|dict| self.dict_get_str(&dict, name)) {
                let instance = (!of_class).then_some(object);
                return self.bind(&found, instance, &start);
            }
        }
        let message = format!("'super' object has no attribute '{name}'");
        Err(self.error("AttributeError", &message))
    }
}
