//! `tp_new` and `tp_init`.

use super::running::{CallMode, PreparedCall, RunningCall, run_many};
use super::signature::{Invoke, Signature};
use super::{AskedBy, Callee};
use crate::abi::*;
use crate::call::Loader;
use crate::modes::Outcome;
use crate::runtime::{Runtime, VmResult};

/// What calls a function, its last argument, that makes or initializes an instance. The
/// keywords are a dict.
type Constructor<T> =
    unsafe extern "C" fn(*mut HPyContext, HPy, *const HPy, HPy_ssize_t, HPy, HPyCFunction) -> T;

/// Calls a constructor for a class or an instance.
#[inline(always)]
fn construct<R: Runtime, P: CallMode, T: Outcome, U>(
    loader: &'static Loader<R>,
    (function, address): (Constructor<T>, HPyCFunction),
    (receiver, args, keywords): (R::Object, Vec<R::Object>, Option<R::Object>),
    judge: impl FnOnce(&mut RunningCall<R>, T) -> VmResult<U, R>,
) -> VmResult<U, R> {
    let count = args.len();
    let objects = (Some(receiver), args, keywords);
    let go = |prepared: PreparedCall<'_>| {
        let (receiver, args, keywords) = prepared.split(count);
        let (context, count) = (prepared.context, count.cast_signed());
        // SAFETY: as in `passed!`; there are `count` arguments behind the receiver.
        unsafe { function(context, receiver, args, count, keywords, address) }
    };
    run_many::<R, P, _, _>(loader, address, HPy::NULL, objects, go, judge)
}

/// The class, positional arguments, keywords as a dict or none, and who is called in a
/// message.
impl Signature for HPyFunc_newfunc {
    type Args<'a, O> = (O, Vec<O>, Option<O>, Callee<'a>);
    type Output<O> = O;
}

impl<R: Runtime> Invoke<R> for HPyFunc_newfunc {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (class, args, keywords, callee): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<R::Object, R> {
        let args = (class, args, keywords);
        let function = (function.framed(), function.address());
        construct::<R, P, _, _>(loader, function, args, |call, made| {
            call.object(made, callee)
        })
    }
}

/// The instance, positional arguments, and keywords as a dict or none.
impl Signature for HPyFunc_initproc {
    type Args<'a, O> = (O, Vec<O>, Option<O>);
    type Output<O> = ();
}

impl<R: Runtime> Invoke<R> for HPyFunc_initproc {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        args: Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<(), R> {
        let function = (function.framed(), function.address());
        construct::<R, P, _, _>(loader, function, args, |call, result| {
            call.integer((), result < 0, Callee::Slot)
        })
    }
}
