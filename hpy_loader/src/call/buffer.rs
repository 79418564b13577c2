//! The buffer protocol.

use super::passage::Passage;
use super::running::Call;
use super::trampolines::trampolines;
use crate::abi::*;
use crate::handles::Word;
use crate::loader::Loader;
use crate::runtime::{Fallible, Runtime};
use std::ffi::{c_int, c_void};

trampolines! {
    BufferCalls, buffers;

    /// Calls `bf_getbuffer`. On success the buffer is filled in, and its `obj`
    /// has become a root of the exporter, returned beside it; the handle in the
    /// buffer is closed.
    pub fn call_getbuffer(
        loader,
        function: HPyFunc_getbufferproc,
        object: R::Object,
        buffer: &mut HPy_buffer,
        flags: c_int
    ) -> Fallible<Option<R::Object>, R> {
        let call = Call::<R, P, _>::with(loader, [Some(object)])?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            let result = function(way.context, way.arg(0), &raw mut *buffer, flags);
            buffer.obj = way.own(buffer.obj);
            result
        });
        let exporter = std::mem::replace(&mut buffer.obj, HPy::NULL);
        // While the call has the lock, and of a function that fails as well.
        let exporter = loader
            .handles()
            .take_with(Word::from_bits(exporter.0), |object| {
                loader.runtime().duplicate(object)
            });
        call.integer(result)?;
        Ok(exporter)
    }

    /// Calls `bf_releasebuffer`.
    pub fn call_releasebuffer(
        loader,
        function: HPyFunc_releasebufferproc,
        object: R::Object,
        buffer: &mut HPy_buffer
    ) -> Fallible<(), R> {
        let call = Call::<R, P, _>::unchecked(loader, [Some(object)])?;
        // SAFETY: the caller vouches for the function.
        call.invoke(function as *const c_void, |way| unsafe {
            buffer.obj = way.arg(0);
            function(way.context, way.arg(0), buffer)
        });
        buffer.obj = HPy::NULL;
        call.integer(0).map(drop)
    }
}
