//! The buffer protocol.

use super::arguments::passed;
use super::running::{CallMode, PreparedCall, RunningCall, run};
use super::signature::{Invoke, Signature};
use super::{AskedBy, Callee};
use crate::abi::*;
use crate::call::Loader;
use crate::handles::RawHandle;
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};
use std::ffi::c_int;

/// What `bf_getbuffer` has returned, and its exporter.
struct Filled(c_int, HPy);

impl Outcome for Filled {
    fn is_failure(&self) -> bool {
        self.0.is_failure()
    }
}

/// The object, a buffer to fill in, and the flags. On success the buffer is filled in,
/// and its `obj` has become a root of the exporter, which is the result; the handle in
/// the buffer is closed.
impl Signature for HPyFunc_getbufferproc {
    type Args<'a, O> = (O, &'a mut HPy_buffer, c_int);
    type Output<O> = Option<O>;
}

impl<R: Runtime> Invoke<R> for HPyFunc_getbufferproc {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (object, buffer, flags): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<Option<R::Object>, R> {
        loader.runtime().check_stack()?;
        let go = |prepared: PreparedCall<'_>| {
            let place = &raw mut *buffer;
            let result = passed!(function prepared [prepared.arg(0), place, flags,] []);
            let exporter = std::mem::replace(&mut buffer.obj, HPy::NULL);
            Filled(result, prepared.own(exporter))
        };
        let judge = |call: &mut RunningCall<R, _>, Filled(result, exporter)| {
            // While the call has the lock, and of a function that fails as well.
            let duplicate = |object: &R::Object| loader.runtime().duplicate(object);
            let exporter = RawHandle::from_bits(exporter.0);
            let exporter = loader.core().handles().take_with(exporter, duplicate);
            call.integer((), result < 0, Callee::Slot)?;
            Ok(exporter)
        };
        let objects = [Some(object)];
        run::<R, P, _, _, _>(loader, function.address(), HPy::NULL, objects, go, judge)
    }
}

/// The object, and a buffer that it has filled in.
impl Signature for HPyFunc_releasebufferproc {
    type Args<'a, O> = (O, &'a mut HPy_buffer);
    type Output<O> = ();
}

impl<R: Runtime> Invoke<R> for HPyFunc_releasebufferproc {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (object, buffer): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<(), R> {
        let go = |prepared: PreparedCall<'_>| {
            buffer.obj = prepared.arg(0);
            let place = &raw mut *buffer;
            passed!(function prepared [prepared.arg(0), place,] []);
            buffer.obj = HPy::NULL;
        };
        let judge = |call: &mut RunningCall<R, _>, ()| call.integer((), false, Callee::Slot);
        let (address, objects) = (function.address(), [Some(object)]);
        run::<R, P, _, _, _>(loader, address, HPy::NULL, objects, go, judge)
    }
}
