//! Where an exception came from.
//!
//! `__traceback__` is a list of `(file, line, function)`, innermost first: what
//! `traceback.extract_tb` of the library makes its entries from.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};

impl Interpreter {
    /// Notes that `error` has come through a frame, once.
    pub(super) fn note_traceback(&self, error: &Value, frame: &Frame) -> VmResult<()> {
        let identity = Some(self.vm.heap().identity(error));
        if frame.noted.replace(identity) == identity {
            return Ok(());
        }
        let known = self.vm.get_attr_optional(error, "__traceback__")?;
        let list = match known {
            Some(list) if !self.vm.is_none(&list) => list,
            _ => {
                let list = self.vm.list(&[]);
                self.vm.set_attr(error, "__traceback__", Some(&list))?;
                list
            }
        };
        let entry = self.vm.tuple(&[
            self.vm.str(&frame.unit.unit.file),
            self.vm.int(self.running.line().into()),
            self.vm.str(frame.code.name),
        ]);
        self.vm.list_append(&list, &entry)
    }

    /// The exception as a person reads it, with the lines that it came from.
    pub fn report(&self, error: &Value) -> String {
        let mut text = String::new();
        if let Ok(Some(list)) = self.vm.get_attr_optional(error, "__traceback__") {
            for entry in self.vm.items(&list).unwrap_or_default().iter().rev() {
                if let Some([file, line, name]) = self.vm.items(entry).as_deref() {
                    let show = |value| self.vm.display(value).unwrap_or_default();
                    let (file, line, name) = (show(file), show(line), show(name));
                    text += &format!("  {file}:{line}: in {name}\n");
                }
            }
        }
        text + &self.vm.describe_error(error)
    }
}
