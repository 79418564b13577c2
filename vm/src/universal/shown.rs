//! The words of a report for what only Python can describe.

use crate::host::RustPython;
use hpy_loader::Loader;
use hpy_loader::abi::HPy;
use hpy_loader::debug::SummaryFormat;
use hpy_loader::sites::PythonFrame;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Objects and frames as functions of Python show them.
pub struct Shown<'a> {
    pub loader: &'static Loader<RustPython>,
    /// Gives the words for an object.
    pub show: PyObjectRef,
    /// Says of a frame of Python whether it is left out.
    pub is_runner: PyObjectRef,
    pub vm: &'a VirtualMachine,
}

impl SummaryFormat for Shown<'_> {
    fn object(&self, handle: HPy) -> String {
        let object = self.loader.object(handle);
        let shown = object.map(|object| -> PyResult<String> {
            let text = self.show.call((object,), self.vm)?;
            Ok(text.str(self.vm)?.to_string())
        });
        match shown {
            // Another thread has closed it meanwhile.
            None => "?".to_owned(),
            Some(Ok(text)) => text,
            Some(Err(error)) => format!("<{}>", error.as_object().class().name()),
        }
    }

    fn is_own(&self, frame: &PythonFrame) -> bool {
        let frame = (&*frame.function, &*frame.file, frame.line).to_pyobject(self.vm);
        let answer = self.is_runner.call((frame,), self.vm);
        let answer = answer.and_then(|answer| answer.try_to_bool(self.vm));
        !answer.unwrap_or(false)
    }
}
