//! Methods, module functions and callable objects.

use super::Callee;
use super::declaration::trampolines;
use super::passage::{Passage, Way};
use super::running::{Call, run, run_on};
use crate::abi::*;
use crate::loader::Loader;
use crate::runtime::{Runtime, VmResult};
use crate::spec::{MethodDef, MethodFunction};

/// What a method is called on.
enum Receiver<O> {
    /// An object, whose root the call takes.
    Root(O),
    /// What a handle from [`Loader::keep`] refers to.
    Kept(HPy),
}

/// A tuple of the names of keywords, and how many there are.
type Names<O> = Option<(O, usize)>;

/// Calls of what is called by name.
///
/// # Safety
///
/// For all methods: `function` came from a definition that the extension of
/// this loader gave, for the signature that the method is for.
#[allow(clippy::missing_safety_doc)]
impl<R: Runtime> Loader<R> {
    /// Calls a method or module function. `args` are the positional arguments,
    /// followed by one value for each name in the tuple `names`.
    ///
    /// # Errors
    ///
    /// `TypeError` for a wrong number of arguments or keywords that the function
    /// does not take, in CPython's words for a callable named `name`; or what
    /// the function raised.
    #[inline(always)]
    pub unsafe fn call_method(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: R::Object,
        mut args: Vec<R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function, which has the type of its
        // variant.
        unsafe {
            match (method.function, names, args.len()) {
                (MethodFunction::NoArgs(function), None, 0) => {
                    self.method_noargs(function, receiver, callee)
                }
                (MethodFunction::O(function), None, 1) => {
                    let arg = args.swap_remove(0);
                    self.method_o(function, receiver, arg, callee)
                }
                (MethodFunction::VarArgs(function), None, _) => {
                    self.method_varargs(function, receiver, args, callee)
                }
                (MethodFunction::Keywords(function), names, _) => {
                    self.call_keywords(function, receiver, args, names, callee)
                }
                (function, names, count) => {
                    Err(self.wrong_arguments(function, name, count, &names))
                }
            }
        }
    }

    /// [`call_method`](Self::call_method) for a function whose receiver is always
    /// the same, its module, and has a handle from [`keep`](Self::keep): the root
    /// need not be cloned for each call.
    #[inline(always)]
    pub unsafe fn call_function(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: HPy,
        mut args: Vec<R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        // SAFETY: as in `call_method`.
        unsafe {
            match (method.function, names, args.len()) {
                (MethodFunction::NoArgs(function), None, 0) => {
                    self.function_noargs(function, receiver, callee)
                }
                (MethodFunction::O(function), None, 1) => {
                    let arg = args.swap_remove(0);
                    self.function_o(function, receiver, arg, callee)
                }
                (MethodFunction::VarArgs(function), None, _) => {
                    self.function_varargs(function, receiver, args, callee)
                }
                (MethodFunction::Keywords(function), names, _) => {
                    self.function_keywords(function, receiver, args, names, callee)
                }
                (function, names, count) => {
                    Err(self.wrong_arguments(function, name, count, &names))
                }
            }
        }
    }

    /// Opens a handle of `object` that stays open as long as the process runs,
    /// whatever C does with it. For [`call_function`](Self::call_function).
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    pub fn keep(&'static self, object: R::Object) -> VmResult<HPy, R> {
        let _entered = self.lock().enter(self.runtime());
        match self.handles().open_immortal(object) {
            Ok(word) => Ok(HPy(word.bits())),
            Err(full) => {
                self.leave(|_| drop(full));
                let memory_error = self.constants().h_MemoryError;
                Err(self.error(memory_error, "the handle table is full"))
            }
        }
    }

    #[cold]
    fn wrong_arguments(
        &'static self,
        function: MethodFunction,
        name: &dyn Fn() -> String,
        count: usize,
        names: &Names<R::Object>,
    ) -> R::Object {
        let name = name();
        let message = match function {
            _ if names.is_some() => format!("{name}() takes no keyword arguments"),
            MethodFunction::O(_) => format!("{name}() takes exactly one argument ({count} given)"),
            _ => format!("{name}() takes no arguments ({count} given)"),
        };
        self.error(self.constants().h_TypeError, &message)
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
    fn pass(self, way: Way<'_>) -> (HPy, *const HPy) {
        match self {
            Self::Pushed(handle) => (way.pushed(handle, 0), way.args(1)),
            Self::Kept(_) => (way.receiver, way.args(0)),
        }
    }
}

/// A call with any number of arguments: how it takes them is for `go` to say.
#[inline(always)]
fn many<R: Runtime>(
    loader: &'static Loader<R>,
    receiver: Receiver<R::Object>,
    args: Vec<R::Object>,
    go: impl FnOnce(&mut Call<R>, Called) -> VmResult<HPy, R>,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    let mut call = Call::of_many(loader)?;
    let receiver = match receiver {
        Receiver::Root(object) => Called::Pushed(call.push(object)?),
        Receiver::Kept(handle) => Called::Kept(handle),
    };
    call.push_all(args)?;
    let result = go(&mut call, receiver)?;
    call.object(result, callee)
}

/// # Safety
///
/// As for all methods here.
#[inline(always)]
unsafe fn varargs<R: Runtime, P: Passage>(
    loader: &'static Loader<R>,
    function: HPyFunc_varargs,
    receiver: Receiver<R::Object>,
    args: Vec<R::Object>,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    let count = args.len();
    let go = |call: &mut Call<R>, receiver: Called| {
        let words = call.frame.kept_words();
        let call = |way: Way<'_>| {
            let (receiver, args) = receiver.pass(way);
            // SAFETY: the caller vouches for the function. The arguments live as long
            // as the frame.
            unsafe { function(way.context, receiver, args, count) }
        };
        Ok(P::go(loader, function as _, receiver.kept(), words, call))
    };
    many::<R>(loader, receiver, args, go, callee)
}

/// # Safety
///
/// As for all methods here.
#[inline(always)]
unsafe fn keywords<R: Runtime, P: Passage>(
    loader: &'static Loader<R>,
    function: HPyFunc_keywords,
    receiver: Receiver<R::Object>,
    args: Vec<R::Object>,
    names: Names<R::Object>,
    callee: Callee<'_>,
) -> VmResult<R::Object, R> {
    let (names, keywords) = match names {
        Some((names, count)) => (Some(names), count),
        None => (None, 0),
    };
    let count = args.len() - keywords;
    let go = |call: &mut Call<R>, receiver: Called| {
        let names = call.push_optional(names)?;
        let words = call.frame.kept_words();
        let call = |way: Way<'_>| {
            let (receiver, args) = receiver.pass(way);
            // SAFETY: as in `varargs`.
            unsafe { function(way.context, receiver, args, count, way.last(names)) }
        };
        Ok(P::go(loader, function as _, receiver.kept(), words, call))
    };
    many::<R>(loader, receiver, args, go, callee)
}

trampolines! {
    MethodCalls, methods;

    /// Calls a method without arguments.
    fn method_noargs(
        loader,
        function: HPyFunc_noargs,
        receiver: R::Object,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(receiver)], go, |call, result| {
            call.object(result, callee)
        })
    }

    /// Calls a method with one argument.
    fn method_o(
        loader,
        function: HPyFunc_o,
        receiver: R::Object,
        arg: R::Object,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(receiver), Some(arg)], go, |call, result| {
            call.object(result, callee)
        })
    }

    /// Calls a method with any number of arguments.
    fn method_varargs(
        loader,
        function: HPyFunc_varargs,
        receiver: R::Object,
        args: Vec<R::Object>,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        unsafe { varargs::<R, P>(loader, function, Receiver::Root(receiver), args, callee) }
    }

    /// Calls `HPyFunc_keywords`: methods, `tp_call` and call functions. The values of
    /// `args` are the positional arguments, followed by one for each name in the tuple
    /// `names`.
    pub fn call_keywords(
        loader,
        function: HPyFunc_keywords,
        receiver: R::Object,
        args: Vec<R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        let receiver = Receiver::Root(receiver);
        // SAFETY: the caller vouches for the function.
        unsafe { keywords::<R, P>(loader, function, receiver, args, names, callee) }
    }

    /// Calls a function without arguments.
    fn function_noargs(
        loader,
        function: HPyFunc_noargs,
        receiver: HPy,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.receiver) };
        run_on::<R, P, _, _, _>(loader, function as _, receiver, [], go, |call, result| {
            call.object(result, callee)
        })
    }

    /// Calls a function with one argument.
    fn function_o(
        loader,
        function: HPyFunc_o,
        receiver: HPy,
        arg: R::Object,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.receiver, way.arg(0)) };
        run_on::<R, P, _, _, _>(loader, function as _, receiver, [Some(arg)], go, |call, result| {
            call.object(result, callee)
        })
    }

    /// Calls a function with any number of arguments.
    fn function_varargs(
        loader,
        function: HPyFunc_varargs,
        receiver: HPy,
        args: Vec<R::Object>,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        unsafe { varargs::<R, P>(loader, function, Receiver::Kept(receiver), args, callee) }
    }

    /// Calls a function with any number of arguments and keywords.
    fn function_keywords(
        loader,
        function: HPyFunc_keywords,
        receiver: HPy,
        args: Vec<R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        let receiver = Receiver::Kept(receiver);
        // SAFETY: the caller vouches for the function.
        unsafe { keywords::<R, P>(loader, function, receiver, args, names, callee) }
    }
}
