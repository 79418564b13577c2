//! Format strings.

use super::frame::Frame;
use super::machine::{Interpreter, VmResult};
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
            if specification.is_empty() {
                text.push_str(&self.vm.display(&value)?);
                continue;
            }
            let arguments = [value, self.vm.str(&specification)];
            let formatted = self.call_builtin("format", arguments.into())?;
            text.push_str(&self.vm.display(&formatted)?);
        }
        Ok(text)
    }
}
