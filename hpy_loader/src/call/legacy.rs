//! Functions of CPython's own API, in hybrid modules.
//!
//! Such a function gets no context, and `PyObject *` in place of handles. All else is as for
//! HPy's functions: the lock is held while it runs, it starts without a pending error, and
//! its result is judged. What it is called with is lent to it for the call, as in CPython; what
//! it returns is a reference that it gives away.
//!
//! Modes do not wrap these functions, which use no context.

use super::arguments::{given, opened};
use super::method::CallArgs;
use super::running::RunningCall;
use super::signature::{Like, Signature};
use super::slot::{compare_op, judge};
use super::{AskedBy, Callee};
use crate::abi::*;
use crate::call::Loader;
use crate::core::Core;
use crate::handles::RawHandle;
use crate::runtime::{Roots, Runtime, VmResult};
use crate::spec::{LegacyFunction, LegacyMethodDef};
use smallvec::SmallVec;
use std::borrow::BorrowMut;
use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

/// Most functions take no more arguments.
type Few<T> = SmallVec<[T; 4]>;

/// A call in progress.
type Call<R> = RunningCall<R, [RawHandle; 0]>;

/// The arguments of a call: what C is lent, and the objects.
struct Lent<R: Runtime> {
    core: &'static Core<R>,
    pointers: Few<*mut cpy_PyObject>,
    objects: Few<R::Object>,
}

impl<R: Runtime> Lent<R> {
    fn new(
        core: &'static Core<R>,
        objects: impl IntoIterator<Item = Option<R::Object>>,
    ) -> VmResult<Self, R> {
        let mut lent = Self {
            core,
            pointers: Few::new(),
            objects: Few::new(),
        };
        for object in objects {
            let Some(object) = object else {
                lent.pointers.push(null_mut());
                continue;
            };
            let pointer = core.runtime().as_py_object(&object);
            lent.objects.push(object);
            let Some(pointer) = pointer else {
                let class = core.constants().h_MemoryError;
                return Err(core.error(class, "there is no PyObject * of an argument"));
            };
            lent.pointers.push(pointer.as_ptr());
        }
        Ok(lent)
    }
}

impl<R: Runtime> Drop for Lent<R> {
    fn drop(&mut self) {
        for pointer in self.pointers.iter().copied().filter_map(NonNull::new) {
            // SAFETY: `new` has made the reference, which C was lent.
            let last = unsafe { self.core.runtime().release_py_object(pointer) };
            // The object has another root here, so that nothing dies yet.
            drop(last);
        }
        for object in self.objects.drain(..) {
            self.core.drop_unlocked(object);
        }
    }
}

/// Calls C with what stands for these objects, null where there is none.
fn run<R: Runtime, T, U>(
    loader: &'static Loader<R>,
    objects: impl IntoIterator<Item = Option<R::Object>>,
    go: impl FnOnce(&[*mut cpy_PyObject]) -> T,
    judge: impl FnOnce(&mut Call<R>, T) -> VmResult<U, R>,
) -> VmResult<U, R> {
    loader.runtime().check_stack()?;
    let mut call = RunningCall::new(loader, []);
    let lent = Lent::new(loader.core(), objects)?;
    let result = go(&lent.pointers);
    loader.core().expect_back();
    judge(&mut call, result)
}

impl<R: Runtime> Loader<R> {
    /// Calls a function that is [like](Like) another: a slot or the function of an attribute, be
    /// it HPy's or of CPython's API.
    ///
    /// # Errors
    ///
    /// As [`call_slot`](Self::call_slot).
    #[inline]
    pub fn call_like<Of: Signature, F: Like<R, Of>>(
        &'static self,
        function: F,
        args: Of::Args<'_, R::Object>,
    ) -> VmResult<Of::Output<R::Object>, R> {
        function.call(self, args, AskedBy::Operator)
    }

    /// Calls a method or function of a module that takes CPython's objects. There is no
    /// receiver for a static method.
    ///
    /// # Errors
    ///
    /// As [`call_method`](Self::call_method).
    pub fn call_legacy_method(
        &'static self,
        method: &LegacyMethodDef,
        name: &dyn Fn() -> String,
        receiver: Option<R::Object>,
        args: CallArgs<R::Object>,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        let (args, positional, names) = args.into_parts();
        let count = args.len();
        let judge = |call: &mut Call<R>, result| call.py_object(result, callee);
        match (method.function, names) {
            (LegacyFunction::NoArgs(function), None) if count == 0 => {
                // SAFETY: the flags of the definition say that these are the arguments.
                let go =
                    |c: &[_]| unsafe { (function.framed())(c[0], null_mut(), function.address()) };
                run(self, [receiver], go, judge)
            }
            (LegacyFunction::O(function), None) if count == 1 => {
                let objects = [receiver].into_iter().chain(args.into_iter().map(Some));
                // SAFETY: as above.
                let go = |c: &[_]| unsafe { (function.framed())(c[0], c[1], function.address()) };
                run(self, objects, go, judge)
            }
            (LegacyFunction::VarArgs(function), None) => {
                let objects = [receiver, Some(self.tuple(args)?)];
                // SAFETY: as above.
                let go = |c: &[_]| unsafe { (function.framed())(c[0], c[1], function.address()) };
                run(self, objects, go, judge)
            }
            (LegacyFunction::Keywords(function), names) => {
                let (args, keywords) = self.with_keywords(args, positional, names)?;
                let objects = [receiver, Some(self.tuple(args)?), keywords];
                // SAFETY: as above.
                let go =
                    |c: &[_]| unsafe { (function.framed())(c[0], c[1], c[2], function.address()) };
                run(self, objects, go, judge)
            }
            (LegacyFunction::Fast(function), None) => {
                let objects = [receiver].into_iter().chain(args.into_iter().map(Some));
                // SAFETY: as above; `count` arguments lie behind the receiver.
                let go = |c: &[_]| unsafe {
                    let args = c[1..].as_ptr();
                    (function.framed())(c[0], args, count.cast_signed(), function.address())
                };
                run(self, objects, go, judge)
            }
            (LegacyFunction::FastKeywords(function), names) => {
                let objects = [receiver].into_iter().chain(args.into_iter().map(Some));
                // SAFETY: as above; the names are behind the arguments.
                let go = |c: &[_]| unsafe {
                    let (args, names) = (c[1..].as_ptr(), c[count + 1]);
                    let positional = positional.cast_signed();
                    (function.framed())(c[0], args, positional, names, function.address())
                };
                run(self, objects.chain([names]), go, judge)
            }
            (function, names) => {
                let takes = match function {
                    LegacyFunction::NoArgs(_) => "no arguments",
                    _ => "exactly one argument",
                };
                let message = match names {
                    Some(_) => format!("{}() takes no keyword arguments", name()),
                    None => format!("{}() takes {takes} ({count} given)", name()),
                };
                Err(self.error(self.constants().h_TypeError, &message))
            }
        }
    }

    /// Lets modules use CPython's own API, as far as the VM has it: a
    /// [hybrid](crate::Library::is_hybrid) one was loaded. Before, all of it is refused.
    pub fn admit_hybrid(&self) {
        self.core().open_c_api();
    }

    /// Drops an object that C has given up, from a function that C calls: outside the lock, if
    /// its death may run more than the VM's own code.
    pub fn drop_unlocked(&self, object: R::Object) {
        self.core().drop_unlocked(object);
    }

    fn tuple(&self, items: Vec<R::Object>) -> VmResult<R::Object, R> {
        self.runtime().new_tuple(items.into_iter())
    }

    /// The positional arguments, and the keywords as a dict.
    #[expect(clippy::type_complexity, reason = "two parts of one call")]
    fn with_keywords(
        &self,
        mut args: Vec<R::Object>,
        positional: usize,
        names: Option<R::Object>,
    ) -> VmResult<(Vec<R::Object>, Option<R::Object>), R> {
        let Some(names) = names else {
            return Ok((args, None));
        };
        let vm = self.runtime();
        let dict = vm.new_dict()?;
        for (index, value) in args.drain(positional..).enumerate() {
            let name = vm.get_item_index(&names, index.cast_signed())?;
            vm.set_item(&dict, &name, Some(&value))?;
        }
        Ok((args, Some(dict)))
    }
}

impl<R: Runtime, W: BorrowMut<[RawHandle]>> RunningCall<R, W> {
    /// Takes the object that a function of CPython's API returned.
    fn py_object(
        &mut self,
        result: *mut cpy_PyObject,
        callee: Callee<'_>,
    ) -> VmResult<R::Object, R> {
        let object = NonNull::new(result).map(|pointer| self.take(pointer));
        match object {
            Some(Ok(object)) if self.core.is_error_pending() => {
                self.core.drop_unlocked(object);
                self.integer((), false, callee)?;
                unreachable!("an error is pending")
            }
            Some(object) => object,
            None => {
                self.integer((), true, callee)?;
                unreachable!("the call has failed")
            }
        }
    }

    /// The object behind a reference that C gives away.
    fn take(&self, pointer: NonNull<cpy_PyObject>) -> VmResult<R::Object, R> {
        let vm = self.core.runtime();
        // SAFETY: C has returned it, so it has a reference.
        let Some(object) = (unsafe { vm.object_behind(pointer) }) else {
            return Err(self.core.dead_py_object("a function returned"));
        };
        // SAFETY: as above. The object has another root by now.
        drop(unsafe { vm.release_py_object(pointer) });
        Ok(object)
    }
}

/// The result of a function, judged.
macro_rules! judged {
    (object $call:ident $result:ident $asked:ident) => {
        $call.py_object($result, Callee::Slot)
    };
    (next $call:ident $result:ident $asked:ident) => {
        match $result.is_null() && !$call.core.is_error_pending() {
            true => Err($call.core.error($call.core.constants().h_StopIteration, "")),
            false => $call.py_object($result, Callee::Slot),
        }
    };
    (nothing $call:ident $result:ident $asked:ident) => {
        $call
            .slot_integer($result, |status: c_int| status != 0, $asked)
            .map(drop)
    };
    (hash $call:ident $result:ident $asked:ident) => {
        $call.slot_integer($result, |hash| hash == -1, $asked)
    };
    // As with HPy's functions.
    ($kind:ident $call:ident $result:ident $asked:ident) => {
        judge!($kind $call $result $asked)
    };
}

/// Calls `function` with the arguments as C gets them. Those that are objects are
/// numbered as `opened!` has them.
macro_rules! lent {
    ($function:ident $pointers:ident [$($done:expr,)*] $places:tt) => {
        // SAFETY: the function's type says which arguments these are, and the VM has
        // promised that they are good for it (see `crate::call`).
        unsafe { ($function.framed())($($done,)* $function.address()) }
    };
    ($function:ident $pointers:ident [$($done:expr,)*] [$place:literal $($places:literal)*]
     $arg:ident: object, $($rest:tt)*) => {
        lent!($function $pointers [$($done,)* $pointers[$place],] [$($places)*] $($rest)*)
    };
    ($function:ident $pointers:ident [$($done:expr,)*] [$place:literal $($places:literal)*]
     $arg:ident: optional, $($rest:tt)*) => {
        lent!($function $pointers [$($done,)* $pointers[$place],] [$($places)*] $($rest)*)
    };
    ($function:ident $pointers:ident [$($done:expr,)*] $places:tt
     $arg:ident: operator, $($rest:tt)*) => {
        lent!($function $pointers [$($done,)* compare_op($arg),] $places $($rest)*)
    };
    ($function:ident $pointers:ident [$($done:expr,)*] $places:tt
     $arg:ident: $plain:ident, $($rest:tt)*) => {
        lent!($function $pointers [$($done,)* $arg,] $places $($rest)*)
    };
}

/// Declares which functions of CPython's API are like which of HPy.
macro_rules! legacy_calls {
    ($($function:ident as $like:ident($($arg:ident: $kind:ident),*) -> $result:ident;)*) => { $(
        impl<R: Runtime> Like<R, $like> for $function {
            #[allow(unused_variables, reason = "an object is judged alike")]
            fn call(
                self,
                loader: &'static Loader<R>,
                ($($arg,)*): ($(given!($kind R::Object),)*),
                asked: AskedBy,
            ) -> VmResult<<$like as Signature>::Output<<R as Roots>::Object>, R> {
                let objects = opened!([] $($arg: $kind,)*);
                let go = |pointers: &[*mut cpy_PyObject]| {
                    lent!(self pointers [] [0 1 2] $($arg: $kind,)*)
                };
                run(loader, objects, go, |call, result| judged!($result call result asked))
            }
        }
    )* };
}

legacy_calls! {
    cpy_unaryfunc as HPyFunc_unaryfunc(this: object) -> object;
    cpy_iternextfunc as HPyFunc_unaryfunc(this: object) -> next;
    cpy_binaryfunc as HPyFunc_binaryfunc(a: object, b: object) -> object;
    cpy_ternaryfunc as HPyFunc_ternaryfunc(a: object, b: object, c: object) -> object;
    cpy_inquiry as HPyFunc_inquiry(this: object) -> truth;
    cpy_lenfunc as HPyFunc_lenfunc(this: object) -> length;
    cpy_hashfunc as HPyFunc_hashfunc(this: object) -> hash;
    cpy_ssizeargfunc as HPyFunc_ssizeargfunc(this: object, index: index) -> object;
    cpy_ssizeobjargproc as HPyFunc_ssizeobjargproc(this: object, index: index, value: optional)
        -> nothing;
    cpy_objobjargproc as HPyFunc_objobjargproc(this: object, key: object, value: optional)
        -> nothing;
    cpy_objobjproc as HPyFunc_objobjproc(container: object, key: object) -> truth;
    cpy_richcmpfunc as HPyFunc_richcmpfunc(a: object, b: object, op: operator) -> object;
    cpy_descrgetfunc as HPyFunc_descrgetfunc(this: object, instance: optional, owner: optional)
        -> object;
    cpy_getter as HPyFunc_getter(this: object, closure: closure) -> object;
    cpy_setter as HPyFunc_setter(this: object, value: optional, closure: closure) -> nothing;
}

/// The instance, positional arguments, and keywords as a dict or none.
impl<R: Runtime> Like<R, HPyFunc_initproc> for cpy_initproc {
    fn call(
        self,
        loader: &'static Loader<R>,
        (this, args, keywords): (R::Object, Vec<R::Object>, Option<R::Object>),
        _: AskedBy,
    ) -> VmResult<(), R> {
        let objects = [Some(this), Some(loader.tuple(args)?), keywords];
        // SAFETY: as in `lent!`.
        let go = |c: &[_]| unsafe { (self.framed())(c[0], c[1], c[2], self.address()) };
        let judge = |call: &mut Call<R>, result| call.integer((), result < 0, Callee::Slot);
        run(loader, objects, go, judge)
    }
}

impl<R: Runtime> Like<R, HPyFunc_destructor> for cpy_destructor {
    fn call(
        self,
        loader: &'static Loader<R>,
        (this,): (R::Object,),
        _: AskedBy,
    ) -> VmResult<(), R> {
        // SAFETY: as in `lent!`.
        let go = |c: &[_]| unsafe { (self.framed())(c[0], self.address()) };
        let judge = |call: &mut Call<R>, ()| {
            if let Some(error) = call.core.take_pending() {
                call.core
                    .leave(|runtime| runtime.report_unraisable(error, None));
            }
            Ok(())
        };
        run(loader, [Some(this)], go, judge)
    }
}

impl<R: Runtime> Loader<R> {
    /// Calls `tp_call` of CPython's API: the object, positional arguments, and keywords as a
    /// dict or none.
    ///
    /// # Errors
    ///
    /// What the function raised.
    pub fn call_legacy_instance(
        &'static self,
        function: cpy_ternaryfunc,
        (this, args, keywords): (R::Object, Vec<R::Object>, Option<R::Object>),
    ) -> VmResult<R::Object, R> {
        let objects = [Some(this), Some(self.tuple(args)?), keywords];
        // SAFETY: as in `lent!`.
        let go = |c: &[_]| unsafe { (function.framed())(c[0], c[1], c[2], function.address()) };
        run(self, objects, go, |call, result| {
            call.py_object(result, Callee::Slot)
        })
    }
}
