//! Methods, functions of modules, and callable objects.

use super::arguments::{kept, opened, passed};
use super::running::{CallMode, PreparedCall};
use super::running::{RunningCall, run};
use super::{CallArgs, Callee, Kept, Receiver};
use crate::abi::*;
use crate::call::Loader;
use crate::runtime::{Runtime, VmResult};
use crate::spec::{MethodDef, MethodFunction};

/// What calls a function of one signature on a receiver `V`, with `A` besides.
type MethodCall<R, F, V, A> = fn(
    &'static Loader<R>,
    F,
    V,
    A,
    Callee<'_>,
) -> VmResult<<R as crate::runtime::Roots>::Object, R>;

/// What calls methods, in the mode of a loader. `V` is a root of the receiver, or a
/// handle of it that is kept.
pub(super) struct MethodCalls<R: Runtime, V> {
    noargs: MethodCall<R, HPyFunc_noargs, V, ()>,
    o: MethodCall<R, HPyFunc_o, V, R::Object>,
    varargs: MethodCall<R, HPyFunc_varargs, V, Vec<R::Object>>,
    keywords: MethodCall<R, HPyFunc_keywords, V, CallArgs<R::Object>>,
}

impl<R: Runtime> Loader<R> {
    /// Calls a method or a function of a module.
    ///
    /// # Errors
    ///
    /// `TypeError` for a wrong number of arguments or keywords that the function
    /// does not take, in CPython's words for a callable named `name`; or what
    /// the function raised.
    #[inline(always)]
    pub fn call_method(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: Receiver<R::Object>,
        args: CallArgs<R::Object>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        let calls = self.trampolines();
        match receiver {
            Receiver::Object(object) => calls
                .on_object
                .call(self, method, name, object, args, callee),
            Receiver::Kept(Kept(handle)) => {
                calls.on_kept.call(self, method, name, handle, args, callee)
            }
        }
    }

    /// Calls an object: with its class's `tp_call`, or a function of its own.
    ///
    /// # Errors
    ///
    /// What the function raised.
    #[inline(always)]
    pub fn call_instance(
        &'static self,
        function: HPyFunc_keywords,
        object: R::Object,
        args: CallArgs<R::Object>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        (self.trampolines().on_object.keywords)(self, function, object, args, callee)
    }

    /// Opens a handle of `object` for [`Receiver::Kept`]: calls need not clone the
    /// root.
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    pub fn keep(&'static self, object: R::Object) -> VmResult<Kept, R> {
        let (core, vm) = (self.core(), self.runtime());
        let _entered = core.lock().enter(vm);
        match core.handles().open_immortal(object) {
            Ok(word) => Ok(Kept(HPy::from(word))),
            Err(full) => {
                core.leave(|_| drop(full));
                let memory_error = core.constants().h_MemoryError;
                Err(core.error(memory_error, "the handle table is full"))
            }
        }
    }

    #[cold]
    fn wrong_arguments(
        &'static self,
        function: MethodFunction,
        name: &dyn Fn() -> String,
        args: &CallArgs<R::Object>,
    ) -> R::Object {
        let (name, count) = (name(), args.values.len());
        let message = match function {
            _ if args.keyword_names.is_some() => format!("{name}() takes no keyword arguments"),
            MethodFunction::O(_) => format!("{name}() takes exactly one argument ({count} given)"),
            _ => format!("{name}() takes no arguments ({count} given)"),
        };
        self.error(self.constants().h_TypeError, &message)
    }
}

impl<R: Runtime, V> MethodCalls<R, V> {
    #[inline(always)]
    fn call(
        &self,
        loader: &'static Loader<R>,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: V,
        mut args: CallArgs<R::Object>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        match (method.function, &args.keyword_names, args.values.len()) {
            (MethodFunction::NoArgs(function), None, 0) => {
                (self.noargs)(loader, function, receiver, (), callee)
            }
            (MethodFunction::O(function), None, 1) => {
                let arg = args.values.swap_remove(0);
                (self.o)(loader, function, receiver, arg, callee)
            }
            (MethodFunction::VarArgs(function), None, _) => {
                (self.varargs)(loader, function, receiver, args.values, callee)
            }
            (MethodFunction::Keywords(function), _, _) => {
                (self.keywords)(loader, function, receiver, args, callee)
            }
            (function, ..) => Err(loader.wrong_arguments(function, name, &args)),
        }
    }
}

/// A receiver that has its handle.
#[derive(Clone, Copy)]
enum Called {
    /// The first that the call has pushed.
    Pushed(HPy),
    /// One from [`Loader::keep`].
    Kept(HPy),
}

impl Called {
    /// The handle, if it is none of the call's.
    #[inline(always)]
    fn kept(self) -> HPy {
        match self {
            Self::Pushed(_) => HPy::NULL,
            Self::Kept(handle) => handle,
        }
    }

    /// What C gets for it, and the arguments.
    #[inline(always)]
    fn pass(self, prepared: PreparedCall<'_>) -> (HPy, *const HPy) {
        match self {
            Self::Pushed(handle) => (prepared.pushed(handle, 0), prepared.args(1)),
            Self::Kept(_) => (prepared.receiver, prepared.args(0)),
        }
    }
}

/// Puts the receiver in front of any number of arguments.
macro_rules! called {
    (object $call:ident $receiver:ident) => {
        Called::Pushed($call.push($receiver)?)
    };
    (kept $call:ident $receiver:ident) => {
        Called::Kept($receiver)
    };
}

/// Makes what calls methods on one kind of receiver, see [`arguments`](super::arguments).
macro_rules! method_calls {
    ($name:ident, $kind:ident, $receiver:ty) => {
        pub(super) mod $name {
            use super::*;

            pub(in crate::call) fn through<R: Runtime, P: CallMode>() -> MethodCalls<R, $receiver> {
                MethodCalls {
                    noargs: noargs::<R, P>,
                    o: o::<R, P>,
                    varargs: varargs::<R, P>,
                    keywords: keywords::<R, P>,
                }
            }

            fn noargs<R: Runtime, P: CallMode>(
                loader: &'static Loader<R>,
                function: HPyFunc_noargs,
                receiver: $receiver,
                (): (),
                callee: Callee<'_>,
            ) -> VmResult<R::Object, R> {
                let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0] receiver: $kind,);
                let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
                let objects = opened!([] receiver: $kind,);
                let receiver = kept!(receiver: $kind,);
                run::<R, P, _, _, _>(loader, function.address(), receiver, objects, go, judge)
            }

            fn o<R: Runtime, P: CallMode>(
                loader: &'static Loader<R>,
                function: HPyFunc_o,
                receiver: $receiver,
                arg: R::Object,
                callee: Callee<'_>,
            ) -> VmResult<R::Object, R> {
                let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0 1] receiver: $kind, arg: object,);
                let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
                let objects = opened!([] receiver: $kind, arg: object,);
                let receiver = kept!(receiver: $kind,);
                run::<R, P, _, _, _>(loader, function.address(), receiver, objects, go, judge)
            }

            fn varargs<R: Runtime, P: CallMode>(
                loader: &'static Loader<R>,
                function: HPyFunc_varargs,
                receiver: $receiver,
                args: Vec<R::Object>,
                callee: Callee<'_>,
            ) -> VmResult<R::Object, R> {
                let count = args.len();
                let mut call = RunningCall::of_many(loader)?;
                let called = called!($kind call receiver);
                call.push_all(args)?;
                let words = call.scope.kept_words();
                let result = P::go(loader, function.address(), called.kept(), words, |prepared| {
                    let (receiver, args) = called.pass(prepared);
                    passed!(function prepared [receiver, args, count,] [])
                });
                call.object(result, callee)
            }

            fn keywords<R: Runtime, P: CallMode>(
                loader: &'static Loader<R>,
                function: HPyFunc_keywords,
                receiver: $receiver,
                args: CallArgs<R::Object>,
                callee: Callee<'_>,
            ) -> VmResult<R::Object, R> {
                let count = args.positional;
                let mut call = RunningCall::of_many(loader)?;
                let called = called!($kind call receiver);
                call.push_all(args.values)?;
                let names = call.push_optional(args.keyword_names)?;
                let words = call.scope.kept_words();
                let result = P::go(loader, function.address(), called.kept(), words, |prepared| {
                    let (receiver, args) = called.pass(prepared);
                    passed!(function prepared [receiver, args, count, prepared.last(names),] [])
                });
                call.object(result, callee)
            }
        }
    };
}

method_calls!(on_object, object, R::Object);
method_calls!(on_kept, kept, HPy);
