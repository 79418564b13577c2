//! Numbers.

use super::references::exactly;
use crate::host::{RustPython, attempt, attempt_object};
use hpy_loader::runtime::{BinaryOp, Integer, Numbers, UnaryOp, VmResult};
use num_traits::{Signed, ToPrimitive};
use rustpython_vm::builtins::{PyFloat, PyInt};
use rustpython_vm::protocol::PyNumber;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

type Operator = fn(&VirtualMachine, &PyObject, &PyObject) -> PyResult;

fn operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => VirtualMachine::_add,
        BinaryOp::Subtract => VirtualMachine::_sub,
        BinaryOp::Multiply => VirtualMachine::_mul,
        BinaryOp::MatrixMultiply => VirtualMachine::_matmul,
        BinaryOp::FloorDivide => VirtualMachine::_floordiv,
        BinaryOp::TrueDivide => VirtualMachine::_truediv,
        BinaryOp::Remainder => VirtualMachine::_mod,
        BinaryOp::Divmod => VirtualMachine::_divmod,
        BinaryOp::Lshift => VirtualMachine::_lshift,
        BinaryOp::Rshift => VirtualMachine::_rshift,
        BinaryOp::And => VirtualMachine::_and,
        BinaryOp::Xor => VirtualMachine::_xor,
        BinaryOp::Or => VirtualMachine::_or,
        _ => unknown_operator,
    }
}

/// An operator that a later loader asks for.
fn unknown_operator(vm: &VirtualMachine, _: &PyObject, _: &PyObject) -> PyResult {
    Err(vm.new_not_implemented_error("this VM does not know the operator"))
}

fn in_place_operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => VirtualMachine::_iadd,
        BinaryOp::Subtract => VirtualMachine::_isub,
        BinaryOp::Multiply => VirtualMachine::_imul,
        BinaryOp::MatrixMultiply => VirtualMachine::_imatmul,
        BinaryOp::FloorDivide => VirtualMachine::_ifloordiv,
        BinaryOp::TrueDivide => VirtualMachine::_itruediv,
        BinaryOp::Remainder => VirtualMachine::_imod,
        BinaryOp::Lshift => VirtualMachine::_ilshift,
        BinaryOp::Rshift => VirtualMachine::_irshift,
        BinaryOp::And => VirtualMachine::_iand,
        BinaryOp::Xor => VirtualMachine::_ixor,
        BinaryOp::Or => VirtualMachine::_ior,
        // Python has no such operator, and the ABI no such function.
        BinaryOp::Divmod => VirtualMachine::_divmod,
        _ => unknown_operator,
    }
}

/// `a.__ipow__(b)` if `a` has this method from a class of Python's, which never
/// gets the modulus: `PyNumber_InPlacePower` drops it, whatever its
/// documentation says. RustPython would pass it on.
fn python_in_place_power(
    a: &PyObject,
    b: &PyObject,
    modulus: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let name = vm.ctx.intern_str("__ipow__");
    let Some(method) = a.class().get_attr(name) else {
        return Ok(None);
    };
    // Those of RustPython's types and those of our own are no Python.
    let types = &vm.ctx.types;
    if method.class().is(types.wrapper_descriptor_type)
        || method.class().is(types.method_descriptor_type)
    {
        return Ok(None);
    }
    let Some(method) = a.lookup_special(name, vm)? else {
        return Ok(None);
    };
    let result = method.call((b.to_owned(),), vm)?;
    // Without an answer the plain operator has its turn.
    if result.is(&vm.ctx.not_implemented) {
        return vm._pow(a, b, modulus).map(Some);
    }
    Ok(Some(result))
}

/// The value if it is one of 64 bits. By the magnitude, which is a look; the
/// conversion of a signed number counts its bits.
#[inline]
pub(super) fn small(int: &PyInt) -> Option<i64> {
    let value = int.as_bigint();
    let magnitude = value.magnitude().to_u64()?;
    match value.is_negative() {
        false => magnitude.try_into().ok(),
        true => 0_i64.checked_sub_unsigned(magnitude),
    }
}

impl Numbers for RustPython {
    #[inline]
    fn new_int(&self, value: i64) -> PyObjectRef {
        self.ctx.new_int(value).into()
    }

    #[inline]
    fn new_unsigned_int(&self, value: u64) -> PyObjectRef {
        self.ctx.new_int(value).into()
    }

    #[inline]
    fn new_float(&self, value: f64) -> PyObjectRef {
        self.ctx.new_float(value).into()
    }

    #[inline]
    fn integer(&self, object: &PyObjectRef) -> Option<Integer> {
        let int = object.downcast_ref::<PyInt>()?;
        if let Some(value) = small(int) {
            return Some(Integer::Signed(value));
        }
        let value = int.as_bigint();
        Some(if let Some(value) = value.to_u64() {
            Integer::Unsigned(value)
        } else {
            Integer::Wide {
                low: int.as_u64_mask(),
                negative: value.is_negative(),
            }
        })
    }

    fn integer_as_f64(&self, object: &PyObjectRef) -> VmResult<f64, Self> {
        // The slot of `int` itself, since a subclass may have another.
        attempt(
            |vm| match vm.ctx.types.int_type.slots.as_number.float.load() {
                Some(to_float) if object.downcastable::<PyInt>() => {
                    let float = to_float(object.number(), vm)?;
                    float.try_float(vm).map(|float| float.to_f64())
                }
                _ => Err(vm.new_type_error("an integer is required")),
            },
        )
    }

    #[inline]
    fn exact_float(&self, object: &PyObjectRef) -> Option<f64> {
        let float = exactly::<PyFloat>(object, self.ctx.types.float_type)?;
        Some(float.to_f64())
    }

    fn as_f64(&self, object: &PyObjectRef) -> VmResult<f64, Self> {
        attempt(|vm| match object.downcast_ref::<PyFloat>() {
            // Of a subclass too, whatever its `__float__` says.
            Some(float) => Ok(float.to_f64()),
            None => object.try_float(vm).map(|float| float.to_f64()),
        })
    }

    fn is_number(&self, object: &PyObjectRef) -> bool {
        PyNumber::check(object)
    }

    #[inline]
    fn binary(
        &self,
        op: BinaryOp,
        a: &PyObjectRef,
        b: &PyObjectRef,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| operator(op)(vm, a, b))
    }

    fn in_place(
        &self,
        op: BinaryOp,
        a: &PyObjectRef,
        b: &PyObjectRef,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| in_place_operator(op)(vm, a, b))
    }

    fn power(
        &self,
        a: &PyObjectRef,
        b: &PyObjectRef,
        modulus: &PyObjectRef,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| vm._pow(a, b, modulus))
    }

    fn in_place_power(
        &self,
        a: &PyObjectRef,
        b: &PyObjectRef,
        modulus: &PyObjectRef,
    ) -> VmResult<PyObjectRef, Self> {
        attempt(|vm| {
            if !vm.is_none(modulus)
                && let Some(result) = python_in_place_power(a, b, modulus, vm)?
            {
                return Ok(result);
            }
            vm._ipow(a, b, modulus)
        })
    }

    fn unary(&self, op: UnaryOp, object: &PyObjectRef) -> VmResult<PyObjectRef, Self> {
        attempt_object(|vm| match op {
            UnaryOp::Negative => vm._neg(object),
            UnaryOp::Positive => vm._pos(object),
            UnaryOp::Absolute => vm._abs(object),
            UnaryOp::Invert => vm._invert(object),
            UnaryOp::Index => object.try_index(vm).map(Into::into),
            // The classes do what the C functions of CPython do, text and bytes
            // included.
            UnaryOp::Long => vm
                .ctx
                .types
                .int_type
                .as_object()
                .call((object.clone(),), vm),
            UnaryOp::Float => vm
                .ctx
                .types
                .float_type
                .as_object()
                .call((object.clone(),), vm),
            _ => unknown_operator(vm, object, object),
        })
    }
}
