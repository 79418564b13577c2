//! Running one test of a file.

use super::interpreter::{Fallible, Interpreter, Value};

impl Interpreter {
    /// Runs a test of a module: `class().test()`, or `test()` without a class.
    ///
    /// # Errors
    ///
    /// The exception that the test has ended with.
    pub fn run_test(&self, module: &Value, class: Option<&str>, test: &str) -> Fallible<()> {
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
