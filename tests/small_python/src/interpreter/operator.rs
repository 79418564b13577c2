//! Operators.

use super::machine::{Interpreter, Value, VmResult};
use hpy_loader::runtime::{BinaryOp, CompareOp};
use moving_gc::heap::Reference;
use ruff_python_ast::{CmpOp, Operator};

/// The operator; none for `**`, which has a third operand.
fn binary(op: Operator) -> Option<BinaryOp> {
    Some(match op {
        Operator::Add => BinaryOp::Add,
        Operator::Sub => BinaryOp::Subtract,
        Operator::Mult => BinaryOp::Multiply,
        Operator::MatMult => BinaryOp::MatrixMultiply,
        Operator::Div => BinaryOp::TrueDivide,
        Operator::Mod => BinaryOp::Remainder,
        Operator::Pow => return None,
        Operator::LShift => BinaryOp::Lshift,
        Operator::RShift => BinaryOp::Rshift,
        Operator::BitOr => BinaryOp::Or,
        Operator::BitXor => BinaryOp::Xor,
        Operator::BitAnd => BinaryOp::And,
        Operator::FloorDiv => BinaryOp::FloorDivide,
    })
}

impl Interpreter {
    pub(super) fn operate(&self, op: Operator, left: &Value, right: &Value) -> VmResult<Value> {
        match binary(op) {
            Some(op) => self.vm.binary(op, left, right),
            None => self.vm.power(left, right, &self.vm.none()),
        }
    }

    pub(super) fn operate_in_place(
        &self,
        op: Operator,
        left: &Value,
        right: &Value,
    ) -> VmResult<Value> {
        match binary(op) {
            Some(op) => self.vm.in_place(op, left, right),
            None => self.vm.in_place_power(left, right, &self.vm.none()),
        }
    }

    pub(super) fn comparison(&self, op: CmpOp, left: &Value, right: &Value) -> VmResult<Value> {
        let vm = self.vm;
        match op {
            CmpOp::Eq => vm.compare(CompareOp::Eq, left, right),
            CmpOp::NotEq => vm.compare(CompareOp::Ne, left, right),
            CmpOp::Lt => vm.compare(CompareOp::Lt, left, right),
            CmpOp::LtE => vm.compare(CompareOp::Le, left, right),
            CmpOp::Gt => vm.compare(CompareOp::Gt, left, right),
            CmpOp::GtE => vm.compare(CompareOp::Ge, left, right),
            CmpOp::Is => Ok(vm.bool(left.is(right))),
            CmpOp::IsNot => Ok(vm.bool(!left.is(right))),
            CmpOp::In => Ok(vm.bool(vm.contains(right, left)?)),
            CmpOp::NotIn => Ok(vm.bool(!vm.contains(right, left)?)),
        }
    }
}
