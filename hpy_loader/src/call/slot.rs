//! The slots of types, and the functions of attributes.

use super::Callee;
use super::declaration::trampolines;
use super::passage::{Passage, Way};
use super::result::Hash;
use super::running::{Call, run, run_unchecked};
use crate::abi::*;
use crate::loader::Loader;
use crate::runtime::{CompareOp, Runtime, VmResult};
use std::ffi::c_void;

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

trampolines! {
    SlotCalls, slots;

    /// Calls `tp_new`. The keywords are a dict or none.
    pub fn call_new(
        loader,
        function: HPyFunc_newfunc,
        class: R::Object,
        args: Vec<R::Object>,
        kwargs: Option<R::Object>,
        callee: Callee<'_>
    ) -> VmResult<R::Object, R> {
        let count = args.len().cast_signed();
        let mut call = Call::of_many(loader)?;
        let class = call.push(class)?;
        call.push_all(args)?;
        let kwargs = call.push_optional(kwargs)?;
        let words = call.frame.kept_words();
        // SAFETY: the caller vouches for the function.
        let result = P::go(loader, function as _, HPy::NULL, words, |way| unsafe {
            let (class, kwargs) = (way.pushed(class, 0), way.last(kwargs));
            function(way.context, class, way.args(1), count, kwargs)
        });
        call.object(result, callee)
    }

    /// Calls `tp_init`. The keywords are a dict or none.
    pub fn call_init(
        loader,
        function: HPyFunc_initproc,
        object: R::Object,
        args: Vec<R::Object>,
        kwargs: Option<R::Object>
    ) -> VmResult<(), R> {
        let count = args.len().cast_signed();
        let mut call = Call::of_many(loader)?;
        let object = call.push(object)?;
        call.push_all(args)?;
        let kwargs = call.push_optional(kwargs)?;
        let words = call.frame.kept_words();
        // SAFETY: the caller vouches for the function.
        let result = P::go(loader, function as _, HPy::NULL, words, |way| unsafe {
            let (object, kwargs) = (way.pushed(object, 0), way.last(kwargs));
            function(way.context, object, way.args(1), count, kwargs)
        });
        call.integer(result).map(drop)
    }

    /// Calls a slot with one operand.
    pub fn call_unary(
        loader,
        function: HPyFunc_unaryfunc,
        object: R::Object
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls a slot with two operands.
    pub fn call_binary(
        loader,
        function: HPyFunc_binaryfunc,
        a: R::Object,
        b: R::Object
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(a), Some(b)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls a slot with three operands.
    pub fn call_ternary(
        loader,
        function: HPyFunc_ternaryfunc,
        a: R::Object,
        b: R::Object,
        c: R::Object
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1), way.arg(2)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(a), Some(b), Some(c)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls `HPy_mod_exec`. `name` is the module's, for messages.
    pub fn call_exec(
        loader,
        function: HPyFunc_inquiry,
        module: R::Object,
        name: &str
    ) -> VmResult<(), R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(module)], go, |call, result| {
            call.integer_of(result, Callee::Execution(name)).map(drop)
        })
    }

    /// Calls `nb_bool`: the result is true for 1.
    pub fn call_inquiry(
        loader,
        function: HPyFunc_inquiry,
        object: R::Object
    ) -> VmResult<bool, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, result| {
            call.integer(result).map(|result| result != 0)
        })
    }

    /// Calls `sq_length` or `mp_length`.
    pub fn call_length(
        loader,
        function: HPyFunc_lenfunc,
        object: R::Object
    ) -> VmResult<usize, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, result| {
            call.integer(result).map(isize::cast_unsigned)
        })
    }

    /// Calls `tp_hash`; -1 is a failure if it comes with an error, and a hash
    /// like any other if not, as CPython's slot wrapper has it.
    pub fn call_hash(
        loader,
        function: HPyFunc_hashfunc,
        object: R::Object
    ) -> VmResult<isize, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { Hash(function(way.context, way.arg(0))) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, Hash(result)| {
            let failed = result == -1 && loader.is_error_pending();
            call.integer(if failed { -1_i8 } else { 0 })?;
            Ok(result)
        })
    }

    /// Calls `sq_item`, `sq_repeat` or `sq_inplace_repeat`.
    pub fn call_ssizearg(
        loader,
        function: HPyFunc_ssizeargfunc,
        object: R::Object,
        index: isize
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), index) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls `sq_ass_item`; no value deletes.
    pub fn call_ssizeobjarg(
        loader,
        function: HPyFunc_ssizeobjargproc,
        object: R::Object,
        index: isize,
        value: Option<R::Object>
    ) -> VmResult<(), R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), index, way.arg(1)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object), value], go, |call, result| {
            call.integer(result).map(drop)
        })
    }

    /// Calls `mp_ass_subscript`; no value deletes.
    pub fn call_objobjarg(
        loader,
        function: HPyFunc_objobjargproc,
        object: R::Object,
        key: R::Object,
        value: Option<R::Object>
    ) -> VmResult<(), R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1), way.arg(2)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object), Some(key), value], go, |call, result| {
            call.integer(result).map(drop)
        })
    }

    /// Calls `sq_contains`.
    pub fn call_objobj(
        loader,
        function: HPyFunc_objobjproc,
        container: R::Object,
        key: R::Object
    ) -> VmResult<bool, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(container), Some(key)], go, |call, result| {
            call.integer(result).map(|result| result != 0)
        })
    }

    /// Calls `tp_richcompare`.
    pub fn call_compare(
        loader,
        function: HPyFunc_richcmpfunc,
        a: R::Object,
        b: R::Object,
        op: CompareOp
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1), compare_op(op)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(a), Some(b)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls `tp_descr_get`.
    pub fn call_descr_get(
        loader,
        function: HPyFunc_descrgetfunc,
        descriptor: R::Object,
        instance: Option<R::Object>,
        owner: Option<R::Object>
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1), way.arg(2)) };
        run::<R, P, _, _, _>(loader, function as _, [Some(descriptor), instance, owner], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls the getter of an attribute.
    pub fn call_getter(
        loader,
        function: HPyFunc_getter,
        object: R::Object,
        closure: *mut c_void
    ) -> VmResult<R::Object, R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), closure) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object)], go, |call, result| {
            call.object(result, Callee::Slot)
        })
    }

    /// Calls the setter of an attribute; no value deletes.
    pub fn call_setter(
        loader,
        function: HPyFunc_setter,
        object: R::Object,
        value: Option<R::Object>,
        closure: *mut c_void
    ) -> VmResult<(), R> {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0), way.arg(1), closure) };
        run::<R, P, _, _, _>(loader, function as _, [Some(object), value], go, |call, result| {
            call.integer(result).map(drop)
        })
    }

    /// Calls `tp_finalize`. An error that it leaves is reported as unraisable.
    pub fn call_finalize(loader, function: HPyFunc_destructor, object: R::Object) -> () {
        // SAFETY: the caller vouches for the function.
        let go = |way: Way<'_>| unsafe { function(way.context, way.arg(0)) };
        let report = |_: &mut Call<R, _>, ()| {
            if let Some(error) = loader.take_pending() {
                loader.leave(|runtime| runtime.report_unraisable(error, None));
            }
            Ok(())
        };
        // Without a handle it can't be done, and there is nobody to tell.
        let objects = [Some(object)];
        drop(run_unchecked::<R, P, _, _, _>(loader, function as _, objects, go, report));
    }
}
