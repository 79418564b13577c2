//! `import`: the library, then files.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use crate::syntax::Kind;
use ruff_python_ast::{Alias, StmtImportFrom};

impl Interpreter {
    /// `import a.b`: binds `a`, or with `as` the submodule.
    pub(super) fn import(&self, frame: &mut Frame, alias: &Alias) -> VmResult<()> {
        let name = alias.name.as_str();
        let module = self.vm.import(name).and_then(|module| {
            let first = name.split('.').next().unwrap_or(name);
            match alias.asname {
                Some(_) => Ok(module),
                None => self.vm.import(first),
            }
        });
        match module {
            Ok(module) => self.store(frame, frame.place(&alias.node_index), module),
            Err(error) => self.missing(frame, error),
        }
    }

    /// `from a import b`.
    pub(super) fn import_from(&self, frame: &mut Frame, node: &StmtImportFrom) -> VmResult<()> {
        let name = self.absolute(frame, node)?;
        let module = match self.vm.import(&name) {
            Ok(module) => module,
            Err(error) => return self.missing(frame, error),
        };
        for alias in &node.names {
            let attribute = alias.name.as_str();
            let value = match self.vm.get_attr_optional(&module, attribute)? {
                Some(value) => Ok(value),
                None => self.submodule(&name, attribute),
            };
            match value {
                Ok(value) => self.store(frame, frame.place(&alias.node_index), value)?,
                Err(error) => return self.missing(frame, error),
            }
        }
        Ok(())
    }

    /// A file of tests is loaded for the tests that need nothing else than what there
    /// is. To the others a name is missing.
    fn missing(&self, frame: &Frame, error: Value) -> VmResult<()> {
        let name = self.vm.dict_get_str(&frame.globals, "__name__");
        let name = name.and_then(|name| self.vm.text(&name));
        let is_test_file = name.is_some_and(|name| name.starts_with("test."));
        match self.vm.is_error(&error, "ImportError")
            && frame.code.kind == Kind::Module
            && is_test_file
        {
            true => Ok(()),
            false => Err(error),
        }
    }

    fn submodule(&self, package: &str, name: &str) -> VmResult<Value> {
        self.vm
            .import(&format!("{package}.{name}"))
            .map_err(|error| {
                if !self.vm.is_error(&error, "ImportError") {
                    return error;
                }
                let message = format!("cannot import name '{name}' from '{package}'");
                self.error("ImportError", &message)
            })
    }

    /// The full name of what `import` asks for, relative to the module that the
    /// frame belongs to.
    fn absolute(&self, frame: &Frame, import: &StmtImportFrom) -> VmResult<String> {
        let module = import.module.as_ref().map_or("", |name| name.as_str());
        if import.level == 0 {
            return Ok(module.to_owned());
        }
        let package = self.vm.dict_get_str(&frame.globals, "__package__");
        let package = package.and_then(|package| self.vm.text(&package));
        let mut package = &*package.unwrap_or_default();
        for _ in 1..import.level {
            package = package.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        if package.is_empty() {
            let message = "attempted relative import with no known parent package";
            return Err(self.error("ImportError", message));
        }
        Ok(match module {
            "" => package.to_owned(),
            module => format!("{package}.{module}"),
        })
    }

    /// Finds and runs a module that nobody has imported yet.
    pub(crate) fn find_module(&self, name: &str) -> VmResult<Option<Value>> {
        if let Some(module) = (self.library)(self, name)? {
            return Ok(Some(module));
        }
        let Some((parent, leaf)) = name.rsplit_once('.') else {
            return self.load_module(name);
        };
        let parent = self.vm.import(parent)?;
        let module = self.load_module(name)?;
        if let Some(module) = &module {
            self.vm.set_attr(&parent, leaf, Some(module))?;
        }
        Ok(module)
    }

    fn load_module(&self, name: &str) -> VmResult<Option<Value>> {
        let relative = name.replace('.', "/");
        let leaf = name.rsplit('.').next().unwrap_or(name);
        for directory in self.path.borrow().clone() {
            let base = directory.join(&relative);
            let binary = base.with_file_name(format!("{leaf}.hpy0.so"));
            if binary.is_file() {
                let mode = self.mode_for(name)?;
                return self.vm.load(&binary, name, mode).map(Some);
            }
            let package = base.join("__init__.py");
            if package.is_file() {
                return self.run_file(&package, name).map(Some);
            }
            let file = base.with_file_name(format!("{leaf}.py"));
            if file.is_file() {
                return self.run_file(&file, name).map(Some);
            }
        }
        // A directory without an `__init__.py` is a package as well.
        for directory in self.path.borrow().clone() {
            if directory.join(&relative).is_dir() {
                let module = self.vm.module(name);
                self.vm
                    .set_attr(&module, "__package__", Some(&self.vm.str(name)))?;
                return Ok(Some(module));
            }
        }
        Ok(None)
    }
}
