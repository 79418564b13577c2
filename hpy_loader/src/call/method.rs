//! Methods, functions of modules, and callable objects.

use super::Callee;
use super::arguments::passed;
use super::running::{CallMode, PreparedCall, RunningCall, run, run_many};
use crate::abi::*;
use crate::call::Loader;
use crate::handles::RawHandle;
use crate::runtime::{Roots, Runtime, VmResult};
use crate::spec::{MethodDef, MethodFunction};

/// What a method or function is called on.
pub enum Receiver<O> {
    /// An object, whose root the call takes.
    Object(O),
    /// One that every call of the function has, such as its module.
    Kept(Kept),
}

/// A handle that stays open, whatever C does with it, until it is
/// [let go](crate::Loader::let_go): from [`Loader::keep`](crate::Loader::keep).
#[derive(Debug, Clone, Copy)]
pub struct Kept(HPy);

/// What a callable is called with, as `vectorcall` has it.
///
/// ```
/// use hpy_loader::call::CallArgs;
///
/// // Objects are text here. The call is `f(a, b, key=c)`.
/// let args = CallArgs::with_keywords(vec!["a", "b", "c"], "('key',)", 1);
/// # let _ = args;
/// // And `f(a, b)`.
/// let args = CallArgs::positional(vec!["a", "b"]);
/// # let _: CallArgs<&str> = args;
/// ```
pub struct CallArgs<O> {
    values: Vec<O>,
    positional: usize,
    keyword_names: Option<O>,
}

impl<O> CallArgs<O> {
    /// Positional arguments only.
    #[inline(always)]
    pub fn positional(values: Vec<O>) -> Self {
        Self {
            positional: values.len(),
            values,
            keyword_names: None,
        }
    }

    /// Positional arguments, followed by one value for each of the `count` names in
    /// the tuple `names`, which may be empty.
    ///
    /// # Panics
    ///
    /// If there are fewer values than names.
    #[inline(always)]
    pub fn with_keywords(values: Vec<O>, names: O, count: usize) -> Self {
        assert!(count <= values.len(), "a name without a value");
        Self {
            positional: values.len() - count,
            values,
            keyword_names: (count != 0).then_some(names),
        }
    }
}

impl<O> CallArgs<O> {
    /// All values, how many of them are positional, and the names of the others.
    pub(super) fn into_parts(self) -> (Vec<O>, usize, Option<O>) {
        (self.values, self.positional, self.keyword_names)
    }
}

/// What calls a function of one signature, with `A` behind the receiver.
type MethodCall<R, F, A> = fn(
    &'static Loader<R>,
    F,
    Receiver<<R as Roots>::Object>,
    A,
    Callee<'_>,
) -> VmResult<<R as Roots>::Object, R>;

/// What calls methods, in the mode of a loader.
pub(super) struct MethodCalls<R: Runtime> {
    noargs: MethodCall<R, HPyFunc_noargs, ()>,
    o: MethodCall<R, HPyFunc_o, R::Object>,
    varargs: MethodCall<R, HPyFunc_varargs, Vec<R::Object>>,
    keywords: MethodCall<R, HPyFunc_keywords, CallArgs<R::Object>>,
}

impl<R: Runtime> MethodCalls<R> {
    pub(super) fn through<P: CallMode>() -> Self {
        Self {
            noargs: noargs::<R, P>,
            o: o::<R, P>,
            varargs: varargs::<R, P>,
            keywords: keywords::<R, P>,
        }
    }
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
        mut args: CallArgs<R::Object>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        let calls = &self.trampolines().methods;
        match (method.function, &args.keyword_names, args.values.len()) {
            (MethodFunction::NoArgs(function), None, 0) => {
                (calls.noargs)(self, function, receiver, (), callee)
            }
            (MethodFunction::O(function), None, 1) => {
                let arg = args.values.swap_remove(0);
                (calls.o)(self, function, receiver, arg, callee)
            }
            (MethodFunction::VarArgs(function), None, _) => {
                (calls.varargs)(self, function, receiver, args.values, callee)
            }
            (MethodFunction::Keywords(function), _, _) => {
                (calls.keywords)(self, function, receiver, args, callee)
            }
            (function, ..) => Err(self.wrong_arguments(function, name, &args)),
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
        let receiver = Receiver::Object(object);
        (self.trampolines().methods.keywords)(self, function, receiver, args, callee)
    }

    /// Opens a handle of `object` for [`Receiver::Kept`]: calls need not clone the
    /// root. It stays open until [`let_go`](Self::let_go).
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    pub fn keep(&'static self, object: R::Object) -> VmResult<Kept, R> {
        let (core, vm) = (self.core(), self.runtime());
        let _entered = core.lock().enter(vm);
        match core.handles().open_borrowed(object) {
            Ok(word) => Ok(Kept(HPy::from(word))),
            Err(full) => {
                core.leave(|_| drop(full));
                let memory_error = core.constants().h_MemoryError;
                Err(core.error(memory_error, "the handle table is full"))
            }
        }
    }

    /// Whether C has no reference of its own to the object of a handle that is
    /// [kept](Self::keep). For a collector, which has stopped all other threads or holds
    /// the lock.
    pub fn is_kept_only(&self, Kept(handle): Kept) -> bool {
        let handles = self.core().handles();
        handles.is_only_borrowed(RawHandle::from(handle))
    }

    /// Ends a [`keep`](Self::keep), once. The object, unless C has references of its own
    /// to it, which are all that keeps the handle open from now on.
    pub fn let_go(&self, Kept(handle): Kept) -> Option<R::Object> {
        let (core, vm) = (self.core(), self.runtime());
        let _entered = core.lock().enter(vm);
        core.handles().end_borrow(RawHandle::from(handle)).freed()
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

impl<O> Receiver<O> {
    /// The object for which the call opens a handle, or the handle that is kept.
    #[inline(always)]
    fn split(self) -> (Option<O>, HPy) {
        match self {
            Self::Object(object) => (Some(object), HPy::NULL),
            Self::Kept(Kept(handle)) => (None, handle),
        }
    }
}

// A receiver that is kept takes no word among the arguments of these two: the words of a
// short call are copied as a whole, right after they were written one by one, for which a
// processor waits.

fn noargs<R: Runtime, P: CallMode>(
    loader: &'static Loader<R>,
    function: HPyFunc_noargs,
    receiver: Receiver<R::Object>,
    (): (),
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    loader.runtime().check_stack()?;
    let address = function.address();
    match receiver {
        Receiver::Object(this) => {
            let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0] this: object,);
            let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
            run::<R, P, _, _, _>(loader, address, HPy::NULL, [Some(this)], go, judge)
        }
        Receiver::Kept(Kept(this)) => {
            let go =
                |prepared: PreparedCall<'_>| passed!(function prepared [prepared.receiver,] []);
            let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
            run::<R, P, _, _, _>(loader, address, this, [], go, judge)
        }
    }
}

fn o<R: Runtime, P: CallMode>(
    loader: &'static Loader<R>,
    function: HPyFunc_o,
    receiver: Receiver<R::Object>,
    arg: R::Object,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    loader.runtime().check_stack()?;
    let address = function.address();
    match receiver {
        Receiver::Object(this) => {
            let objects = [Some(this), Some(arg)];
            let go = |prepared: PreparedCall<'_>| passed!(function prepared [] [0 1] this: object, arg: object,);
            let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
            run::<R, P, _, _, _>(loader, address, HPy::NULL, objects, go, judge)
        }
        Receiver::Kept(Kept(this)) => {
            let go = |prepared: PreparedCall<'_>| passed!(function prepared [prepared.receiver,] [0] arg: object,);
            let judge = |call: &mut RunningCall<R, _>, result| call.object(result, callee);
            run::<R, P, _, _, _>(loader, address, this, [Some(arg)], go, judge)
        }
    }
}

fn varargs<R: Runtime, P: CallMode>(
    loader: &'static Loader<R>,
    function: HPyFunc_varargs,
    receiver: Receiver<R::Object>,
    args: Vec<R::Object>,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    let count = args.len();
    let (object, kept) = receiver.split();
    let objects = (object, args, None);
    let go = |prepared: PreparedCall<'_>| {
        let (receiver, args, _) = prepared.split(count);
        passed!(function prepared [receiver, args, count,] [])
    };
    let judge = |call: &mut RunningCall<R>, result| call.object(result, callee);
    run_many::<R, P, _, _>(loader, function.address(), kept, objects, go, judge)
}

fn keywords<R: Runtime, P: CallMode>(
    loader: &'static Loader<R>,
    function: HPyFunc_keywords,
    receiver: Receiver<R::Object>,
    args: CallArgs<R::Object>,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    let (positional, count) = (args.positional, args.values.len());
    let (object, kept) = receiver.split();
    let objects = (object, args.values, args.keyword_names);
    let go = |prepared: PreparedCall<'_>| {
        let (receiver, args, names) = prepared.split(count);
        passed!(function prepared [receiver, args, positional, names,] [])
    };
    let judge = |call: &mut RunningCall<R>, result| call.object(result, callee);
    run_many::<R, P, _, _>(loader, function.address(), kept, objects, go, judge)
}
