//! Operators.

use crate::tree::Comparison;
use hpy_loader::runtime::{BinaryOp, CompareOp};
use ruff_python_ast as ast;

/// The operator; none for `**`, which has a third operand.
pub(super) fn operator(op: ast::Operator) -> Option<BinaryOp> {
    Some(match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Subtract,
        ast::Operator::Mult => BinaryOp::Multiply,
        ast::Operator::MatMult => BinaryOp::MatrixMultiply,
        ast::Operator::Div => BinaryOp::TrueDivide,
        ast::Operator::Mod => BinaryOp::Remainder,
        ast::Operator::Pow => return None,
        ast::Operator::LShift => BinaryOp::Lshift,
        ast::Operator::RShift => BinaryOp::Rshift,
        ast::Operator::BitOr => BinaryOp::Or,
        ast::Operator::BitXor => BinaryOp::Xor,
        ast::Operator::BitAnd => BinaryOp::And,
        ast::Operator::FloorDiv => BinaryOp::FloorDivide,
    })
}

pub(super) fn comparison(op: ast::CmpOp) -> Comparison {
    match op {
        ast::CmpOp::Eq => Comparison::Rich(CompareOp::Eq),
        ast::CmpOp::NotEq => Comparison::Rich(CompareOp::Ne),
        ast::CmpOp::Lt => Comparison::Rich(CompareOp::Lt),
        ast::CmpOp::LtE => Comparison::Rich(CompareOp::Le),
        ast::CmpOp::Gt => Comparison::Rich(CompareOp::Gt),
        ast::CmpOp::GtE => Comparison::Rich(CompareOp::Ge),
        ast::CmpOp::Is => Comparison::Is,
        ast::CmpOp::IsNot => Comparison::IsNot,
        ast::CmpOp::In => Comparison::In,
        ast::CmpOp::NotIn => Comparison::NotIn,
    }
}
