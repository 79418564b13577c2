//! The buffer protocol.

use super::declaration::trampolines;
use super::passage::{Passage, Way};
use super::running::{run, run_unchecked};
use crate::abi::*;
use crate::handles::RawHandle;
use crate::loader::Loader;
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};
use std::ffi::c_int;

/// What `bf_getbuffer` has returned, and its exporter.
struct Filled(c_int, HPy);

impl Outcome for Filled {
    fn is_failure(&self) -> Option<bool> {
        self.0.is_failure()
    }
}

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
    ) -> VmResult<Option<R::Object>, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe {
            let result = function(way.context, way.arg(0), &raw mut *buffer, flags);
            let exporter = std::mem::replace(&mut buffer.obj, HPy::NULL);
            Filled(result, way.own(exporter))
        };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, filled| {
            // While the call has the lock, and of a function that fails as well.
            let Filled(result, exporter) = filled;
            let duplicate = |object: &R::Object| loader.runtime().duplicate(object);
            let exporter = loader
                .handles()
                .take_with(RawHandle::from_bits(exporter.0), duplicate);
            call.integer(result)?;
            Ok(exporter)
        })
    }

    /// Calls `bf_releasebuffer`.
    pub fn call_releasebuffer(
        loader,
        function: HPyFunc_releasebufferproc,
        object: R::Object,
        buffer: &mut HPy_buffer
    ) -> VmResult<(), R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe {
            buffer.obj = way.arg(0);
            function(way.context, way.arg(0), &raw mut *buffer);
            buffer.obj = HPy::NULL;
        };
        run_unchecked::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, ()| {
            call.integer(0).map(drop)
        })
    }
}
