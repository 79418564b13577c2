//! Format strings and the format language of numbers and text.

use super::frame::Frame;
use super::machine::{Interpreter, Value, VmResult};
use hpy_loader::runtime::UnaryOp;
use ruff_python_ast::{
    ConversionFlag, FStringPart, FStringValue, InterpolatedStringElement,
    InterpolatedStringElements,
};

impl Interpreter {
    pub(super) fn format(&self, frame: &mut Frame, value: &FStringValue) -> VmResult<String> {
        let mut text = String::new();
        for part in value {
            match part {
                FStringPart::Literal(part) => text.push_str(&part.value),
                FStringPart::FString(part) => {
                    text.push_str(&self.format_elements(frame, &part.elements)?);
                }
            }
        }
        Ok(text)
    }

    fn format_elements(
        &self,
        frame: &mut Frame,
        elements: &InterpolatedStringElements,
    ) -> VmResult<String> {
        let mut text = String::new();
        for element in elements {
            let node = match element {
                InterpolatedStringElement::Interpolation(node) => node,
                InterpolatedStringElement::Literal(part) => {
                    text.push_str(&part.value);
                    continue;
                }
            };
            let value = self.eval(frame, &node.expression)?;
            let value = match node.conversion {
                ConversionFlag::None => value,
                ConversionFlag::Str => self.vm.str(&self.vm.display(&value)?),
                ConversionFlag::Repr => self.vm.str(&self.vm.repr(&value)?),
                ConversionFlag::Ascii => self.vm.str(&self.vm.ascii(&value)?),
            };
            let specification = match &node.format_spec {
                Some(specification) => self.format_elements(frame, &specification.elements)?,
                None => String::new(),
            };
            text.push_str(&self.formatted(&value, &specification)?);
        }
        Ok(text)
    }

    /// `format(value, specification)`.
    pub(crate) fn formatted(&self, value: &Value, specification: &str) -> VmResult<String> {
        if specification.is_empty() {
            return self.vm.display(value);
        }
        let Some(format) = Specification::parse(specification) else {
            let message = format!("Invalid format specifier '{specification}'");
            return Err(self.error("ValueError", &message));
        };
        let is_number = self.vm.int_value(value).is_some() || self.vm.float_value(value).is_some();
        let text = match (format.kind, self.vm.int_value(value)) {
            (None | Some('s'), _) if !is_number => {
                if self.vm.text(value).is_none() {
                    let class = self.vm.class_name(&self.vm.class_of(value));
                    let message = format!("unsupported format string passed to {class}.__format__");
                    return Err(self.error("TypeError", &message));
                }
                let text = self.vm.display(value)?;
                match format.precision {
                    Some(precision) => text.chars().take(precision).collect(),
                    None => text,
                }
            }
            (None, Some(value)) if format.precision.is_none() => value.to_string(),
            (Some('d'), Some(value)) => value.to_string(),
            (Some('x'), Some(value)) => format.prefixed("0x", value.to_str_radix(16)),
            (Some('X'), Some(value)) => {
                format.prefixed("0X", value.to_str_radix(16).to_uppercase())
            }
            (Some('o'), Some(value)) => format.prefixed("0o", value.to_str_radix(8)),
            (Some('b'), Some(value)) => format.prefixed("0b", value.to_str_radix(2)),
            (Some('f' | 'F') | None, _) => {
                let number = self.vm.unary(UnaryOp::Float, value)?;
                let number = self.vm.float_value(&number).unwrap_or_default();
                match (format.kind, format.precision) {
                    (None, None) => self.vm.display(value)?,
                    (_, precision) => format!("{number:.*}", precision.unwrap_or(6)),
                }
            }
            (Some(kind), _) => {
                let class = self.vm.class_name(&self.vm.class_of(value));
                let message = format!("Unknown format code '{kind}' for object of type '{class}'");
                return Err(self.error("ValueError", &message));
            }
        };
        Ok(format.pad(text, is_number))
    }
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
struct Specification {
    fill: char,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Specification {
    fn parse(text: &str) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut rest = &characters[..];
        let is_align = |c: &char| "<>=^".contains(*c);
        let (mut fill, mut align) = (' ', None);
        if let [first, second, tail @ ..] = rest
            && is_align(second)
        {
            (fill, align, rest) = (*first, Some(*second), tail);
        } else if let [first, tail @ ..] = rest
            && is_align(first)
        {
            (align, rest) = (Some(*first), tail);
        }
        let mut take = |wanted: &str| match rest {
            [first, tail @ ..] if wanted.contains(*first) => {
                rest = tail;
                Some(*first)
            }
            _ => None,
        };
        let sign = take("+- ");
        let alternate = take("#").is_some();
        if take("0").is_some() && align.is_none() {
            (fill, align) = ('0', Some('='));
        }
        let mut number = String::new();
        while let Some(digit) = take("0123456789") {
            number.push(digit);
        }
        let mut precision = None;
        if take(".").is_some() {
            let mut digits = String::new();
            while let Some(digit) = take("0123456789") {
                digits.push(digit);
            }
            precision = Some(digits.parse().ok()?);
        }
        let kind = take("sdxXobfF");
        rest.is_empty().then_some(Self {
            fill,
            align,
            sign,
            alternate,
            width: number.parse().unwrap_or(0),
            precision,
            kind,
        })
    }

    fn prefixed(&self, prefix: &str, digits: String) -> String {
        match (self.alternate, digits.strip_prefix('-')) {
            (false, _) => digits,
            (true, Some(digits)) => format!("-{prefix}{digits}"),
            (true, None) => format!("{prefix}{digits}"),
        }
    }

    fn pad(&self, mut text: String, is_number: bool) -> String {
        if let (true, Some(sign @ ('+' | ' '))) = (is_number && !text.starts_with('-'), self.sign) {
            text.insert(0, sign);
        }
        let missing = self.width.saturating_sub(text.chars().count());
        let padding = |count: usize| self.fill.to_string().repeat(count);
        let default = if is_number { '>' } else { '<' };
        match self.align.unwrap_or(default) {
            '<' => text + &padding(missing),
            '^' => padding(missing / 2) + &text + &padding(missing - missing / 2),
            '=' => {
                let at = usize::from(text.starts_with(['-', '+', ' ']));
                text.insert_str(at, &padding(missing));
                text
            }
            _ => padding(missing) + &text,
        }
    }
}
