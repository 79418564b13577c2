//! Modules, imports, and objects of the language's own.

use super::class::Definition;
use super::function::{Code, RECEIVER};
use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::library::{ExceptionKind, Library, LoadError};
use hpy_loader::modes::Mode;
use hpy_loader::runtime::PyObjects;
use hpy_loader::spec::ModuleDef;
use hpy_loader::{Execution, Loader};
use std::path::Path;

/// A module of an extension before its slots have run, and what runs them.
type NewModule = (Local, &'static Loader<Vm>, Execution);

impl Vm {
    /// A module object, not put into [`modules`](Self::modules).
    pub fn module(&self, name: &str) -> Local {
        let class = self.builtin("module");
        let module = self.heap.allocate_small(Kind::Module, &class, 0, 0);
        let attributes = self.attributes_of(&module);
        self.dict_set_str(&attributes, "__name__", &self.str(name));
        for name in ["__doc__", "__package__", "__loader__", "__spec__"] {
            self.dict_set_str(&attributes, name, &self.none());
        }
        module
    }

    /// The module that an extension defines.
    pub(crate) fn extension_module(
        &self,
        loader: &'static Loader<Self>,
        spec: &Local,
        definition: &'static ModuleDef,
    ) -> Result {
        let name = self.get_attr(spec, "name")?;
        let name_text = self.display(&name)?;
        let module = self.module(&name_text);
        let attributes = self.attributes_of(&module);
        if let Some(doc) = &definition.doc {
            self.dict_set_str(&attributes, "__doc__", &self.str(doc));
        }
        for definition in &definition.methods {
            let (name_of_function, code) = (&definition.name, Code::Method { loader, definition });
            let class = "builtin_function_or_method";
            let function = self.new_function(class, name_of_function, code, 0);
            self.heap.set(&function, RECEIVER, &module);
            self.set_function_module(&function, &name);
            self.dict_set_str(&attributes, name_of_function, &function);
        }
        Ok(module)
    }

    /// Loads a universal binary as the module `name` in a mode, and puts it into
    /// [`modules`](Self::modules).
    ///
    /// # Errors
    ///
    /// `ImportError` or `RuntimeError` for a file that can't be loaded, or what
    /// the module raises.
    pub fn load(&self, path: &Path, name: &str, mode: Mode) -> Result {
        let spec = self.module_spec(name, path)?;
        let made = self.create_from_file(path, name, &spec, mode)?;
        // Entered first: what a slot imports may import the module itself.
        let modules = self.modules();
        self.dict_set_str(&modules, name, &made.0);
        let executed = self.execute(made, name);
        if executed.is_err() {
            self.dict_remove_str(&modules, name);
        }
        executed
    }

    /// The same with a spec of the caller's, as `hpy.universal.load` takes it: the
    /// module is put nowhere.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with_spec(&self, path: &Path, name: &str, spec: &Local, mode: Mode) -> Result {
        let made = self.create_from_file(path, name, spec, mode)?;
        self.execute(made, name)
    }

    fn create_from_file(
        &self,
        path: &Path,
        name: &str,
        spec: &Local,
        mode: Mode,
    ) -> Result<NewModule> {
        let loader = self.loader().in_mode(mode, name);
        // SAFETY: whoever calls this trusts the file, as for any import.
        let library = unsafe { Library::open_for(name, path, Vm::C_API) };
        let library = library.map_err(|error| self.load_error(&error))?;
        // SAFETY: the context is whole, of the version that the library was
        // checked for, and lives as long as the process. A process that starts
        // two VMs and loads one file into both has broken `load`'s contract.
        unsafe { library.init_global_context(loader.context()) };
        // SAFETY: the file is trusted to be built as HPy prescribes.
        let definition = unsafe { library.init() }.map_err(|error| self.load_error(&error))?;
        // SAFETY: `init` returned the definition, and the context is ours.
        let made = unsafe { loader.create_module(definition.as_ref(), spec.to_object(), name) };
        let (module, execution) = self.rooted_error(made)?;
        let module = self.heap.root(&module);
        if self.heap.kind(&module) == Kind::Module {
            let file = self.str(&path.display().to_string());
            self.set_attr(&module, "__file__", Some(&file))?;
            self.set_attr(&module, "__spec__", Some(spec))?;
        }
        Ok((module, loader, execution))
    }

    fn execute(&self, (module, loader, execution): NewModule, name: &str) -> Result {
        self.rooted(loader.execute_module(module.to_object(), execution, name))
    }

    /// What `HPy_mod_create` gets: an object with the module's name and origin.
    fn module_spec(&self, name: &str, path: &Path) -> Result {
        let spec = self.call(&self.builtin("ModuleSpec"), Vec::new().into())?;
        let origin = self.str(&path.display().to_string());
        self.set_attr(&spec, "name", Some(&self.str(name)))?;
        self.set_attr(&spec, "origin", Some(&origin))?;
        Ok(spec)
    }

    fn load_error(&self, error: &LoadError) -> Local {
        let class = match error.exception() {
            ExceptionKind::RuntimeError => "RuntimeError",
            _ => "ImportError",
        };
        self.error(class, &error.to_string())
    }

    /// `importlib.import_module(name)`: the table of modules, then the language.
    ///
    /// # Errors
    ///
    /// `ModuleNotFoundError`, or what the module raises.
    pub fn import(&self, name: &str) -> Result {
        if let Some(module) = self.dict_get_str(&self.modules(), name) {
            return Ok(module);
        }
        let made = match self.language() {
            Some(language) => language.import(self, name)?,
            None => None,
        };
        match made {
            Some(module) => {
                self.dict_set_str(&self.modules(), name, &module);
                Ok(module)
            }
            None => {
                let message = format!("No module named '{name}'");
                Err(self.error("ModuleNotFoundError", &message))
            }
        }
    }

    /// An object that only the language looks into: references, which are empty at first.
    pub fn record(&self, class: &Local, refs: usize) -> Local {
        self.heap.allocate_small(Kind::Record, class, refs, 0)
    }

    /// A reference of a record.
    pub fn record_get(&self, record: &Local, index: usize) -> Option<Local> {
        self.heap.get(record, index)
    }

    /// Replaces or empties a reference of a record.
    pub fn record_set(&self, record: &Local, index: usize, value: Option<&Local>) {
        match value {
            Some(value) => self.heap.set(record, index, value),
            None => self.heap.clear(record, index),
        }
    }

    /// The definition of the nearest extension class on the way to `object` that
    /// satisfies a condition.
    pub(crate) fn find_definition(
        &self,
        class: &Local,
        wanted: impl Fn(&Definition) -> bool,
    ) -> Option<Definition> {
        self.ask_classes(class, |class| {
            self.class_info(&class).definition.filter(&wanted)
        })
    }
}
