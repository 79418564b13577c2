//! Classes: what they are made of, how they are made, and looking names up.

use crate::heap::{Kind, Local, NativeLayout, Reference};
use crate::vm::{Result, Vm};
use hpy_loader::Loader;
use hpy_loader::spec::TypeDef;
use std::ffi::CString;

/// The references of a class.
const BASES: usize = 0;
const MRO: usize = 1;
/// How many there are. The dict of a class is that of its attributes.
pub(super) const REFS: usize = 2;

/// What a class knows in Rust.
pub(crate) struct ClassInfo {
    /// `__name__`, as C sees it.
    pub name: CString,
    /// What CPython calls `tp_name`: with the module, for an extension's class.
    pub full_name: String,
    /// What its instances are made of.
    pub kind: Kind,
    /// The native struct of its instances.
    pub native: Option<&'static NativeLayout>,
    /// What an extension said about it.
    pub definition: Option<Definition>,
    /// Whether there may be subclasses.
    pub is_base: bool,
    /// Whether calling it makes instances.
    pub is_instantiable: bool,
    /// Whether the VM itself defines it.
    pub is_builtin: bool,
    /// Whether it gives its instances a `__dict__`.
    pub has_dict: bool,
    /// The names in its `__slots__`.
    pub slots: Vec<String>,
}

/// A type definition and the loader it belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Definition {
    pub loader: &'static Loader<Vm>,
    pub type_def: &'static TypeDef,
}

/// A C string of a name, which ends where a NUL is.
pub(super) fn c_name(name: &str) -> CString {
    let until = name.find('\0').unwrap_or(name.len());
    CString::new(&name[..until]).unwrap_or_default()
}

impl Vm {
    /// What a class knows in Rust. `class` is a class.
    pub(crate) fn class_info<'a>(&self, class: &'a impl Reference) -> &'a ClassInfo {
        let companion = self.heap.companion(class);
        match companion.and_then(|companion| companion.payload()) {
            Some(info) => info,
            None => panic!("a class without its information"),
        }
    }

    /// `type(object)`.
    pub fn class_of(&self, object: &impl Reference) -> Local {
        self.heap.class(object)
    }

    /// `__name__` of a class.
    pub fn class_name(&self, class: &Local) -> String {
        self.class_info(class).name.to_string_lossy().into_owned()
    }

    /// What CPython's messages call a class.
    pub(crate) fn type_name_of(&self, class: &Local) -> String {
        self.class_info(class).full_name.clone()
    }

    /// The name of the object's class, for messages.
    pub(crate) fn type_name_for(&self, object: &Local) -> String {
        self.type_name_of(&self.class_of(object))
    }

    fn classes_in(&self, class: &Local, index: usize) -> Vec<Local> {
        let classes = self.heap.get(class, index);
        let classes = classes.and_then(|classes| self.items(&classes));
        classes.unwrap_or_default()
    }

    /// The `__bases__` of a class.
    pub(crate) fn bases(&self, class: &Local) -> Vec<Local> {
        self.classes_in(class, BASES)
    }

    /// The class and what it derives from, in the order in which names are looked up.
    pub(crate) fn mro(&self, class: &Local) -> Vec<Local> {
        self.classes_in(class, MRO)
    }

    /// The first answer to a question that the class and its bases are asked in turn.
    pub(super) fn ask_classes<T>(
        &self,
        class: &Local,
        question: impl FnMut(Local) -> Option<T>,
    ) -> Option<T> {
        let mro = self.heap.get(class, MRO)?;
        let classes = 0..self.heap.ref_count(&mro);
        classes
            .filter_map(|index| self.heap.get(&mro, index))
            .find_map(question)
    }

    /// Whether something holds for the class or one of its bases.
    pub(super) fn any_class(&self, class: &Local, holds: impl Fn(&Local) -> bool) -> bool {
        let found = self.ask_classes(class, |class| holds(&class).then_some(()));
        found.is_some()
    }

    /// Whether `class` is `base` or derives from it.
    pub fn is_subclass(&self, class: &Local, base: &impl Reference) -> bool {
        self.any_class(class, |class| class.is(base))
    }

    /// Whether the object's class is `class` or derives from it.
    pub fn is_instance(&self, object: &impl Reference, class: &impl Reference) -> bool {
        self.is_subclass(&self.class_of(object), class)
    }

    /// What the class or one of its bases has under a name.
    pub fn lookup(&self, class: &Local, name: &str) -> Option<Local> {
        self.lookup_with_owner(class, name).map(|(found, _)| found)
    }

    /// The same, with the class that has it.
    pub(crate) fn lookup_with_owner(&self, class: &Local, name: &str) -> Option<(Local, Local)> {
        self.ask_classes(class, |class| {
            let found = self.dict_get_str(&self.heap.attributes(&class)?, name)?;
            Some((found, class))
        })
    }

    /// As [`lookup`](Self::lookup), but not what the VM itself has put into builtin
    /// classes: what that does is in the operations themselves.
    pub(crate) fn lookup_own(&self, class: &Local, name: &str) -> Option<Local> {
        let (found, owner) = self.lookup_with_owner(class, name)?;
        (!self.is_builtin_class(&owner) || self.is_of_language(&found)).then_some(found)
    }

    /// Whether the VM itself defines the class.
    pub(crate) fn is_builtin_class(&self, class: &Local) -> bool {
        self.class_info(class).is_builtin
    }

    /// Makes a class and nothing else: no metaclass is asked.
    pub(crate) fn new_class_object(
        &self,
        metaclass: &Local,
        bases: &[Local],
        dict: &Local,
        info: ClassInfo,
    ) -> Result {
        let class = self.allocate(Kind::Type, metaclass, REFS, 0)?;
        self.heap.make_companion(&class).set_payload(Box::new(info));
        self.link_class(&class, bases, dict)?;
        self.finish_instance(&class)
    }

    /// Gives a class what is needed to look names up in it.
    pub(super) fn link_class(&self, class: &Local, bases: &[Local], dict: &Local) -> Result<()> {
        self.heap.set_attributes(class, dict);
        self.heap.set(class, BASES, &self.tuple(bases));
        let mro = self.linearize(class, bases)?;
        self.heap.set(class, MRO, &self.tuple(&mro));
        Ok(())
    }

    /// `type.__new__(metaclass, name, bases, dict)`.
    pub(crate) fn type_new(
        &self,
        metaclass: &Local,
        name: &str,
        bases: &[Local],
        dict: &Local,
    ) -> Result {
        let object = [self.builtin("object")];
        let bases = if bases.is_empty() { &object } else { bases };
        let best = self.best_base(bases)?;
        let metaclass = self.best_metaclass(metaclass, bases)?;
        let slots = match self.dict_get_str(dict, "__slots__") {
            Some(slots) if self.heap.kind(&slots) == Kind::Str => Some(vec![slots]),
            Some(slots) => Some(self.collect_items(&slots)?),
            None => None,
        };
        let info = self.class_info(&best);
        let info = ClassInfo {
            name: c_name(name),
            full_name: name.to_owned(),
            kind: info.kind,
            native: info.native,
            definition: None,
            is_base: true,
            is_instantiable: true,
            is_builtin: false,
            has_dict: slots.is_none(),
            slots: slots
                .unwrap_or_default()
                .iter()
                .filter_map(|slot| self.text(slot))
                .collect(),
        };
        let own = self.dict();
        self.dict_update(&own, dict)?;
        let set_default = |name: &str| {
            if self.dict_get_str(&own, name).is_none() {
                self.dict_set_str(&own, name, &self.none());
            }
        };
        set_default("__doc__");
        if self.dict_get_str(&own, "__eq__").is_some() {
            set_default("__hash__");
        }
        for name in ["__new__", "__init_subclass__", "__class_getitem__"] {
            if let Some(function) = self.dict_get_str(&own, name)
                && self.is_builtin(&self.class_of(&function), "function")
            {
                let kind = match name {
                    "__new__" => "staticmethod",
                    _ => "classmethod",
                };
                let function = self.wrapper(&self.builtin(kind), &function);
                self.dict_set_str(&own, name, &function);
            }
        }
        let class = self.new_class_object(&metaclass, bases, &own, info)?;
        for (key, value) in self.entries(&own) {
            let of_value = self.class_of(&value);
            if let Some(method) = self.lookup_own(&of_value, "__set_name__") {
                self.call_special(&method, &value, &[class.clone(), key])?;
            }
        }
        Ok(class)
    }

    /// `type(name, bases, dict)`.
    pub fn class(&self, name: &str, bases: &[Local], dict: &Local) -> Result {
        let (name, bases) = (self.str(name), self.tuple(bases));
        self.call(&self.builtin("type"), [name, bases, dict.clone()].into())
    }

    /// An instance of a class without any arguments: of a builtin kind, the
    /// value that stands for nothing.
    pub(crate) fn new_empty_instance(&self, class: &Local) -> Result {
        match self.class_info(class).kind {
            Kind::Instance => {
                let object = self.allocate(Kind::Instance, class, 0, 0)?;
                self.finish_instance(&object)
            }
            Kind::Int => self.int_of(class, &0.into()),
            Kind::Float => self.float_of(class, 0.0),
            Kind::Str => self.str_of(class, &[]),
            Kind::Bytes => self.new_scalar(class, Kind::Bytes, &[]),
            kind @ (Kind::Tuple | Kind::List) => {
                self.new_sequence_of(class, kind, 0, std::iter::empty::<&Local>())
            }
            Kind::Dict => self.new_dict(class),
            Kind::Exception => Ok(self.new_exception_object(class, &[])),
            _ => {
                let name = self.type_name_of(class);
                let message = format!("cannot create '{name}' instances");
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// Gives a new object what its class asks for: a native struct, and the wait
    /// for the finalizer. Every object with a class that is not builtin comes by
    /// here.
    pub(crate) fn finish_instance(&self, object: &Local) -> Result {
        let class = self.class_of(object);
        if self.is_builtin_class(&class) {
            return Ok(object.clone());
        }
        if let Some(layout) = self.class_info(&class).native {
            let native = self.heap.make_companion(object).add_native(layout);
            native.ok_or_else(|| self.memory_error())?;
        }
        if self.lookup_own(&class, "__del__").is_some() {
            self.heap.await_finalizer(object);
        }
        Ok(object.clone())
    }
}
