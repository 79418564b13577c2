//! How objects look: `repr`, `str`, `ascii` and `%`.

use super::function::OWNER;
use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

/// `repr(float)`: the shortest digits that give the same number.
fn of_float(value: f64) -> String {
    let text = format!("{value:?}").to_ascii_lowercase();
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            format!("{digits}e{exponent:+03}")
        }
        None => text,
    }
}

/// `repr` of a `str` or `bytes` without the `b`, from what it consists of.
fn of_units(units: &[u32], is_bytes: bool) -> String {
    let has = |c: char| units.contains(&u32::from(c));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut text = String::from(quote);
    for &unit in units {
        match char::from_u32(unit) {
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some('\\') => text.push_str("\\\\"),
            Some(c) if c == quote => text.extend(['\\', c]),
            Some(c)
                if c == ' '
                    || !(c.is_control() || c.is_whitespace() || is_bytes && !c.is_ascii()) =>
            {
                text.push(c);
            }
            _ => text.push_str(&escape(unit)),
        }
    }
    text.push(quote);
    text
}

pub(super) fn escape(point: u32) -> String {
    match point {
        0..0x100 => format!("\\x{point:02x}"),
        0x100..0x1_0000 => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    }
}

impl Vm {
    /// `repr(object)`.
    pub fn repr_object(&self, object: &Local) -> Result {
        match self.call_for(object, "__repr__", Kind::Str, "string")? {
            Some(answer) => Ok(answer),
            None => self.long_str(&self.deeper(|| self.builtin_repr(object))?),
        }
    }

    /// `repr(object)`, as text.
    pub fn repr(&self, object: &Local) -> Result<String> {
        let text = self.repr_object(object)?;
        Ok(self.text(&text).unwrap_or_default())
    }

    /// `str(object)`.
    pub fn str_object(&self, object: &Local) -> Result {
        if let Some(answer) = self.call_for(object, "__str__", Kind::Str, "string")? {
            return Ok(answer);
        }
        match self.heap.kind(object) {
            Kind::Str if self.is_builtin_class(&self.class_of(object)) => Ok(object.clone()),
            Kind::Str => self.str_of(&self.builtin("str"), &self.units(object)),
            Kind::Exception => self.exception_text(object),
            _ => self.repr_object(object),
        }
    }

    /// `str(object)`, as text.
    pub fn display(&self, object: &Local) -> Result<String> {
        let text = self.str_object(object)?;
        Ok(self.text(&text).unwrap_or_default())
    }

    /// `ascii(object)`.
    pub fn ascii(&self, object: &Local) -> Result<String> {
        let character = |point| match char::from_u32(point).filter(char::is_ascii) {
            Some(character) => character.to_string(),
            None => escape(point),
        };
        let points = self.units(&self.repr_object(object)?);
        Ok(points.into_iter().map(character).collect())
    }

    fn repr_items(&self, items: &[Local]) -> Result<String> {
        let items: Result<Vec<String>> = items.iter().map(|item| self.repr(item)).collect();
        Ok(items?.join(", "))
    }

    fn builtin_repr(&self, object: &Local) -> Result<String> {
        let class = self.type_name_for(object);
        let items = || self.items(object).unwrap_or_default();
        Ok(match self.heap.kind(object) {
            Kind::Singleton if self.is_none(object) => "None".to_owned(),
            Kind::Singleton if self.is_not_implemented(object) => "NotImplemented".to_owned(),
            Kind::Singleton => "Ellipsis".to_owned(),
            Kind::Bool if self.small_int(object) == Some(1) => "True".to_owned(),
            Kind::Bool => "False".to_owned(),
            Kind::Int => self.int_value(object).unwrap_or_default().to_string(),
            Kind::Float => of_float(self.float_value(object).unwrap_or_default()),
            Kind::Str => of_units(&self.units(object), false),
            Kind::Bytes => format!("b{}", of_units(&self.units(object), true)),
            Kind::List => format!("[{}]", self.repr_items(&items())?),
            Kind::Tuple => match &*items() {
                [one] => format!("({},)", self.repr(one)?),
                items => format!("({})", self.repr_items(items)?),
            },
            Kind::Type => format!("<class '{}'>", self.qualified_name(object)),
            Kind::Module => {
                let name = self.attribute_text(object, "__name__").unwrap_or_default();
                format!("<module '{name}'>")
            }
            Kind::Function => {
                let qualified = self.callable_name(object);
                let name = qualified.rsplit('.').next().unwrap_or(&qualified);
                let kind = match &*class {
                    "builtin_function_or_method" => "built-in function",
                    "method_descriptor" => "method",
                    "wrapper_descriptor" => "slot wrapper",
                    _ => return Ok(format!("<{class} {qualified}>")),
                };
                match self.heap.get(object, OWNER) {
                    Some(owner) if kind != "built-in function" => {
                        let owner = self.type_name_of(&owner);
                        format!("<{kind} '{name}' of '{owner}' objects>")
                    }
                    _ => format!("<{kind} {name}>"),
                }
            }
            _ => {
                let name = self.qualified_name(&self.class_of(object));
                format!("<{name} object at {:#x}>", self.heap.identity(object))
            }
        })
    }

    /// A class with its module, unless that is the builtins'.
    pub(crate) fn qualified_name(&self, class: &Local) -> String {
        let name = self.class_name(class);
        match self.attribute_text(class, "__module__") {
            Some(module) if module != "builtins" => format!("{module}.{name}"),
            _ => name,
        }
    }
}
