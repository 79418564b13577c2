//! Functions: of the VM, of its language, and of extensions.
//!
//! A function object has its code in its companion, since a Rust function or a
//! reference to a definition has no place in the heap.

use super::class::Definition;
use super::dunder::Dunder;
use crate::heap::{Kind, Local};
use crate::vm::{NativeFunction, Vm};
use hpy_loader::Loader;
use hpy_loader::spec::{GetSetDef, MemberDef, MethodDef};

/// The references of a function. What it has captured follows.
const NAME: usize = 0;
pub(super) const RECEIVER: usize = 1;
pub(super) const MODULE: usize = 2;
/// The class that a descriptor belongs to.
pub(super) const OWNER: usize = 3;
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

impl Vm {
    pub(crate) fn new_function(
        &self,
        class: &str,
        name: &str,
        code: Code,
        captured: usize,
    ) -> Local {
        let class = self.builtin(class);
        let refs = CAPTURED + captured;
        let function = self.heap.allocate_small(Kind::Function, &class, refs, 0);
        let companion = self.heap.make_companion(&function);
        companion.set_payload(Box::new(code));
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
        let class = match binds {
            true => "function",
            false => "builtin_function_or_method",
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

    /// Sets the `__module__` of a function.
    pub fn set_function_module(&self, function: &Local, module: &Local) {
        self.heap.set(function, MODULE, module);
    }

    /// What a class has under a name: a function that gets instances of it.
    pub(super) fn descriptor(&self, class: &str, name: &str, code: Code, owner: &Local) -> Local {
        let function = self.new_function(class, name, code, 0);
        self.heap.set(&function, OWNER, owner);
        function
    }

    pub(super) fn code_of(&self, function: &Local) -> Option<Code> {
        self.heap.companion(function)?.payload::<Code>().copied()
    }

    /// Whether the object is a function that belongs to no class by the VM's own doing.
    pub(super) fn is_of_language(&self, object: &Local) -> bool {
        self.heap.kind(object) == Kind::Function && self.heap.get(object, OWNER).is_none()
    }

    /// Whether the object is the name of an extension's slot.
    pub(crate) fn is_dunder(&self, object: &Local) -> bool {
        matches!(self.code_of(object), Some(Code::Dunder { .. }))
    }

    pub(crate) fn function_name(&self, function: &Local) -> String {
        let name = self.heap.get(function, NAME);
        name.and_then(|name| self.text(&name)).unwrap_or_default()
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
        let name = self.function_name(function);
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
        let name = self.function_name(function);
        let class = self.heap.get(function, OWNER);
        let module = || self.attribute_text(&self.heap.get(function, RECEIVER)?, "__name__");
        let owner = class.map(|class| self.class_name(&class)).or_else(module);
        match owner {
            Some(owner) => format!("{owner}.{name}"),
            None => name,
        }
    }
}
