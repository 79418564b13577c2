//! Classes, and what the extension has to say about their instances.

use std::ffi::{CStr, CString, c_void};

use hpy_loader::Loader;
use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::member;
use hpy_loader::native;
use hpy_loader::runtime::Roots;
use hpy_loader::spec::{MethodDef, TypeDef};

use super::Toy;
use super::instance::Native;
use super::object::{Object, VmResult, c_name};

pub struct Class {
    name: CString,
    pub bases: Vec<Object>,
    /// For a class that an extension defined.
    link: Option<Box<dyn Extension>>,
}

impl Class {
    pub fn new(name: &str, bases: Vec<Object>, link: Option<Box<dyn Extension>>) -> Self {
        let name = c_name(name);
        Self { name, bases, link }
    }

    pub fn name(&self) -> &CStr {
        &self.name
    }

    /// What the extension said about this class or the nearest base of its.
    pub fn link(&self) -> Option<&dyn Extension> {
        let inherited = || {
            let bases = self.bases.iter().filter_map(|base| base.class());
            bases.filter_map(Class::link).next()
        };
        self.link.as_deref().or_else(inherited)
    }

    /// From this class to its bases: the classes that extensions defined.
    fn links(&self, visit: &mut dyn FnMut(&dyn Extension)) {
        if let Some(link) = &self.link {
            visit(&**link);
        }
        for base in self.bases.iter().filter_map(|base| base.class()) {
            base.links(visit);
        }
    }

    pub fn finalize(&self, object: Object) {
        self.links(&mut |link| link.finalize(object.clone()));
    }

    pub fn bury(&self, native: &Native) {
        self.links(&mut |link| link.bury(native.as_ptr()));
    }
}

/// A definition of an extension together with the loader that it belongs to,
/// whatever that loader's runtime is.
pub trait Extension: Send + Sync {
    fn definition(&self) -> &'static TypeDef;
    fn finalize(&self, object: Object);
    fn bury(&self, native: *mut c_void);
    fn get_member(&self, name: &str, native: *mut c_void) -> Option<VmResult<Object>>;
    fn set_member(
        &self,
        name: &str,
        native: *mut c_void,
        value: Option<&Object>,
    ) -> Option<VmResult<()>>;
    fn method(&self, name: &str) -> Option<&'static MethodDef>;
    fn call_method(
        &self,
        method: &MethodDef,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object>;
    fn call(
        &self,
        function: HPyFunc_keywords,
        receiver: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object>;
    fn add(&self, a: &Object, b: &Object) -> Option<VmResult<Object>>;
}

pub struct Link<const THREADS: bool> {
    pub loader: &'static Loader<Toy<THREADS>>,
    pub definition: &'static TypeDef,
}

/// Arguments as the loader wants them.
pub fn call_args(args: &[&Object], names: Option<&Object>) -> CallArgs<Object> {
    let values = args.iter().map(|&arg| arg.clone()).collect();
    match names {
        Some(names) => {
            let count = names.items().map_or(0, |names| names.len());
            CallArgs::with_keywords(values, names.clone(), count)
        }
        None => CallArgs::positional(values),
    }
}

impl<const THREADS: bool> Extension for Link<THREADS> {
    fn definition(&self) -> &'static TypeDef {
        self.definition
    }

    fn finalize(&self, object: Object) {
        if let Some(function) = self.definition.slots.tp_finalize {
            let finalized = self.loader.call_slot(function, (object,));
            assert!(finalized.is_ok(), "a finalizer fails for nobody");
        }
    }

    fn bury(&self, native: *mut c_void) {
        let slots = &self.definition.slots;
        if let Some(function) = slots.tp_traverse {
            let runtime = self.loader.runtime();
            // SAFETY: the struct is that of a dead instance.
            unsafe {
                native::traverse(function, native, &mut |field| drop(field.take(runtime)));
            }
        }
        if let Some(function) = slots.tp_destroy {
            // SAFETY: as above.
            unsafe { native::destroy(function, native) };
        }
    }

    fn get_member(&self, name: &str, native: *mut c_void) -> Option<VmResult<Object>> {
        let mut members = self.definition.members.iter();
        let member = members.find(|member| member.name == name)?;
        // SAFETY: the struct is that of an instance of the class.
        Some(unsafe { member::get(self.loader, member, self.definition.name(), native) })
    }

    fn set_member(
        &self,
        name: &str,
        native: *mut c_void,
        value: Option<&Object>,
    ) -> Option<VmResult<()>> {
        let mut members = self.definition.members.iter();
        let member = members.find(|member| member.name == name)?;
        let value = value.map(|value| self.loader.runtime().duplicate(value));
        // SAFETY: as above.
        Some(unsafe { member::set(self.loader, member, self.definition.name(), native, value) })
    }

    fn method(&self, name: &str) -> Option<&'static MethodDef> {
        let mut methods = self.definition.methods.iter();
        methods.find(|method| method.name == name)
    }

    fn call_method(
        &self,
        method: &MethodDef,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let name = || method.name.clone();
        let (receiver, args) = args.split_first().expect("a receiver");
        let receiver = Receiver::Object((*receiver).clone());
        let (args, callee) = (call_args(args, names), Callee::Callable(&name));
        self.loader
            .call_method(method, &name, receiver, args, callee)
    }

    fn call(
        &self,
        function: HPyFunc_keywords,
        receiver: &Object,
        args: &[&Object],
        names: Option<&Object>,
    ) -> VmResult<Object> {
        let name = || receiver.to_string();
        let (args, callee) = (call_args(args, names), Callee::Callable(&name));
        self.loader
            .call_instance(function, receiver.clone(), args, callee)
    }

    fn add(&self, a: &Object, b: &Object) -> Option<VmResult<Object>> {
        let function = self.definition.slots.nb_add?;
        Some(self.loader.call_slot(function, (a.clone(), b.clone())))
    }
}
