//! Functions: of the VM, of its language, and of extensions.
//!
//! A function object has a number for its code, since a Rust function or a
//! reference to a definition has no place in the heap.

use super::class::Definition;
use super::dunder::Dunder;
use crate::heap::{Kind, Local};
use crate::vm::{Arguments, NativeFunction, Result, Vm};
use hpy_loader::Loader;
use hpy_loader::call::Callee;
use hpy_loader::member;
use hpy_loader::spec::{GetSetDef, MemberDef, MethodDef};

/// The references of a function. What it has captured follows.
const NAME: usize = 0;
const RECEIVER: usize = 1;
const MODULE: usize = 2;
/// The class that a descriptor belongs to.
const OWNER: usize = 3;
const CAPTURED: usize = 4;

/// What runs when a function is called.
#[derive(Clone, Copy)]
pub(crate) enum Code {
    /// A function in Rust.
    Native {
        function: NativeFunction,
        binds: bool,
    },
    /// An extension's function or method.
    Method {
        loader: &'static Loader<Vm>,
        definition: &'static MethodDef,
    },
    /// The name of an extension's slot.
    Dunder {
        definition: Definition,
        dunder: &'static Dunder,
    },
    /// An attribute behind an extension's functions.
    GetSet {
        loader: &'static Loader<Vm>,
        definition: &'static GetSetDef,
    },
    /// A member of an extension's struct.
    Member {
        loader: &'static Loader<Vm>,
        definition: &'static MemberDef,
    },
}

impl Code {
    /// Whether two numbers for both would be one too many.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Native {
                    function: a,
                    binds: x,
                },
                Self::Native {
                    function: b,
                    binds: y,
                },
            ) => std::ptr::fn_addr_eq(*a, *b) && x == y,
            _ => false,
        }
    }
}

/// What a function is as an attribute of a class.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Accessor {
    /// Nothing special.
    None,
    /// Becomes a bound method.
    Function,
    /// Is read and written through C functions.
    GetSet,
    /// Is read and written in the native struct.
    Member,
}

impl Vm {
    pub(crate) fn new_function(
        &self,
        class: &str,
        name: &str,
        code: Code,
        captured: usize,
    ) -> Local {
        let number = self.add_code(code);
        let class = self.builtin(class);
        let function = self
            .heap
            .allocate_small(Kind::Function, &class, CAPTURED + captured, 8);
        self.heap.set_word(&function, 0, number);
        let name = self.str(name);
        self.heap.set(&function, NAME, &name);
        function
    }

    /// A function in Rust. If it `binds`, it becomes a bound method when it is
    /// found in the class of an object, as functions of the language do.
    pub fn function(
        &self,
        name: &str,
        function: NativeFunction,
        captured: &[Local],
        binds: bool,
    ) -> Local {
        let class = if binds {
            "function"
        } else {
            "builtin_function_or_method"
        };
        let code = Code::Native { function, binds };
        let function = self.new_function(class, name, code, captured.len());
        for (index, value) in captured.iter().enumerate() {
            self.heap.set(&function, CAPTURED + index, value);
        }
        function
    }

    /// What the function was made with.
    ///
    /// # Panics
    ///
    /// If it was made with less.
    pub fn captured(&self, function: &Local, index: usize) -> Local {
        match self.heap.get(function, CAPTURED + index) {
            Some(value) => value,
            None => panic!("the function has captured less than that"),
        }
    }

    pub(crate) fn set_function_receiver(&self, function: &Local, receiver: &Local) {
        self.heap.set(function, RECEIVER, receiver);
    }

    pub(crate) fn set_function_module(&self, function: &Local, module: &Local) {
        self.heap.set(function, MODULE, module);
    }

    pub(crate) fn set_function_owner(&self, function: &Local, owner: &Local) {
        self.heap.set(function, OWNER, owner);
    }

    fn code_of(&self, function: &Local) -> Option<Code> {
        (self.heap.kind(function) == Kind::Function).then(|| self.code(self.heap.word(function, 0)))
    }

    /// Whether the object is the name of an extension's slot.
    pub(crate) fn is_dunder(&self, object: &Local) -> bool {
        matches!(self.code_of(object), Some(Code::Dunder { .. }))
    }

    /// What the object is as an attribute of a class; `None` if it is no function.
    pub(crate) fn accessor(&self, object: &Local) -> Option<Accessor> {
        let has_receiver = || self.heap.get(object, RECEIVER).is_some();
        Some(match self.code_of(object)? {
            Code::Native { binds, .. } if !binds => Accessor::None,
            Code::GetSet { .. } => Accessor::GetSet,
            Code::Member { .. } => Accessor::Member,
            _ if has_receiver() => Accessor::None,
            _ => Accessor::Function,
        })
    }

    pub(crate) fn function_name(&self, function: &Local) -> Local {
        let name = self.heap.get(function, NAME);
        name.unwrap_or_else(|| self.none())
    }

    pub(crate) fn function_receiver(&self, function: &Local) -> Option<Local> {
        self.heap.get(function, RECEIVER)
    }

    pub(crate) fn function_module(&self, function: &Local) -> Option<Local> {
        self.heap.get(function, MODULE)
    }

    /// The class that the function belongs to.
    pub(crate) fn function_owner(&self, function: &Local) -> Option<Local> {
        self.heap.get(function, OWNER)
    }

    /// The docstring as the extension wrote it.
    fn raw_doc(&self, function: &Local) -> Option<String> {
        match self.code_of(function)? {
            Code::Method { definition, .. } => definition.doc.clone(),
            Code::GetSet { definition, .. } => definition.doc.clone(),
            Code::Member { definition, .. } => definition.doc.clone(),
            _ => None,
        }
    }

    /// Where the signature at the start of a docstring ends.
    fn split_doc(&self, function: &Local) -> Option<(Option<String>, String)> {
        let doc = self.raw_doc(function)?;
        let name = self.text(&self.function_name(function))?;
        let signature = doc.strip_prefix(&name).filter(|rest| rest.starts_with('('));
        match signature.and_then(|rest| rest.split_once(")\n--\n\n")) {
            Some((signature, rest)) => Some((Some(format!("{signature})")), rest.to_owned())),
            None => Some((None, doc)),
        }
    }

    pub(crate) fn function_doc(&self, function: &Local) -> Option<Local> {
        let (_, doc) = self.split_doc(function)?;
        Some(self.str(&doc))
    }

    pub(crate) fn text_signature(&self, function: &Local) -> Local {
        match self.split_doc(function) {
            Some((Some(signature), _)) => self.str(&signature),
            _ => self.none(),
        }
    }

    /// The name that messages have for a callable.
    pub(crate) fn callable_name(&self, function: &Local) -> String {
        let name = self.text(&self.function_name(function)).unwrap_or_default();
        let owner = self
            .heap
            .get(function, OWNER)
            .map(|owner| self.class_name(&owner))
            .or_else(|| self.attribute_text(&self.heap.get(function, RECEIVER)?, "__name__"));
        match owner {
            Some(owner) => format!("{owner}.{name}"),
            None => name,
        }
    }

    /// Calls a function object.
    pub(crate) fn call_function(&self, function: &Local, mut arguments: Arguments) -> Result {
        let Some(code) = self.code_of(function) else {
            unreachable!("the caller has looked at the kind");
        };
        match code {
            Code::Native { function: code, .. } => {
                self.check_receiver(function, &arguments)?;
                code(self, function, arguments)
            }
            Code::Method { loader, definition } => {
                let receiver = match self.function_receiver(function) {
                    Some(receiver) => receiver,
                    None => self.take_receiver(function, &mut arguments)?,
                };
                self.call_method_def(loader, definition, function, &receiver, arguments)
            }
            Code::Dunder { definition, dunder } => {
                let receiver = self.take_receiver(function, &mut arguments)?;
                (dunder.call)(self, definition, receiver, arguments)
            }
            Code::GetSet { .. } | Code::Member { .. } => Err(self.not_callable(function)),
        }
    }

    /// `__new__` gets a class that derives from its own; every other function that
    /// belongs to a class gets an instance of it.
    fn check_receiver(&self, function: &Local, arguments: &Arguments) -> Result<()> {
        let Some(owner) = self.heap.get(function, OWNER) else {
            return Ok(());
        };
        let is_new = self.is_text(&self.function_name(function), "__new__");
        let class = self.type_name_of(&owner);
        let message = match arguments.positional.first() {
            Some(receiver) if !is_new => return self.check_owner(function, receiver),
            Some(receiver) if self.heap.kind(receiver) != Kind::Type => {
                let other = self.type_name_for(receiver);
                format!("{class}.__new__(X): X is not a type object ({other})")
            }
            Some(receiver) if !self.is_subclass(receiver, &owner) => {
                let other = self.type_name_of(receiver);
                format!("{class}.__new__({other}): {other} is not a subtype of {class}")
            }
            Some(_) => return Ok(()),
            None if is_new => format!("{class}.__new__(): not enough arguments"),
            None => {
                let name = self.text(&self.function_name(function)).unwrap_or_default();
                format!("unbound method {class}.{name}() needs an argument")
            }
        };
        Err(self.error("TypeError", &message))
    }

    /// The first argument, once it has been checked.
    fn take_receiver(&self, function: &Local, arguments: &mut Arguments) -> Result {
        self.check_receiver(function, arguments)?;
        match arguments.positional.is_empty() {
            true => Err(self.error("SystemError", "a descriptor without a class")),
            false => Ok(arguments.positional.remove(0)),
        }
    }

    fn call_method_def(
        &self,
        loader: &'static Loader<Self>,
        definition: &MethodDef,
        function: &Local,
        receiver: &Local,
        arguments: Arguments,
    ) -> Result {
        let name = || self.callable_name(function);
        let repr = || self.repr(function).unwrap_or_else(|_| name());
        let (values, names) = self.flatten(&arguments);
        // SAFETY: the extension of this loader gave the definition.
        let result = unsafe {
            loader.call_method(
                definition,
                &name,
                receiver.to_object(),
                values.iter().map(|value| value.to_object()),
                names
                    .as_ref()
                    .map(|(names, count)| (names.to_object(), *count)),
                Callee::Callable(&repr),
            )
        };
        self.rooted(result)
    }

    /// Arguments as C takes them: the values, and a tuple of names.
    pub(crate) fn flatten(&self, arguments: &Arguments) -> (Vec<Local>, Option<(Local, usize)>) {
        let mut values = arguments.positional.clone();
        values.extend(arguments.keywords.iter().map(|(_, value)| value.clone()));
        let names: Vec<Local> = arguments
            .keywords
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        let names = (!names.is_empty()).then(|| (self.tuple(&names), names.len()));
        (values, names)
    }

    /// Roots what the loader returned.
    pub(crate) fn rooted(
        &self,
        result: std::result::Result<crate::heap::Object, crate::heap::Object>,
    ) -> Result {
        match result {
            Ok(object) => Ok(self.heap.root(&object)),
            Err(error) => Err(self.heap.root(&error)),
        }
    }

    /// Roots the error of what returned something else.
    pub(crate) fn rooted_error<T>(
        &self,
        result: std::result::Result<T, crate::heap::Object>,
    ) -> Result<T> {
        result.map_err(|error| self.heap.root(&error))
    }

    fn check_owner(&self, accessor: &Local, object: &Local) -> Result<()> {
        match self.heap.get(accessor, OWNER) {
            Some(owner) if !self.is_instance(object, &owner) => {
                let name = self.text(&self.function_name(accessor)).unwrap_or_default();
                let message = format!(
                    "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
                    self.type_name_of(&owner),
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
            _ => Ok(()),
        }
    }

    /// Reads an attribute that lies in C.
    pub(crate) fn read_accessor(&self, accessor: &Local, object: &Local) -> Result {
        self.check_owner(accessor, object)?;
        let name = || self.text(&self.function_name(accessor)).unwrap_or_default();
        match self.code_of(accessor) {
            Some(Code::GetSet { loader, definition }) => match definition.getter {
                // SAFETY: the extension of this loader gave the function.
                Some(getter) => self.rooted(unsafe {
                    loader.call_getter(getter, object.to_object(), definition.closure)
                }),
                None => {
                    let message = format!(
                        "attribute '{}' of '{}' objects is not readable",
                        name(),
                        self.type_name_for(object)
                    );
                    Err(self.error("AttributeError", &message))
                }
            },
            Some(Code::Member { loader, definition }) => {
                let native = self.native_of(object)?;
                let type_name = self.type_name_for(object);
                // SAFETY: the object is an instance of the class that has the
                // member, and `object` keeps its struct.
                self.rooted(unsafe { member::get(loader, definition, &type_name, native) })
            }
            _ => unreachable!("the caller has looked"),
        }
    }

    fn native_of(&self, object: &Local) -> Result<*mut std::ffi::c_void> {
        let native = self
            .heap
            .companion(object)
            .and_then(|companion| companion.native());
        native.ok_or_else(|| self.error("TypeError", "the object has no native struct"))
    }

    /// Writes an attribute that lies in C; no value deletes.
    pub(crate) fn write_accessor(
        &self,
        accessor: &Local,
        object: &Local,
        value: Option<&Local>,
    ) -> Result<()> {
        self.check_owner(accessor, object)?;
        match self.code_of(accessor) {
            Some(Code::GetSet { loader, definition }) => match definition.setter {
                // SAFETY: the extension of this loader gave the function.
                Some(setter) => self.rooted_error(unsafe {
                    loader.call_setter(
                        setter,
                        object.to_object(),
                        value.map(Local::to_object),
                        definition.closure,
                    )
                }),
                None => {
                    let name = self.text(&self.function_name(accessor)).unwrap_or_default();
                    let message = format!(
                        "attribute '{name}' of '{}' objects is not writable",
                        self.type_name_for(object)
                    );
                    Err(self.error("AttributeError", &message))
                }
            },
            Some(Code::Member { loader, definition }) => {
                let native = self.native_of(object)?;
                let value = value.map(Local::to_object);
                // SAFETY: as in `read_accessor`; the VM has one thread.
                self.rooted_error(unsafe { member::set(loader, definition, native, value) })
            }
            _ => unreachable!("the caller has looked"),
        }
    }
}
