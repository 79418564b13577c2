//! A file of tests, seen from outside: which tests can be run, and running one.

use super::check::{Checker, Reasons};
use super::interpreter::{Interpreter, VmResult};
use super::lower::lower;
use super::tree::Unit;
use std::collections::BTreeSet;

/// A file of tests that has been parsed.
pub struct TestFile {
    unit: Unit,
}

impl TestFile {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// What the parser says, with the line.
    pub fn parse(source: &str, file: &str) -> Result<Self, String> {
        let unit = lower(source, file)
            .map_err(|error| format!("{file}, line {}: {}", error.line, error.message))?;
        Ok(Self { unit })
    }

    /// Why the driver cannot express a test; nothing if it can. `builtins` are
    /// [`Interpreter::builtin_names`].
    pub fn reasons(&self, class: Option<&str>, test: &str, builtins: &BTreeSet<String>) -> Reasons {
        Checker::new(&self.unit, builtins).test(class, test)
    }
}

impl Interpreter {
    /// The names of all builtins.
    pub fn builtin_names(&self) -> BTreeSet<String> {
        let entries = self.vm.entries(&self.vm.builtins());
        entries
            .iter()
            .filter_map(|(name, _)| self.vm.text(name))
            .collect()
    }

    /// Runs a test of a module: `class().test()`, or `test()` without a class.
    ///
    /// # Errors
    ///
    /// The exception that the test has ended with.
    pub fn run_test(
        &self,
        module: &super::interpreter::Value,
        class: Option<&str>,
        test: &str,
    ) -> VmResult<()> {
        let owner = match class {
            Some(class) => {
                let class = self.vm.get_attr(module, class)?;
                self.vm.call(&class, Vec::new().into())?
            }
            None => module.clone(),
        };
        let function = self.vm.get_attr(&owner, test)?;
        self.vm.call(&function, Vec::new().into()).map(|_| ())
    }
}
