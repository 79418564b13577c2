//! The buffer protocol.

use super::Call;
use crate::abi::*;
use crate::handles::Word;
use crate::loader::Loader;
use crate::runtime::{Fallible, Runtime};
use std::ffi::{c_int, c_void};

/// Calls of an exporter's functions.
///
/// # Safety
///
/// For all methods: `function` came from a definition that the extension of
/// this loader gave, for the signature that the method is for.
#[allow(clippy::missing_safety_doc)]
impl<R: Runtime> Loader<R> {
    /// Calls `bf_getbuffer`. On success the buffer is filled in, and its `obj`
    /// has become a root of the exporter, returned beside it; the handle in the
    /// buffer is closed.
    pub unsafe fn call_getbuffer(
        &'static self,
        function: HPyFunc_getbufferproc,
        object: R::Object,
        buffer: &mut HPy_buffer,
        flags: c_int,
    ) -> Fallible<Option<R::Object>, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            let result = function(way.context, way.handle(object), &raw mut *buffer, flags);
            buffer.obj = way.own(buffer.obj);
            result
        });
        let exporter = std::mem::replace(&mut buffer.obj, HPy::NULL);
        // While the call has the lock, and of a function that fails as well.
        let exporter = self
            .handles()
            .take_with(Word::from_bits(exporter.0), |object| {
                self.runtime().duplicate(object)
            });
        call.integer(result)?;
        Ok(exporter)
    }

    /// Calls `bf_releasebuffer`.
    pub unsafe fn call_releasebuffer(
        &'static self,
        function: HPyFunc_releasebufferproc,
        object: R::Object,
        buffer: &mut HPy_buffer,
    ) -> Fallible<(), R> {
        let mut call = Call::unchecked(self);
        let object = call.push(object)?;
        buffer.obj = object;
        // SAFETY: the caller vouches for the function.
        call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object), buffer)
        });
        buffer.obj = HPy::NULL;
        call.integer(0).map(drop)
    }
}
