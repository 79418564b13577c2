//! Literals, and the two things the parser does not keep of them: surrogates
//! and large integers.

use super::machine::{LoadedUnit, Value};
use crate::syntax::index;
use moving_gc::Vm;
use ruff_python_ast::{AtomicNodeIndex, Expr, ExprStringLiteral, Number, StringFlags};
use ruff_text_size::Ranged;

impl LoadedUnit {
    /// The object for the literal that a node is.
    pub fn literal(&self, vm: &Vm, node: &AtomicNodeIndex) -> Value {
        let number = index(node);
        let object =
            self.literals[number].get_or_init(|| self.object(vm, self.unit.literals[number]));
        object.clone()
    }

    fn object(&self, vm: &Vm, literal: &Expr) -> Value {
        match literal {
            Expr::StringLiteral(node) => self.string(vm, node),
            Expr::BytesLiteral(node) => vm.bytes(&node.value.bytes().collect::<Vec<u8>>()),
            Expr::NumberLiteral(node) => match &node.value {
                Number::Float(value) => vm.float(*value),
                Number::Int(int) => match int.as_i64() {
                    Some(value) => vm.int(value),
                    None => vm
                        .parse_int(&self.unit.source[node.range()], 0, &vm.none())
                        .unwrap_or_else(|_| unreachable!("the parser refuses other digits")),
                },
                Number::Complex { .. } => unreachable!("its code is never run"),
            },
            _ => unreachable!("no other expression is a literal"),
        }
    }

    /// The parser puts U+FFFD where a `\ud800` stands, so such a literal is read
    /// again.
    fn string(&self, vm: &Vm, literal: &ExprStringLiteral) -> Value {
        let text = literal.value.to_str();
        if !text.contains('\u{fffd}') {
            return vm.str(text);
        }
        let mut points = Vec::new();
        for part in &literal.value {
            let raw = part.flags.prefix().is_raw();
            let source = &self.unit.source[part.range()];
            let opener = part.flags.opener_len().to_usize();
            let closer = part.flags.closer_len().to_usize();
            let inner = &source[opener..source.len() - closer];
            if raw || !inner.contains('\\') {
                points.extend(part.value.chars().map(u32::from));
            } else {
                points.extend(surrogates(inner, &part.value));
            }
        }
        vm.str_of_code_points(&points)
    }
}

/// The code points of a literal: those of `value`, with the surrogates that
/// `source` escapes where `value` has U+FFFD.
fn surrogates(source: &str, value: &str) -> Vec<u32> {
    let mut escapes = source.match_indices("\\u").filter_map(|(at, _)| {
        let point = u32::from_str_radix(source.get(at + 2..at + 6)?, 16).ok()?;
        matches!(point, 0xd800..=0xdfff | 0xfffd).then_some(point)
    });
    value
        .chars()
        .map(|character| match character {
            '\u{fffd}' => escapes.next().unwrap_or(0xfffd),
            other => u32::from(other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_are_found_again() {
        assert_eq!(surrogates("a\\ud800b", "a\u{fffd}b"), [0x61, 0xd800, 0x62]);
    }
}
