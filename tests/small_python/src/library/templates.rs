//! `str.format`.

use crate::interpreter::{Fallible, Interpreter, Value};
use moving_gc::{Arguments, Vm};

/// `template.format(*args, **kwargs)`: `{}`, `{0}`, `{name}`, with attributes,
/// conversions and specifications.
pub(super) fn format(vm: &Vm, _: &Value, arguments: Arguments) -> Fallible<Value> {
    let Some((template, values)) = arguments.positional.split_first() else {
        return Err(vm.error("TypeError", "format() needs a str"));
    };
    let template = vm.text(template).unwrap_or_default();
    let mut text = String::new();
    let mut next = 0;
    let mut rest = &*template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let tail = &rest[at..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            text.push_str(&tail[..1]);
            rest = &tail[2..];
            continue;
        }
        let Some(end) = tail.find('}').filter(|&end| end > 0) else {
            let message = format!("Single '{}' encountered in format string", &tail[..1]);
            return Err(vm.error("ValueError", &message));
        };
        let field = Field::parse(&tail[1..end]);
        let value = field.value(vm, values, &arguments.keywords, &mut next)?;
        let value = match field.conversion {
            Some("r") => vm.str(&vm.repr(&value)?),
            Some("s") => vm.str(&vm.display(&value)?),
            _ => value,
        };
        text += &Interpreter::current().formatted(&value, field.specification)?;
        rest = &tail[end + 1..];
    }
    Ok(vm.str(&(text + rest)))
}

/// `name.attribute!conversion:specification`
struct Field<'a> {
    name: &'a str,
    attributes: Vec<&'a str>,
    conversion: Option<&'a str>,
    specification: &'a str,
}

impl<'a> Field<'a> {
    fn parse(text: &'a str) -> Self {
        let (text, specification) = text.split_once(':').unwrap_or((text, ""));
        let (path, conversion) = match text.split_once('!') {
            Some((path, conversion)) => (path, Some(conversion)),
            None => (text, None),
        };
        let mut parts = path.split('.');
        Self {
            name: parts.next().unwrap_or_default(),
            attributes: parts.collect(),
            conversion,
            specification,
        }
    }

    fn value(
        &self,
        vm: &Vm,
        values: &[Value],
        keywords: &[(Value, Value)],
        next: &mut usize,
    ) -> Fallible<Value> {
        let index = match self.name.parse() {
            Ok(index) => Some(index),
            Err(_) if self.name.is_empty() => {
                *next += 1;
                Some(*next - 1)
            }
            Err(_) => None,
        };
        let mut value = match index {
            Some(index) => values.get(index).cloned().ok_or_else(|| {
                let message =
                    format!("Replacement index {index} out of range for positional args tuple");
                vm.error("IndexError", &message)
            })?,
            None => {
                let named =
                    |(name, _): &&(Value, Value)| vm.text(name).as_deref() == Some(self.name);
                match keywords.iter().find(named) {
                    Some((_, value)) => value.clone(),
                    None => {
                        let key = vm.str(self.name);
                        return Err(vm.new_exception(&vm.builtin("KeyError"), &[key])?);
                    }
                }
            }
        };
        for attribute in &self.attributes {
            value = vm.get_attr(&value, attribute)?;
        }
        Ok(value)
    }
}
