//! The slots of types, and the functions of attributes.

use super::result::Hash;
use super::{Call, Callee};
use crate::abi::*;
use crate::loader::Loader;
use crate::runtime::{CompareOp, Fallible, Runtime};
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

/// Calls of a type's functions.
///
/// # Safety
///
/// For all methods: `function` came from a definition that the extension of
/// this loader gave, for the signature that the method is for.
#[allow(clippy::missing_safety_doc)]
impl<R: Runtime> Loader<R> {
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

    /// Calls `HPy_mod_exec`. `name` is the module's, for messages.
    pub unsafe fn call_exec(
        &'static self,
        function: HPyFunc_inquiry,
        module: R::Object,
        name: &str,
    ) -> Fallible<(), R> {
        let mut call = Call::new(self)?;
        let module = call.push(module)?;
        // SAFETY: the caller vouches for the function.
        let result = call.invoke(function as *const c_void, |way| unsafe {
            function(way.context, way.handle(module))
        });
        call.integer_of(result, Callee::Execution(name)).map(drop)
    }

    /// Calls `nb_bool`: the result is true for 1.
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
