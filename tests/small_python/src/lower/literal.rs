//! Literals, and the two things the parser does not keep of them: surrogates
//! and large integers.

use super::Lowering;
use crate::tree::Constant;
use ruff_python_ast as ast;
use ruff_python_ast::StringFlags;
use ruff_text_size::Ranged;

impl Lowering<'_> {
    pub(super) fn number(&mut self, literal: &ast::ExprNumberLiteral) -> Constant {
        match &literal.value {
            ast::Number::Int(int) => match int.as_i64() {
                Some(value) => Constant::Int(value),
                None => self.large(literal),
            },
            ast::Number::Float(value) => Constant::Float(*value),
            ast::Number::Complex { .. } => {
                self.unsupported("complex literal", literal);
                Constant::None
            }
        }
    }

    fn large(&mut self, literal: &ast::ExprNumberLiteral) -> Constant {
        let digits: String = self
            .text(literal.range())
            .chars()
            .filter(|&c| c != '_')
            .collect();
        Constant::BigInt(digits)
    }

    /// The parser puts U+FFFD where a `\ud800` stands, so such a literal is read
    /// again.
    pub(super) fn string_constant(&mut self, literal: &ast::ExprStringLiteral) -> Constant {
        let text = literal.value.to_str();
        if !text.contains('\u{fffd}') {
            return Constant::Str(text.to_owned());
        }
        let mut points = Vec::new();
        for part in &literal.value {
            let raw = part.flags.prefix().is_raw();
            let source = self.text(part.range());
            let opener = part.flags.opener_len().to_usize();
            let closer = part.flags.closer_len().to_usize();
            let inner = &source[opener..source.len() - closer];
            if raw || !inner.contains('\\') {
                points.extend(part.value.chars().map(u32::from));
            } else {
                points.extend(surrogates(inner, &part.value));
            }
        }
        Constant::CodePoints(points)
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
