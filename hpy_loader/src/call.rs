//! The one way out to C.
//!
//! A runtime calls an extension's functions through the methods here, one for
//! each C signature. They take the HPy lock, open handles for the arguments in a
//! frame, call, take the result and judge it: a failure needs a pending error, a
//! success must not leave one. An extension that breaks this gets the
//! `SystemError` that CPython gives (`_Py_CheckFunctionResult`).
//!
//! Arguments are moved in: a runtime hands over roots that it owns, and nothing
//! is cloned on the way.

use crate::abi::*;
use crate::core::{Core, SetAside};
use crate::debug::Visit;
use crate::handles::{Frame, Word};
use crate::loader::Loader;
use crate::lock::Entered;
use crate::modes::{Outcome, Wrapper};
use crate::runtime::{CompareOp, Fallible, Runtime};
use crate::spec::{MethodDef, MethodFunction};
use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;

/// What was called, for the message about a result that breaks the rules.
#[derive(Clone, Copy)]
pub enum Callee<'a> {
    /// A callable; the function gives its `repr`.
    Callable(&'a dyn Fn() -> String),
    /// A slot of a type, which CPython's messages do not name.
    Slot,
}

/// What a method is called on.
enum Receiver<O> {
    /// An object, whose root the call takes.
    Root(O),
    /// What a handle from [`Loader::keep`] refers to.
    Kept(HPy),
}

/// One call in progress: the lock is held, the arguments are open, and no error
/// is pending, whatever was going on when the VM came here.
struct Call<R: Runtime> {
    frame: ManuallyDrop<Frame<'static, R::Object>>,
    aside: ManuallyDrop<SetAside<'static, R>>,
    entered: ManuallyDrop<Entered<'static>>,
    core: &'static Core<R>,
    loader: &'static Loader<R>,
}

/// How a C function is to be called.
#[derive(Clone, Copy)]
struct Way<'a> {
    context: *mut HPyContext,
    /// The arguments, as C gets them.
    handles: &'a [HPy],
    /// What tells the handles of C from the core's own.
    visit: Option<&'a Visit<'a>>,
}

impl Way<'_> {
    /// The handle that C gets for one of the call's own.
    #[inline(always)]
    fn handle(self, handle: HPy) -> HPy {
        match self.visit {
            None => handle,
            Some(visit) => visit.handle(handle),
        }
    }

    /// The handles pushed after the first `skip`, as C takes them.
    #[inline(always)]
    fn args(self, skip: usize) -> *const HPy {
        self.handles[skip..].as_ptr()
    }

    /// The handle that the core gets for one that C gives away.
    #[inline(always)]
    fn own(self, handle: HPy) -> HPy {
        match self.visit {
            None => handle,
            Some(visit) => visit.own(handle),
        }
    }
}

impl<R: Runtime> Drop for Call<R> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the three are taken here and nowhere else.
        let (frame, aside, entered) = unsafe {
            (
                ManuallyDrop::take(&mut self.frame),
                ManuallyDrop::take(&mut self.aside),
                ManuallyDrop::take(&mut self.entered),
            )
        };
        // Arguments may have finalizers, which must not run under the lock. But
        // most are somebody else's as well, and go without anything happening.
        let vm = self.loader.runtime();
        let mut dying = Vec::new();
        frame.finish_into(|object| {
            if vm.is_shared(&object) || vm.is_inert(&object) {
                drop(object);
            } else {
                dying.push(object);
            }
        });
        drop(aside);
        let outermost = entered.is_outermost();
        drop(entered);
        if outermost {
            drop(dying);
        } else if !dying.is_empty() {
            self.core.leave(|_| drop(dying));
        }
    }
}

impl<R: Runtime> Call<R> {
    /// C may call Python and Python C, to any depth: what the VM says of its
    /// stack is asked before every call, since C itself asks nobody.
    #[inline]
    fn new(loader: &'static Loader<R>) -> Fallible<Self, R> {
        loader.runtime().check_stack()?;
        Ok(Self::unchecked(loader))
    }

    /// For what has to happen, however deep it is.
    #[inline]
    fn unchecked(loader: &'static Loader<R>) -> Self {
        let core = loader.core();
        let entered = core.lock().enter(core.runtime());
        Self {
            frame: ManuallyDrop::new(Frame::new(core.handles())),
            aside: ManuallyDrop::new(core.set_aside()),
            entered: ManuallyDrop::new(entered),
            core,
            loader,
        }
    }

    /// Opens a handle for an argument.
    #[inline(always)]
    fn push(&mut self, object: R::Object) -> Fallible<HPy, R> {
        match self.frame.push(object) {
            Ok(word) => Ok(HPy(word.bits())),
            Err(_) => Err(self.full()),
        }
    }

    /// Opens a handle of its own for what a kept one refers to: in a mode that
    /// wraps the context, C's handles end with the call.
    #[cold]
    fn push_kept(&mut self, kept: HPy) -> Fallible<HPy, R> {
        let core = self.core;
        match core.handles().pin(Word::from_bits(kept.0)) {
            Some(object) => self.push(core.runtime().duplicate(&object)),
            None => unreachable!("what is kept stays open"),
        }
    }

    #[cold]
    fn full(&self) -> R::Object {
        let memory_error = self.loader.constants().h_MemoryError;
        self.loader.error(memory_error, "the handle table is full")
    }

    #[inline]
    fn push_optional(&mut self, object: Option<R::Object>) -> Fallible<HPy, R> {
        object.map_or(Ok(HPy::NULL), |object| self.push(object))
    }

    /// Calls C: `call` makes the call in the way that it is told. `function` is
    /// the one that is called.
    #[inline(always)]
    fn invoke<T: Outcome>(&self, function: *const c_void, call: impl FnOnce(Way<'_>) -> T) -> T {
        match self.loader.wrapper {
            None => call(Way {
                context: self.core.context(),
                handles: self.handles(),
                visit: None,
            }),
            Some(wrapper) => self.invoke_wrapped(wrapper, function, call),
        }
    }

    /// The arguments as the core knows them.
    #[inline(always)]
    fn handles(&self) -> &[HPy] {
        let words = self.frame.words();
        // SAFETY: `Word` and `HPy` are both transparent wrappers of one word, for
        // which any bits are fine.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len()) }
    }

    #[cold]
    #[inline(never)]
    fn invoke_wrapped<T: Outcome>(
        &self,
        wrapper: Wrapper,
        function: *const c_void,
        call: impl FnOnce(Way<'_>) -> T,
    ) -> T {
        match wrapper {
            Wrapper::Trace(trace) => {
                let way = Way {
                    context: trace.context(),
                    handles: self.handles(),
                    visit: None,
                };
                trace.call(function, || call(way))
            }
            Wrapper::Debug(extension) => {
                let visit = Visit::new(extension, function, self.frame.words());
                let outcome = call(Way {
                    context: visit.context(),
                    handles: visit.handles(),
                    visit: Some(&visit),
                });
                visit.finish(outcome)
            }
        }
    }

    /// Takes the object that the C function returned.
    #[inline(always)]
    fn object(mut self, result: HPy, callee: Callee<'_>) -> Fallible<R::Object, R> {
        let word = Word::from_bits(result.0);
        if result.is_null() || self.core.is_error_pending() {
            return Err(self.failure(word, callee));
        }
        if let Some(object) = self.frame.take_back(word) {
            return Ok(object);
        }
        let runtime = self.core.runtime();
        let taken = self
            .loader
            .handles()
            .take_with(word, |object| runtime.duplicate(object));
        match taken {
            Some(object) => Ok(object),
            None => self.immediate(word, callee),
        }
    }

    #[inline(never)]
    fn immediate(self, word: Word, callee: Callee<'_>) -> Fallible<R::Object, R> {
        if let Some(value) = word.as_i64() {
            return Ok(self.core.runtime().new_int(value));
        }
        if let Some(value) = word.as_f64() {
            return Ok(self.core.runtime().new_float(value));
        }
        let message = match callee {
            Callee::Callable(name) => format!("{} returned a handle that is closed", name()),
            Callee::Slot => "a slot returned a handle that is closed".to_owned(),
        };
        Err(self
            .loader
            .error(self.core.constants().h_SystemError, &message))
    }

    /// Takes an integer result, of which -1 may mean failure.
    #[inline]
    fn integer<T: PartialOrd + From<i8>>(self, result: T) -> Fallible<T, R> {
        let failed = result < T::from(0);
        if failed || self.core.is_error_pending() {
            let word = if failed {
                Word::NULL
            } else {
                Word::from_bits(NO_OBJECT)
            };
            return Err(self.failure(word, Callee::Slot));
        }
        Ok(result)
    }

    #[cold]
    fn failure(&self, result: Word, callee: Callee<'_>) -> R::Object {
        let loader = self.core;
        let system_error = loader.constants().h_SystemError;
        if !loader.is_error_pending() {
            let message = match callee {
                Callee::Callable(name) => {
                    let name = loader.leave(|_| name());
                    format!("{name} returned NULL without setting an exception")
                }
                Callee::Slot => "error return without exception set".to_owned(),
            };
            return loader.error(system_error, &message);
        }
        if !result.is_null() {
            // Its destructor and the name may be Python's.
            let object = loader.handles().release(result);
            let name = loader.leave(|_| {
                drop(object);
                match callee {
                    Callee::Callable(name) => name(),
                    Callee::Slot => "a slot".to_owned(),
                }
            });
            let message = format!("{name} returned a result with an exception set");
            if let Some(error) = loader.take_pending() {
                return loader.leave(|runtime| runtime.error_caused_by(&message, error));
            }
        }
        match loader.take_pending() {
            Some(error) => error,
            None => loader.error(system_error, "the handle of the error was closed"),
        }
    }
}

/// An immediate, which stands for "a result that is no object" when judging it.
const NO_OBJECT: isize = match Word::from_i64(0) {
    Some(word) => word.bits(),
    None => unreachable!(),
};

/// A result that says nothing about failure.
struct Hash(HPy_hash_t);

impl Outcome for Hash {
    fn is_failure(&self) -> Option<bool> {
        None
    }
}

/// The value of an operator as C gets it.
fn compare_op(op: CompareOp) -> HPy_RichCmpOp {
    match op {
        CompareOp::Lt => HPy_RichCmpOp::HPy_LT,
        CompareOp::Le => HPy_RichCmpOp::HPy_LE,
        CompareOp::Eq => HPy_RichCmpOp::HPy_EQ,
        CompareOp::Ne => HPy_RichCmpOp::HPy_NE,
        CompareOp::Gt => HPy_RichCmpOp::HPy_GT,
        CompareOp::Ge => HPy_RichCmpOp::HPy_GE,
    }
}

/// Calls of an extension's functions.
///
/// Every function must be what the extension gave for this signature, which is
/// why the methods are unsafe: the C code behind it is trusted to be what its
/// type says.
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
            Receiver::Kept(handle) if self.wrapper.is_none() => (handle, 0),
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

    /// Calls `tp_new`. The keywords are a dict or none.
    pub unsafe fn call_new(
        &'static self,
        function: HPyFunc_newfunc,
        class: R::Object,
        args: impl ExactSizeIterator<Item = R::Object>,
        kwargs: Option<R::Object>,
        callee: Callee<'_>,
    ) -> Fallible<R::Object, R> {
        let count = args.len().cast_signed();
        let mut call = Call::new(self)?;
        let class = call.push(class)?;
        for arg in args {
            call.push(arg)?;
        }
        let kwargs = call.push_optional(kwargs)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(
                way.context,
                way.handle(class),
                way.args(1),
                count,
                way.handle(kwargs),
            )
        });
        call.object(result, callee)
    }

    /// Calls `tp_init`. The keywords are a dict or none.
    pub unsafe fn call_init(
        &'static self,
        function: HPyFunc_initproc,
        object: R::Object,
        args: impl ExactSizeIterator<Item = R::Object>,
        kwargs: Option<R::Object>,
    ) -> Fallible<(), R> {
        let count = args.len().cast_signed();
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        for arg in args {
            call.push(arg)?;
        }
        let kwargs = call.push_optional(kwargs)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(
                way.context,
                way.handle(object),
                way.args(1),
                count,
                way.handle(kwargs),
            )
        });
        call.integer(result).map(drop)
    }

    /// Calls a slot with one operand.
    pub unsafe fn call_unary(
        &'static self,
        function: HPyFunc_unaryfunc,
        object: R::Object,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object))
        });
        call.object(result, Callee::Slot)
    }

    /// Calls a slot with two operands.
    pub unsafe fn call_binary(
        &'static self,
        function: HPyFunc_binaryfunc,
        a: R::Object,
        b: R::Object,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let (a, b) = (call.push(a)?, call.push(b)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(a), way.handle(b))
        });
        call.object(result, Callee::Slot)
    }

    /// Calls a slot with three operands.
    pub unsafe fn call_ternary(
        &'static self,
        function: HPyFunc_ternaryfunc,
        a: R::Object,
        b: R::Object,
        c: R::Object,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let (a, b, c) = (call.push(a)?, call.push(b)?, call.push(c)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(a), way.handle(b), way.handle(c))
        });
        call.object(result, Callee::Slot)
    }

    /// Calls `nb_bool` or `HPy_mod_exec`: the result is true for 1.
    pub unsafe fn call_inquiry(
        &'static self,
        function: HPyFunc_inquiry,
        object: R::Object,
    ) -> Fallible<bool, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object))
        });
        call.integer(result).map(|result| result != 0)
    }

    /// Calls `sq_length` or `mp_length`.
    pub unsafe fn call_length(
        &'static self,
        function: HPyFunc_lenfunc,
        object: R::Object,
    ) -> Fallible<usize, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object))
        });
        call.integer(result).map(isize::cast_unsigned)
    }

    /// Calls `tp_hash`; -1 is a failure if it comes with an error, and a hash
    /// like any other if not, as CPython's slot wrapper has it.
    pub unsafe fn call_hash(
        &'static self,
        function: HPyFunc_hashfunc,
        object: R::Object,
    ) -> Fallible<isize, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            Hash(function(way.context, way.handle(object)))
        });
        let Hash(result) = result;
        let failed = result == -1 && self.is_error_pending();
        call.integer(if failed { -1_i8 } else { 0 })?;
        Ok(result)
    }

    /// Calls `sq_item`, `sq_repeat` or `sq_inplace_repeat`.
    pub unsafe fn call_ssizearg(
        &'static self,
        function: HPyFunc_ssizeargfunc,
        object: R::Object,
        index: isize,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object), index)
        });
        call.object(result, Callee::Slot)
    }

    /// Calls `sq_ass_item`; no value deletes.
    pub unsafe fn call_ssizeobjarg(
        &'static self,
        function: HPyFunc_ssizeobjargproc,
        object: R::Object,
        index: isize,
        value: Option<R::Object>,
    ) -> Fallible<(), R> {
        let mut call = Call::new(self)?;
        let (object, value) = (call.push(object)?, call.push_optional(value)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object), index, way.handle(value))
        });
        call.integer(result).map(drop)
    }

    /// Calls `mp_ass_subscript`; no value deletes.
    pub unsafe fn call_objobjarg(
        &'static self,
        function: HPyFunc_objobjargproc,
        object: R::Object,
        key: R::Object,
        value: Option<R::Object>,
    ) -> Fallible<(), R> {
        let mut call = Call::new(self)?;
        let (object, key) = (call.push(object)?, call.push(key)?);
        let value = call.push_optional(value)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(
                way.context,
                way.handle(object),
                way.handle(key),
                way.handle(value),
            )
        });
        call.integer(result).map(drop)
    }

    /// Calls `sq_contains`.
    pub unsafe fn call_objobj(
        &'static self,
        function: HPyFunc_objobjproc,
        container: R::Object,
        key: R::Object,
    ) -> Fallible<bool, R> {
        let mut call = Call::new(self)?;
        let (container, key) = (call.push(container)?, call.push(key)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(container), way.handle(key))
        });
        call.integer(result).map(|result| result != 0)
    }

    /// Calls `tp_richcompare`.
    pub unsafe fn call_compare(
        &'static self,
        function: HPyFunc_richcmpfunc,
        a: R::Object,
        b: R::Object,
        op: CompareOp,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let (a, b) = (call.push(a)?, call.push(b)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(a), way.handle(b), compare_op(op))
        });
        call.object(result, Callee::Slot)
    }

    /// Calls `tp_descr_get`.
    pub unsafe fn call_descr_get(
        &'static self,
        function: HPyFunc_descrgetfunc,
        descriptor: R::Object,
        instance: Option<R::Object>,
        owner: Option<R::Object>,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let descriptor = call.push(descriptor)?;
        let (instance, owner) = (call.push_optional(instance)?, call.push_optional(owner)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(
                way.context,
                way.handle(descriptor),
                way.handle(instance),
                way.handle(owner),
            )
        });
        call.object(result, Callee::Slot)
    }

    /// Calls the getter of an attribute.
    pub unsafe fn call_getter(
        &'static self,
        function: HPyFunc_getter,
        object: R::Object,
        closure: *mut c_void,
    ) -> Fallible<R::Object, R> {
        let mut call = Call::new(self)?;
        let object = call.push(object)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object), closure)
        });
        call.object(result, Callee::Slot)
    }

    /// Calls the setter of an attribute; no value deletes.
    pub unsafe fn call_setter(
        &'static self,
        function: HPyFunc_setter,
        object: R::Object,
        value: Option<R::Object>,
        closure: *mut c_void,
    ) -> Fallible<(), R> {
        let mut call = Call::new(self)?;
        let (object, value) = (call.push(object)?, call.push_optional(value)?);
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(object), way.handle(value), closure)
        });
        call.integer(result).map(drop)
    }

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

    /// Calls `tp_finalize`. An error that it leaves is reported as unraisable.
    pub unsafe fn call_finalize(&'static self, function: HPyFunc_destructor, object: R::Object) {
        let mut call = Call::unchecked(self);
        let Ok(handle) = call.push(object) else {
            return;
        };
        // SAFETY: the caller vouches for the function.
        call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(handle))
        });
        if let Some(error) = self.take_pending() {
            self.leave(|runtime| runtime.report_unraisable(error, None));
        }
    }
}
