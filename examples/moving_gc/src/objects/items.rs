//! `object[key]`, `len` and `in`.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::CompareOp;

impl Vm {
    /// An index from the front; an error with this message outside.
    fn place(&self, index: isize, length: usize, message: &str) -> Result<usize> {
        let from_front = match index {
            0.. => Some(index.cast_unsigned()),
            _ => length.checked_sub(index.unsigned_abs()),
        };
        from_front
            .filter(|&place| place < length)
            .ok_or_else(|| self.error("IndexError", message))
    }

    /// `object[key]`.
    pub fn get_item(&self, object: &Local, key: &Local) -> Result {
        if let Some(item) = self.call_own(object, "__getitem__", std::slice::from_ref(key))? {
            return Ok(item);
        }
        let name = match self.heap.kind(object) {
            Kind::Dict => {
                if let Some(value) = self.dict_get(object, key)? {
                    return Ok(value);
                }
                let missing = self.call_own(object, "__missing__", std::slice::from_ref(key))?;
                return missing.ok_or_else(|| self.key_error(key));
            }
            Kind::Type => {
                let message = format!("type '{}' is not subscriptable", self.type_name_of(object));
                return Err(self.error("TypeError", &message));
            }
            Kind::Str => "string ",
            Kind::Bytes => "",
            Kind::Tuple => "tuple ",
            Kind::Range => "range object ",
            Kind::List => "list ",
            _ => return Err(self.type_error("'{}' object is not subscriptable", &[object])),
        };
        if self.heap.kind(key) == Kind::Slice {
            return self.get_slice(object, key);
        }
        let index = self.sequence_index(object, key)?;
        let message = format!("{name}index out of range");
        let place = self.place(index, self.builtin_length(object).unwrap_or(0), &message)?;
        Ok(self.builtin_item(object, place))
    }

    fn sequence_index(&self, object: &Local, key: &Local) -> Result<isize> {
        self.index_of(key, "IndexError").map_err(|error| {
            if !self.is_error(&error, "TypeError") {
                return error;
            }
            let name = match self.heap.kind(object) {
                Kind::Str => "string".to_owned(),
                Kind::Bytes => "byte".to_owned(),
                _ => self.type_name_for(object),
            };
            let message = format!("{name} indices must be integers or slices, not {{}}");
            self.type_error(&message, &[key])
        })
    }

    /// An item of a builtin sequence.
    pub(super) fn builtin_item(&self, object: &Local, place: usize) -> Local {
        match self.heap.kind(object) {
            Kind::Str => {
                let points = self.heap.with_bytes(object, |bytes| {
                    super::values::decode_points(&bytes[4 * place..][..4])
                });
                self.str_of_code_points(&points)
            }
            Kind::Bytes => {
                let byte = self.heap.with_bytes(object, |bytes| bytes[place]);
                self.int(byte.into())
            }
            Kind::Range => {
                let (start, _, step) = self.range_parts(object);
                self.int(start + place as i64 * step)
            }
            _ => self
                .item(object, place)
                .unwrap_or_else(|| unreachable!("the caller has looked at the length")),
        }
    }

    /// `object[index]`, for an index in C.
    pub(crate) fn get_item_index(&self, object: &Local, index: isize) -> Result {
        self.get_item(object, &self.int(index as i64))
    }

    /// `object[key] = value`, or `del object[key]` for no value.
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
            (Kind::Dict, None) => {
                let removed = self.dict_remove(object, key)?;
                removed.map(drop).ok_or_else(|| self.key_error(key))
            }
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
            (_, Some(_)) => {
                Err(self.type_error("'{}' object does not support item assignment", &[object]))
            }
            (_, None) => {
                Err(self.type_error("'{}' object doesn't support item deletion", &[object]))
            }
        }
    }

    /// `len(object)`.
    pub fn length(&self, object: &Local) -> Result<usize> {
        if let Some(length) = self.call_own(object, "__len__", &[])? {
            let length = self.index_of(&length, "OverflowError")?;
            return usize::try_from(length)
                .map_err(|_| self.error("ValueError", "__len__() should return >= 0"));
        }
        let length = self.builtin_length(object);
        length.ok_or_else(|| self.type_error("object of type '{}' has no len()", &[object]))
    }

    /// The length of an object of a builtin kind, whatever its class says.
    pub(super) fn builtin_length(&self, object: &Local) -> Option<usize> {
        match self.heap.kind(object) {
            Kind::Str => Some(self.heap.byte_count(object) / 4),
            Kind::Bytes => Some(self.heap.byte_count(object)),
            Kind::Tuple | Kind::List => Some(self.sequence_len(object)),
            Kind::Dict => Some(self.dict_len(object)),
            Kind::Range => Some(self.range_len(object)),
            _ => None,
        }
    }

    /// `key in container`.
    pub fn contains(&self, container: &Local, key: &Local) -> Result<bool> {
        if let Some(found) = self.call_own(container, "__contains__", std::slice::from_ref(key))? {
            return self.is_true(&found);
        }
        match (self.heap.kind(container), self.heap.kind(key)) {
            (Kind::Dict, _) => return Ok(self.dict_get(container, key)?.is_some()),
            (Kind::Str, Kind::Str) | (Kind::Bytes, Kind::Bytes) => {
                let (all, part) = (self.units(container), self.units(key));
                let found = part.is_empty() || all.windows(part.len()).any(|here| here == part);
                return Ok(found);
            }
            (Kind::Str, _) => {
                let message = "'in <string>' requires string as left operand, not {}";
                return Err(self.type_error(message, &[key]));
            }
            _ => {}
        }
        let iterator =
            self.iter(container)
                .map_err(|error| match self.is_error(&error, "TypeError") {
                    true => self.type_error("argument of type '{}' is not iterable", &[container]),
                    false => error,
                })?;
        while let Some(item) = self.next(&iterator)? {
            if self.compare_bool(CompareOp::Eq, &item, key)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
