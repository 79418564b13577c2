//! `object[key]`, `len` and `in`.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::CompareOp;

impl Vm {
    /// An index from the front; an error with this message outside.
    fn place(&self, index: isize, length: usize, message: &str) -> Result<usize> {
        let index = if index < 0 {
            index + length.cast_signed()
        } else {
            index
        };
        usize::try_from(index)
            .ok()
            .filter(|&index| index < length)
            .ok_or_else(|| self.error("IndexError", message))
    }

    /// `object[key]`.
    ///
    /// # Errors
    ///
    /// `IndexError`, `KeyError`, `TypeError`, or what a method raises.
    pub fn get_item(&self, object: &Local, key: &Local) -> Result {
        if let Some(item) = self.call_own(object, "__getitem__", std::slice::from_ref(key))? {
            return Ok(item);
        }
        let kind = self.heap.kind(object);
        match kind {
            Kind::Dict => match self.dict_get(object, key)? {
                Some(value) => Ok(value),
                None => match self.call_own(object, "__missing__", std::slice::from_ref(key))? {
                    Some(value) => Ok(value),
                    None => Err(self.new_exception_object(
                        &self.builtin("KeyError"),
                        std::slice::from_ref(key),
                    )),
                },
            },
            Kind::MemoryView if self.heap.kind(key) == Kind::Slice => self.view_slice(object, key),
            Kind::Str | Kind::Bytes | Kind::Tuple | Kind::List | Kind::Range | Kind::MemoryView => {
                if self.heap.kind(key) == Kind::Slice {
                    return self.get_slice(object, key);
                }
                let index = self.sequence_index(object, key)?;
                self.get_index(object, index)
            }
            Kind::Type => {
                let name = self.type_name_of(object);
                let message = format!("type '{name}' is not subscriptable");
                Err(self.error("TypeError", &message))
            }
            _ => {
                let message = format!(
                    "'{}' object is not subscriptable",
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
        }
    }

    fn sequence_index(&self, object: &Local, key: &Local) -> Result<isize> {
        match self.index_of(key, "IndexError") {
            Err(error) if self.is_error(&error, "TypeError") => {
                let name = match self.heap.kind(object) {
                    Kind::Str => "string".to_owned(),
                    Kind::Bytes => "byte".to_owned(),
                    _ => self.type_name_for(object),
                };
                let message = format!(
                    "{name} indices must be integers or slices, not {}",
                    self.type_name_for(key)
                );
                Err(self.error("TypeError", &message))
            }
            other => other,
        }
    }

    pub(super) fn get_index(&self, object: &Local, index: isize) -> Result {
        let length = self.length(object)?;
        let kind = self.heap.kind(object);
        let name = match kind {
            Kind::Str => "string",
            Kind::Bytes | Kind::MemoryView => "index",
            Kind::Tuple => "tuple",
            Kind::Range => "range object",
            _ => "list",
        };
        let message = match kind {
            Kind::Bytes | Kind::MemoryView => "index out of range".to_owned(),
            _ => format!("{name} index out of range"),
        };
        let place = self.place(index, length, &message)?;
        Ok(match kind {
            Kind::Str => {
                let point = self
                    .code_points(object)
                    .and_then(|points| points.get(place).copied());
                self.str_of_code_points(&[point.unwrap_or_default()])
            }
            Kind::Bytes => {
                let byte = self.heap.with_bytes(object, |bytes| bytes[place]);
                self.int(byte.into())
            }
            Kind::MemoryView => return self.view_item(object, place),
            Kind::Range => {
                let (start, _, step) = self.range_parts(object);
                self.int(start + place as i64 * step)
            }
            _ => match self.item(object, place) {
                Some(item) => item,
                None => return Err(self.error("IndexError", &message)),
            },
        })
    }

    /// `object[index]`, for an index in C.
    pub(crate) fn get_item_index(&self, object: &Local, index: isize) -> Result {
        self.get_item(object, &self.int(index as i64))
    }

    /// `object[key] = value`, or `del object[key]` for no value.
    ///
    /// # Errors
    ///
    /// As [`get_item`](Self::get_item).
    pub fn set_item(&self, object: &Local, key: &Local, value: Option<&Local>) -> Result<()> {
        let done = match value {
            Some(value) => self.call_own(object, "__setitem__", &[key.clone(), value.clone()])?,
            None => self.call_own(object, "__delitem__", std::slice::from_ref(key))?,
        };
        if done.is_some() {
            return Ok(());
        }
        match (self.heap.kind(object), value) {
            (Kind::Dict, Some(value)) => self.dict_set(object, key, value),
            (Kind::Dict, None) => match self.dict_remove(object, key)? {
                Some(_) => Ok(()),
                None => {
                    Err(self
                        .new_exception_object(&self.builtin("KeyError"), std::slice::from_ref(key)))
                }
            },
            (Kind::List, _) if self.heap.kind(key) == Kind::Slice => {
                self.set_slice(object, key, value)
            }
            (Kind::List, _) => {
                let index = self.sequence_index(object, key)?;
                let message = "list assignment index out of range";
                let place = self.place(index, self.sequence_len(object), message)?;
                match value {
                    Some(value) => self.set_list_item(object, place, value),
                    None => self.list_remove(object, place),
                }
                Ok(())
            }
            (Kind::MemoryView, Some(value)) => {
                let index = self.sequence_index(object, key)?;
                let place = self.place(index, self.length(object)?, "index out of range")?;
                self.set_view_item(object, place, value)
            }
            _ => {
                let what = if value.is_some() {
                    "assignment"
                } else {
                    "deletion"
                };
                let name = self.type_name_for(object);
                let does = if value.is_some() {
                    "does not"
                } else {
                    "doesn't"
                };
                let message = format!("'{name}' object {does} support item {what}");
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// `len(object)`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what has no length, or what `__len__` raises.
    pub fn length(&self, object: &Local) -> Result<usize> {
        if let Some(length) = self.call_own(object, "__len__", &[])? {
            let length = self.index(&length)?;
            return match self.small_int(&length) {
                Some(length) if length >= 0 => Ok(length as usize),
                Some(_) => Err(self.error("ValueError", "__len__() should return >= 0")),
                None => {
                    let message = "cannot fit 'int' into an index-sized integer";
                    Err(self.error("OverflowError", message))
                }
            };
        }
        match self.heap.kind(object) {
            Kind::Str => Ok(self.heap.byte_count(object) / 4),
            Kind::Bytes => Ok(self.heap.byte_count(object)),
            Kind::Tuple | Kind::List => Ok(self.sequence_len(object)),
            Kind::Dict | Kind::Set => Ok(self.dict_len(object)),
            Kind::Range => Ok(self.range_len(object)),
            Kind::MemoryView => self.view_len(object),
            _ => {
                let message = format!(
                    "object of type '{}' has no len()",
                    self.type_name_for(object)
                );
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// `key in container`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is no container, or what a method raises.
    pub fn contains(&self, container: &Local, key: &Local) -> Result<bool> {
        if let Some(found) = self.call_own(container, "__contains__", std::slice::from_ref(key))? {
            return self.is_true(&found);
        }
        match self.heap.kind(container) {
            Kind::Dict | Kind::Set => Ok(self.dict_get(container, key)?.is_some()),
            Kind::Str => match self.text(key) {
                Some(key) => Ok(self.text(container).unwrap_or_default().contains(&key)),
                None => {
                    let message = format!(
                        "'in <string>' requires string as left operand, not {}",
                        self.type_name_for(key)
                    );
                    Err(self.error("TypeError", &message))
                }
            },
            Kind::Bytes if self.bytes_value(key).is_some() => {
                let (all, part) = (self.bytes_value(container), self.bytes_value(key));
                let (all, part) = (all.unwrap_or_default(), part.unwrap_or_default());
                Ok(part.is_empty() || all.windows(part.len()).any(|window| window == part))
            }
            _ => {
                let no_container = |error: Local| match self.is_error(&error, "TypeError") {
                    true => {
                        let name = self.type_name_for(container);
                        let message = format!("argument of type '{name}' is not iterable");
                        self.error("TypeError", &message)
                    }
                    false => error,
                };
                let iterator = self.iter(container).map_err(no_container)?;
                while let Some(item) = self.next(&iterator)? {
                    if self.compare_bool(CompareOp::Eq, &item, key)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}
