//! The slots of types and modules, and the functions of attributes.

use super::arguments::{given, opened, passed};
use super::result::{Hash, Status};
use super::running::{CallMode, PreparedCall, RunningCall, run};
use super::signature::{Callable, Invoke, Signature, Trampoline};
use super::{AskedBy, Callee};
use crate::abi::*;
use crate::call::Loader;
use crate::runtime::{CompareOp, Runtime, VmResult};
use crate::spec;
use std::cell::Cell;

impl<R: Runtime> Loader<R> {
    /// Calls a slot of a type or module, or the function of an attribute. What it
    /// takes and gives follows from the function's type; see its [`Signature`].
    ///
    /// # Errors
    ///
    /// What the function raised, or the `SystemError` for a result that breaks the
    /// rules.
    #[inline(always)]
    pub fn call_slot<F: Callable<R>>(
        &'static self,
        function: F,
        args: F::Args<'_, R::Object>,
    ) -> VmResult<F::Output<R::Object>, R> {
        F::trampoline(self)(self, function, args, AskedBy::Operator)
    }
}

/// Declares the functions that are called as slots: where a loader has what calls
/// them.
macro_rules! slot_calls {
    ($($name:ident: $function:ident,)*) => {
        /// What calls slots, in the mode of a loader.
        pub(super) struct SlotCalls<R: Runtime> {
            $($name: Trampoline<R, $function>,)*
        }

        impl<R: Runtime> SlotCalls<R> {
            pub(super) fn through<P: CallMode>() -> Self {
                Self { $($name: <$function as Invoke<R>>::invoke::<P>,)* }
            }
        }

        $(impl<R: Runtime> Callable<R> for $function {
            #[inline(always)]
            fn trampoline(loader: &Loader<R>) -> Trampoline<R, Self> {
                loader.trampolines().slots.$name
            }
        })*
    };
}

slot_calls! {
    unary: HPyFunc_unaryfunc,
    binary: HPyFunc_binaryfunc,
    ternary: HPyFunc_ternaryfunc,
    inquiry: HPyFunc_inquiry,
    length: HPyFunc_lenfunc,
    hash: HPyFunc_hashfunc,
    ssizearg: HPyFunc_ssizeargfunc,
    ssizeobjarg: HPyFunc_ssizeobjargproc,
    objobjarg: HPyFunc_objobjargproc,
    objobj: HPyFunc_objobjproc,
    compare: HPyFunc_richcmpfunc,
    descr_get: HPyFunc_descrgetfunc,
    getter: HPyFunc_getter,
    setter: HPyFunc_setter,
    new: HPyFunc_newfunc,
    init: HPyFunc_initproc,
    finalize: HPyFunc_destructor,
    getbuffer: HPyFunc_getbufferproc,
    releasebuffer: HPyFunc_releasebufferproc,
    mod_create: HPyFunc_mod_create,
    mod_exec: HPyFunc_mod_exec,
}

/// The type of a result.
macro_rules! output {
    (object $object:ty) => {
        $object
    };
    (nothing $object:ty) => {
        ()
    };
    (truth $object:ty) => {
        bool
    };
    (length $object:ty) => {
        usize
    };
    (hash $object:ty) => {
        HPy_hash_t
    };
}

/// A result as C gives it, of a type that tells whether it can be a failure.
macro_rules! returned {
    (nothing $result:expr) => {
        Status($result)
    };
    (hash $result:expr) => {
        Hash($result)
    };
    ($kind:ident $result:expr) => {
        $result
    };
}

/// What the VM gets for a result of C.
macro_rules! judge {
    (object $call:ident $result:ident $asked:ident) => {
        $call.object($result, Callee::Slot)
    };
    (nothing $call:ident $result:ident $asked:ident) => {{
        let Status(status) = $result;
        $call
            .slot_integer(status, |status| status != 0, $asked)
            .map(drop)
    }};
    (truth $call:ident $result:ident $asked:ident) => {
        $call
            .slot_integer($result, |result| result < 0, $asked)
            .map(|result| result != 0)
    };
    (length $call:ident $result:ident $asked:ident) => {
        $call
            .slot_integer($result, |result| result < 0, $asked)
            .map(isize::cast_unsigned)
    };
    (hash $call:ident $result:ident $asked:ident) => {{
        let Hash(hash) = $result;
        $call.slot_integer(hash, |hash| hash == -1, $asked)
    }};
}

pub(super) use judge;

/// Declares how slots are called whose arguments are of the kinds in
/// [`arguments`](super::arguments).
macro_rules! signatures {
    ($($function:ident($($arg:ident: $kind:ident),*) -> $result:ident;)*) => { $(
        impl Signature for $function {
            type Args<'a, O> = ($(given!($kind O),)*);
            type Output<O> = output!($result O);
        }

        impl<R: Runtime> Invoke<R> for $function {
            #[allow(unused_variables, reason = "an object is judged alike")]
            fn invoke<P: CallMode>(
                loader: &'static Loader<R>,
                function: Self,
                ($($arg,)*): Self::Args<'_, R::Object>,
                asked: AskedBy,
            ) -> VmResult<Self::Output<R::Object>, R> {
                loader.runtime().check_stack()?;
                let go = |prepared: PreparedCall<'_>| {
                    returned!($result passed!(function prepared [] [0 1 2] $($arg: $kind,)*))
                };
                let objects = opened!([] $($arg: $kind,)*);
                let judge = |call: &mut RunningCall<R, _>, result| judge!($result call result asked);
                run::<R, P, _, _, _>(loader, function.address(), HPy::NULL, objects, go, judge)
            }
        }
    )* };
}

signatures! {
    HPyFunc_unaryfunc(this: object) -> object;
    HPyFunc_binaryfunc(a: object, b: object) -> object;
    HPyFunc_ternaryfunc(a: object, b: object, c: object) -> object;
    HPyFunc_inquiry(this: object) -> truth;
    HPyFunc_lenfunc(this: object) -> length;
    HPyFunc_hashfunc(this: object) -> hash;
    HPyFunc_ssizeargfunc(this: object, index: index) -> object;
    HPyFunc_ssizeobjargproc(this: object, index: index, value: optional) -> nothing;
    HPyFunc_objobjargproc(this: object, key: object, value: optional) -> nothing;
    HPyFunc_objobjproc(container: object, key: object) -> truth;
    HPyFunc_richcmpfunc(a: object, b: object, op: operator) -> object;
    HPyFunc_descrgetfunc(this: object, instance: optional, owner: optional) -> object;
    HPyFunc_getter(this: object, closure: closure) -> object;
    HPyFunc_setter(this: object, value: optional, closure: closure) -> nothing;
}

/// The value of an operator as C gets it.
pub(super) fn compare_op(op: CompareOp) -> HPy_RichCmpOp {
    match op {
        CompareOp::Lt => HPy_RichCmpOp::HPy_LT,
        CompareOp::Le => HPy_RichCmpOp::HPy_LE,
        CompareOp::Eq => HPy_RichCmpOp::HPy_EQ,
        CompareOp::Ne => HPy_RichCmpOp::HPy_NE,
        CompareOp::Gt => HPy_RichCmpOp::HPy_GT,
        CompareOp::Ge => HPy_RichCmpOp::HPy_GE,
    }
}

/// The spec, and the name of the module for messages.
impl Signature for HPyFunc_mod_create {
    type Args<'a, O> = (O, &'a str);
    type Output<O> = O;
}

impl<R: Runtime> Invoke<R> for HPyFunc_mod_create {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (spec, name): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<R::Object, R> {
        loader.runtime().check_stack()?;
        let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0] spec: object,);
        let judge =
            |call: &mut RunningCall<R, _>, result| call.object(result, Callee::Creation(name));
        let objects = [Some(spec)];
        run::<R, P, _, _, _>(loader, function.address(), HPy::NULL, objects, go, judge)
    }
}

/// The module, and its name for messages.
impl Signature for HPyFunc_mod_exec {
    type Args<'a, O> = (O, &'a str);
    type Output<O> = ();
}

impl<R: Runtime> Invoke<R> for HPyFunc_mod_exec {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (module, name): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<(), R> {
        loader.runtime().check_stack()?;
        let go =
            |prepared: PreparedCall<'_>| Status(passed!(function prepared [] [0] module: object,));
        let judge = |call: &mut RunningCall<R, _>, Status(result)| {
            call.integer((), result != 0, Callee::Execution(name))
        };
        let objects = [Some(module)];
        run::<R, P, _, _, _>(loader, function.address(), HPy::NULL, objects, go, judge)
    }
}

/// The instance. An error that the function leaves is reported as unraisable.
impl Signature for HPyFunc_destructor {
    type Args<'a, O> = (O,);
    type Output<O> = ();
}

impl<R: Runtime> Invoke<R> for HPyFunc_destructor {
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        (this,): Self::Args<'_, R::Object>,
        _: AskedBy,
    ) -> VmResult<(), R> {
        let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0] this: object,);
        let report = |_: &mut RunningCall<R, _>, ()| {
            if let Some(error) = loader.core().take_pending() {
                loader
                    .core()
                    .leave(|runtime| runtime.report_unraisable(error, None));
            }
            Ok(())
        };
        let address = function.address();
        let beyond = BeyondStack::enter(loader, address);
        if beyond.is_nested {
            return Ok(());
        }
        // Without a handle it can't be done, and there is nobody to tell.
        let objects = [Some(this)];
        drop(run::<R, P, _, _, _>(
            loader,
            address,
            HPy::NULL,
            objects,
            go,
            report,
        ));
        Ok(())
    }
}

thread_local! {
    /// Whether a finalizer runs that began when the stack was nearly used up.
    static IS_BEYOND: Cell<bool> = const { Cell::new(false) };
}

/// The last of the stack, of which a finalizer gets a part: what dies when a recursion is
/// too deep has to be finalized as all else. But a finalizer that lets another instance
/// die there, whose finalizer does so again, would go on for ever.
struct BeyondStack {
    is_beyond: bool,
    /// Whether a finalizer is there already.
    is_nested: bool,
}

impl BeyondStack {
    #[inline(always)]
    fn enter<R: Runtime>(loader: &'static Loader<R>, function: HPyCFunction) -> Self {
        match loader.runtime().check_stack() {
            Ok(()) => Self {
                is_beyond: false,
                is_nested: false,
            },
            Err(_) => Self::enter_last(loader, function),
        }
    }

    #[cold]
    fn enter_last<R: Runtime>(loader: &'static Loader<R>, function: HPyCFunction) -> Self {
        let is_nested = IS_BEYOND.replace(true);
        if is_nested {
            // To look for the line would take more stack.
            let name = spec::name_of(function).unwrap_or_else(|| "a finalizer".to_owned());
            let message = format!("maximum recursion depth exceeded: {name} is not called");
            let error = loader.error(loader.constants().h_RecursionError, &message);
            let core = loader.core();
            let _entered = core.lock().enter(core.runtime());
            core.leave(|runtime| runtime.report_unraisable(error, None));
        }
        Self {
            is_beyond: !is_nested,
            is_nested,
        }
    }
}

impl Drop for BeyondStack {
    #[inline(always)]
    fn drop(&mut self) {
        if self.is_beyond {
            IS_BEYOND.set(false);
        }
    }
}
