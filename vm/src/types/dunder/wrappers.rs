//! What RustPython does for calls of slots by their names.

use crate::functions::keyword_dict;
use crate::host::{RustPython, into_exception};
use crate::types::call;
use hpy_loader::abi::HPyFunc_keywords;
use hpy_loader::call::wrapper::{SlotWrappers, WrapperCall};
use num_traits::ToPrimitive;
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

impl SlotWrappers<RustPython> for VirtualMachine {
    type Value = PyObjectRef;
    type Error = PyBaseExceptionRef;
    type Keywords = KwArgs;

    fn object(&self, value: PyObjectRef) -> PyObjectRef {
        value
    }

    fn value(&self, object: PyObjectRef) -> PyObjectRef {
        object
    }

    fn error(&self, error: PyObjectRef) -> PyBaseExceptionRef {
        into_exception(error, self)
    }

    fn is_none(&self, value: &PyObjectRef) -> bool {
        VirtualMachine::is_none(self, value)
    }

    fn index(&self, value: &PyObjectRef) -> PyResult<isize> {
        let index = value.try_index(self)?;
        index.as_bigint().to_isize().ok_or_else(|| {
            let class = value.class().name();
            self.new_overflow_error(format!("cannot fit '{class}' into an index-sized integer"))
        })
    }

    fn length(&self, value: &PyObjectRef) -> PyResult<Option<usize>> {
        value.sequence_unchecked().length_opt(self).transpose()
    }

    fn has_keywords(keywords: &KwArgs) -> bool {
        !keywords.is_empty()
    }

    fn keyword_dict(&self, keywords: KwArgs) -> PyResult<Option<PyObjectRef>> {
        keyword_dict(keywords, self)
    }

    /// Which function runs is the instance's to say, see [`call`].
    fn call(call: WrapperCall<'_, RustPython, Self>, _: HPyFunc_keywords) -> PyResult {
        let args = FuncArgs::new(call.args, call.keywords);
        call::tp_call(&call.this, args, call.vm)
    }
}
