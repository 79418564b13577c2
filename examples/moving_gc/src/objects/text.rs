//! How objects look: `repr`, `str`, `ascii` and `%`.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

/// `repr(float)`: the shortest digits that give the same number.
pub(crate) fn of_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let text = format!("{value}");
    if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    }
}

fn quote_for(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

/// `repr(str)` from its code points.
fn of_points(points: &[u32]) -> String {
    let has = |c: char| points.contains(&u32::from(c));
    let quote = quote_for(has('\''), has('"'));
    let mut text = String::from(quote);
    for &point in points {
        match char::from_u32(point) {
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some('\\') => text.push_str("\\\\"),
            Some(c) if c == quote => text.extend(['\\', c]),
            Some(c) if c.is_control() || (c.is_whitespace() && c != ' ') => {
                text.push_str(&escape(point));
            }
            Some(c) => text.push(c),
            None => text.push_str(&escape(point)),
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

fn of_bytes(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let mut text = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            _ if char::from(byte) == quote => text.extend(['\\', quote]),
            0x20..0x7f => text.push(char::from(byte)),
            _ => text.push_str(&escape(byte.into())),
        }
    }
    text.push(quote);
    text
}

impl Vm {
    fn text_of_answer(&self, name: &str, answer: &Local) -> Result<Vec<u32>> {
        self.code_points(answer).ok_or_else(|| {
            let message = format!("{name} returned non-string (type {{}})");
            self.type_error(&message, &[answer])
        })
    }

    /// `repr(object)` as code points.
    fn repr_points(&self, object: &Local) -> Result<Vec<u32>> {
        match self.call_own(object, "__repr__", &[])? {
            Some(answer) => self.text_of_answer("__repr__", &answer),
            None => {
                let text = self.deeper(|| self.builtin_repr(object))?;
                Ok(text.chars().map(u32::from).collect())
            }
        }
    }

    /// `repr(object)`.
    ///
    /// # Errors
    ///
    /// What `__repr__` raises.
    pub fn repr_object(&self, object: &Local) -> Result {
        let points = self.repr_points(object)?;
        self.str_of(&self.builtin("str"), &points)
    }

    /// `repr(object)`, as text.
    ///
    /// # Errors
    ///
    /// What `__repr__` raises.
    pub fn repr(&self, object: &Local) -> Result<String> {
        let points = self.repr_points(object)?;
        Ok(points
            .into_iter()
            .map(|point| char::from_u32(point).unwrap_or('?'))
            .collect())
    }

    /// `str(object)`.
    ///
    /// # Errors
    ///
    /// What `__str__` or `__repr__` raises.
    pub fn str_object(&self, object: &Local) -> Result {
        if let Some(answer) = self.call_own(object, "__str__", &[])? {
            self.text_of_answer("__str__", &answer)?;
            return Ok(answer);
        }
        match self.heap.kind(object) {
            Kind::Str if self.is_builtin_class(&self.class_of(object)) => Ok(object.clone()),
            Kind::Str => {
                let points = self.code_points(object).unwrap_or_default();
                self.str_of(&self.builtin("str"), &points)
            }
            Kind::Exception => self.exception_text(object),
            _ => self.repr_object(object),
        }
    }

    /// `str(object)`, as text.
    ///
    /// # Errors
    ///
    /// What `__str__` or `__repr__` raises.
    pub fn display(&self, object: &Local) -> Result<String> {
        let text = self.str_object(object)?;
        Ok(self.text(&text).unwrap_or_default())
    }

    /// `ascii(object)`.
    ///
    /// # Errors
    ///
    /// What `__repr__` raises.
    pub fn ascii(&self, object: &Local) -> Result<String> {
        let points = self.repr_points(object)?;
        Ok(points
            .into_iter()
            .map(|point| match char::from_u32(point).filter(char::is_ascii) {
                Some(c) => c.to_string(),
                None => escape(point),
            })
            .collect())
    }

    fn repr_items(&self, items: &[Local]) -> Result<String> {
        let items: Result<Vec<String>> = items.iter().map(|item| self.repr(item)).collect();
        Ok(items?.join(", "))
    }

    fn builtin_repr(&self, object: &Local) -> Result<String> {
        let class = self.type_name_for(object);
        let items = || self.items(object).unwrap_or_default();
        Ok(match self.heap.kind(object) {
            Kind::Singleton => match () {
                () if self.is_none(object) => "None",
                () if self.is_not_implemented(object) => "NotImplemented",
                () => "Ellipsis",
            }
            .to_owned(),
            Kind::Bool => match self.small_int(object) {
                Some(1) => "True".to_owned(),
                _ => "False".to_owned(),
            },
            Kind::Int => self.int_value(object).unwrap_or_default().to_string(),
            Kind::Float => of_float(self.float_value(object).unwrap_or_default()),
            Kind::Str => of_points(&self.code_points(object).unwrap_or_default()),
            Kind::Bytes => of_bytes(&self.bytes_value(object).unwrap_or_default()),
            Kind::List => format!("[{}]", self.repr_items(&items())?),
            Kind::Tuple => match &*items() {
                [one] => format!("({},)", self.repr(one)?),
                items => format!("({})", self.repr_items(items)?),
            },
            Kind::Dict => {
                let mut parts = Vec::new();
                for (key, value) in self.entries(object) {
                    parts.push(format!("{}: {}", self.repr(&key)?, self.repr(&value)?));
                }
                format!("{{{}}}", parts.join(", "))
            }
            Kind::Slice => {
                let parts: Vec<Local> = (0..3).filter_map(|i| self.heap.get(object, i)).collect();
                format!("slice({})", self.repr_items(&parts)?)
            }
            Kind::Range => match self.range_parts(object) {
                (start, stop, 1) => format!("range({start}, {stop})"),
                (start, stop, step) => format!("range({start}, {stop}, {step})"),
            },
            Kind::Exception => {
                let args = self.exception_args(object);
                format!("{class}({})", self.repr_items(&args)?)
            }
            Kind::Type => format!("<class '{}'>", self.qualified_name(object)),
            Kind::Module => {
                let name = self.attribute_text(object, "__name__").unwrap_or_default();
                format!("<module '{name}'>")
            }
            Kind::Function => {
                let name = self.callable_name(object);
                match &*class {
                    "builtin_function_or_method" => {
                        let name = name.rsplit('.').next().unwrap_or(&name).to_owned();
                        format!("<built-in function {name}>")
                    }
                    "method_descriptor" | "wrapper_descriptor" => {
                        let kind = if class.starts_with('m') {
                            "method"
                        } else {
                            "slot wrapper"
                        };
                        let name = name.rsplit('.').next().unwrap_or(&name);
                        match self.function_owner(object) {
                            Some(owner) => {
                                let owner = self.type_name_of(&owner);
                                format!("<{kind} '{name}' of '{owner}' objects>")
                            }
                            None => format!("<{kind} '{name}'>"),
                        }
                    }
                    _ => format!("<{class} {name}>"),
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
