//! Methods, module functions and callable objects.

use super::{Call, Callee};
use crate::abi::*;
use crate::loader::Loader;
use crate::runtime::{Fallible, Runtime};
use crate::spec::{MethodDef, MethodFunction};
use std::ffi::c_void;

/// What a method is called on.
enum Receiver<O> {
    /// An object, whose root the call takes.
    Root(O),
    /// What a handle from [`Loader::keep`] refers to.
    Kept(HPy),
}

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
    #[inline]
    pub unsafe fn call_method(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: R::Object,
        args: impl ExactSizeIterator<Item = R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> Fallible<R::Object, R> {
        let receiver = Receiver::Root(receiver);
        // SAFETY: the caller vouches for the same.
        unsafe { self.call_receiver(method, name, receiver, args, names, callee) }
    }

    /// [`call_method`](Self::call_method) for a function whose receiver is always
    /// the same, its module, and has a handle from [`keep`](Self::keep): the root
    /// need not be cloned for each call.
    #[inline]
    pub unsafe fn call_function(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: HPy,
        args: impl ExactSizeIterator<Item = R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> Fallible<R::Object, R> {
        let receiver = Receiver::Kept(receiver);
        // SAFETY: the caller vouches for the same.
        unsafe { self.call_receiver(method, name, receiver, args, names, callee) }
    }

    /// # Safety
    ///
    /// As for all methods here.
    #[inline(always)]
    unsafe fn call_receiver(
        &'static self,
        method: &MethodDef,
        name: &dyn Fn() -> String,
        receiver: Receiver<R::Object>,
        args: impl ExactSizeIterator<Item = R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> Fallible<R::Object, R> {
        let keywords = names.as_ref().map_or(0, |(_, count)| *count);
        let count = args.len() - keywords;
        self.check_arguments(method.function, name, count, keywords)?;
        let mut call = Call::new(self)?;
        let (receiver, first) = match receiver {
            Receiver::Root(object) => (call.push(object)?, 1),
            Receiver::Kept(handle) if self.wrapper().is_none() => (handle, 0),
            Receiver::Kept(handle) => (call.push_kept(handle)?, 1),
        };
        for arg in args {
            call.push(arg)?;
        }
        // SAFETY: the function has the type of its variant, and the caller
        // vouches that it is the extension's. The arguments live as long as the
        // frame.
        let result = unsafe {
            match method.function {
                MethodFunction::NoArgs(function) => call.invoke(function as *const c_void, |way| {
                    function(way.context, way.handle(receiver))
                }),
                MethodFunction::O(function) => call.invoke(function as *const c_void, |way| {
                    function(way.context, way.handle(receiver), *way.args(first))
                }),
                MethodFunction::VarArgs(function) => call
                    .invoke(function as *const c_void, |way| {
                        function(way.context, way.handle(receiver), way.args(first), count)
                    }),
                MethodFunction::Keywords(function) => {
                    let names = call.push_optional(names.map(|(names, _)| names))?;
                    call.invoke(function as *const c_void, |way| {
                        let (receiver, names) = (way.handle(receiver), way.handle(names));
                        function(way.context, receiver, way.args(first), count, names)
                    })
                }
            }
        };
        call.object(result, callee)
    }

    /// Opens a handle of `object` that stays open as long as the process runs,
    /// whatever C does with it. For [`call_function`](Self::call_function).
    ///
    /// # Errors
    ///
    /// `MemoryError` if the table is full.
    pub fn keep(&'static self, object: R::Object) -> Fallible<HPy, R> {
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

    #[inline]
    fn check_arguments(
        &'static self,
        function: MethodFunction,
        name: &dyn Fn() -> String,
        count: usize,
        keywords: usize,
    ) -> Fallible<(), R> {
        let message = match function {
            MethodFunction::Keywords(_) => return Ok(()),
            _ if keywords > 0 => format!("{}() takes no keyword arguments", name()),
            MethodFunction::NoArgs(_) if count != 0 => {
                format!("{}() takes no arguments ({count} given)", name())
            }
            MethodFunction::O(_) if count != 1 => {
                format!("{}() takes exactly one argument ({count} given)", name())
            }
            _ => return Ok(()),
        };
        Err(self.error(self.constants().h_TypeError, &message))
    }

    /// Calls `HPyFunc_keywords`: `tp_call` and call functions.
    pub unsafe fn call_keywords(
        &'static self,
        function: HPyFunc_keywords,
        receiver: R::Object,
        args: impl ExactSizeIterator<Item = R::Object>,
        names: Option<(R::Object, usize)>,
        callee: Callee<'_>,
    ) -> Fallible<R::Object, R> {
        let count = args.len() - names.as_ref().map_or(0, |(_, count)| *count);
        let mut call = Call::new(self)?;
        let receiver = call.push(receiver)?;
        for arg in args {
            call.push(arg)?;
        }
        let names = call.push_optional(names.map(|(names, _)| names))?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(
                way.context,
                way.handle(receiver),
                way.args(1),
                count,
                way.handle(names),
            )
        });
        call.object(result, callee)
    }
}
