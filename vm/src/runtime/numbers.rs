//! Numbers.

use super::references::exactly;
use crate::host::{Root, RustPython, attempt, attempt_object};
use hpy_loader::runtime::{BinaryOp, Integer, Numbers, UnaryOp, VmResult};
use num_traits::{Signed, ToPrimitive};
use rustpython_vm::builtins::{PyFloat, PyInt};
use rustpython_vm::protocol::PyNumber;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

type Operator = fn(&VirtualMachine, &PyObject, &PyObject) -> PyResult;

/// The operator, and the one in place.
#[inline]
fn operators(op: BinaryOp) -> (Operator, Operator) {
    type Vm = VirtualMachine;
    match op {
        BinaryOp::Add => (Vm::_add, Vm::_iadd),
        BinaryOp::Subtract => (Vm::_sub, Vm::_isub),
        BinaryOp::Multiply => (Vm::_mul, Vm::_imul),
        BinaryOp::MatrixMultiply => (Vm::_matmul, Vm::_imatmul),
        BinaryOp::FloorDivide => (Vm::_floordiv, Vm::_ifloordiv),
        BinaryOp::TrueDivide => (Vm::_truediv, Vm::_itruediv),
        BinaryOp::Remainder => (Vm::_mod, Vm::_imod),
        // Python has no such operator in place, and the ABI no such function.
        BinaryOp::Divmod => (Vm::_divmod, Vm::_divmod),
        BinaryOp::Lshift => (Vm::_lshift, Vm::_ilshift),
        BinaryOp::Rshift => (Vm::_rshift, Vm::_irshift),
        BinaryOp::And => (Vm::_and, Vm::_iand),
        BinaryOp::Xor => (Vm::_xor, Vm::_ixor),
        BinaryOp::Or => (Vm::_or, Vm::_ior),
        _ => (unknown_operator, unknown_operator),
    }
}

/// An operator that a later loader asks for.
fn unknown_operator(vm: &VirtualMachine, _: &PyObject, _: &PyObject) -> PyResult {
    Err(vm.new_not_implemented_error("this VM does not know the operator"))
}

/// `a.__ipow__(b)` if `a` has this method from a class of Python's, which never
/// gets the modulus: `PyNumber_InPlacePower` drops it, whatever its
/// documentation says. RustPython would pass it on.
fn python_in_place_power(
    a: &PyObject,
    b: &PyObject,
    modulus: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<Root>> {
    let name = vm.ctx.intern_str("__ipow__");
    // Those of RustPython's types and those of our own are no Python.
    let types = &vm.ctx.types;
    let is_python = |method: &Root| {
        !method.class().is(types.wrapper_descriptor_type)
            && !method.class().is(types.method_descriptor_type)
    };
    if !a.class().get_attr(name).as_ref().is_some_and(is_python) {
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
    fn new_int(&self, value: i64) -> Root {
        self.ctx.new_int(value).into()
    }

    #[inline]
    fn new_unsigned_int(&self, value: u64) -> Root {
        self.ctx.new_int(value).into()
    }

    #[inline]
    fn new_float(&self, value: f64) -> Root {
        self.ctx.new_float(value).into()
    }

    #[inline]
    fn integer(&self, object: &Root) -> Option<Integer> {
        let int = object.downcast_ref::<PyInt>()?;
        if let Some(value) = small(int) {
            return Some(Integer::Signed(value));
        }
        let value = int.as_bigint();
        let wide = || Integer::Wide {
            low: int.as_u64_mask(),
            negative: value.is_negative(),
        };
        Some(value.to_u64().map_or_else(wide, Integer::Unsigned))
    }

    fn integer_as_f64(&self, object: &Root) -> VmResult<f64, Self> {
        // The slot of `int` itself, since a subclass may have another.
        let to_float = self.ctx.types.int_type.slots.as_number.float.load();
        attempt(|vm| match to_float {
            Some(to_float) if object.downcastable::<PyInt>() => {
                let float = to_float(object.number(), vm)?;
                float.try_float(vm).map(|float| float.to_f64())
            }
            _ => Err(vm.new_type_error("an integer is required")),
        })
    }

    #[inline]
    fn exact_float(&self, object: &Root) -> Option<f64> {
        let float = exactly::<PyFloat>(object, self.ctx.types.float_type)?;
        Some(float.to_f64())
    }

    fn as_f64(&self, object: &Root) -> VmResult<f64, Self> {
        attempt(|vm| match object.downcast_ref::<PyFloat>() {
            // Of a subclass too, whatever its `__float__` says.
            Some(float) => Ok(float.to_f64()),
            None => object.try_float(vm).map(|float| float.to_f64()),
        })
    }

    fn is_number(&self, object: &Root) -> bool {
        PyNumber::check(object)
    }

    #[inline]
    fn binary(&self, op: BinaryOp, a: &Root, b: &Root) -> VmResult<Root, Self> {
        attempt(|vm| operators(op).0(vm, a, b))
    }

    fn in_place(&self, op: BinaryOp, a: &Root, b: &Root) -> VmResult<Root, Self> {
        attempt(|vm| operators(op).1(vm, a, b))
    }

    fn power(&self, a: &Root, b: &Root, modulus: &Root) -> VmResult<Root, Self> {
        attempt(|vm| vm._pow(a, b, modulus))
    }

    fn in_place_power(&self, a: &Root, b: &Root, modulus: &Root) -> VmResult<Root, Self> {
        attempt(|vm| {
            if !vm.is_none(modulus)
                && let Some(result) = python_in_place_power(a, b, modulus, vm)?
            {
                return Ok(result);
            }
            vm._ipow(a, b, modulus)
        })
    }

    fn unary(&self, op: UnaryOp, object: &Root) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let call = |class: &PyObject| class.call((object.clone(),), vm);
            match op {
                UnaryOp::Negative => vm._neg(object),
                UnaryOp::Positive => vm._pos(object),
                UnaryOp::Absolute => vm._abs(object),
                UnaryOp::Invert => vm._invert(object),
                UnaryOp::Index => object.try_index(vm).map(Into::into),
                // The classes do what the C functions of CPython do, text and bytes
                // included.
                UnaryOp::Long => call(vm.ctx.types.int_type.as_object()),
                UnaryOp::Float => call(vm.ctx.types.float_type.as_object()),
                _ => unknown_operator(vm, object, object),
            }
        })
    }
}
