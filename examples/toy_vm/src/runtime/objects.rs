//! What Python can do with any object.

use std::ffi::CStr;
use std::mem::replace;
use std::sync::Mutex;

use hpy_loader::runtime::{CompareOp, Errors, Objects};

use crate::object::lock;
use crate::{Data, Object, Toy, VmResult};

impl<const THREADS: bool> Toy<THREADS> {
    /// The place that a key of a sequence means.
    fn index(&self, key: &Object, len: usize) -> VmResult<usize> {
        let index = key.int().and_then(|value| isize::try_from(value).ok());
        let index = index.ok_or_else(|| self.type_error("indices must be integers"))?;
        let from_end = if index < 0 { len.cast_signed() } else { 0 };
        let index = usize::try_from(index.wrapping_add(from_end)).ok();
        let index = index.filter(|&index| index < len);
        index.ok_or_else(|| self.raise("IndexError", "index out of range"))
    }

    fn name_of<'a>(&self, name: &'a Object) -> VmResult<&'a str> {
        name.text()
            .ok_or_else(|| self.type_error("attribute name must be string"))
    }

    fn key_error(&self, key: &Object) -> Object {
        self.exception(self.builtin("KeyError"), vec![key.clone()], None)
    }

    fn no_attribute(&self, name: &str) -> Object {
        self.raise("AttributeError", &format!("no attribute '{name}'"))
    }
}

impl<const THREADS: bool> Objects for Toy<THREADS> {
    fn get_attr(&self, object: &Object, name: &Object) -> VmResult<Object> {
        self.get_attr_str(object, self.name_of(name)?)
    }

    fn get_attr_str(&self, object: &Object, name: &str) -> VmResult<Object> {
        self.get_attribute(object, name).unwrap_or_else(|| {
            let names = object.names();
            let found = names.and_then(|names| lock(names).get(name).cloned());
            found.ok_or_else(|| self.no_attribute(name))
        })
    }

    fn set_attr(&self, object: &Object, name: &Object, value: Option<&Object>) -> VmResult<()> {
        self.set_attr_str(object, self.name_of(name)?, value)
    }

    fn set_attr_str(&self, object: &Object, name: &str, value: Option<&Object>) -> VmResult<()> {
        if let Some(result) = self.set_attribute(object, name, value) {
            return result;
        }
        let names = object.names().ok_or_else(|| self.no_attribute(name))?;
        let old = match value {
            Some(value) => lock(names).insert(name.to_owned(), value.clone()),
            None => lock(names).remove(name),
        };
        match (value, old) {
            (None, None) => Err(self.no_attribute(name)),
            _ => Ok(()),
        }
    }

    fn get_item(&self, object: &Object, key: &Object) -> VmResult<Object> {
        if let Data::Dict(entries) = &object.data {
            return match lock(entries).iter().find(|(other, _)| other == key) {
                Some((_, value)) => Ok(value.clone()),
                None => Err(self.key_error(key)),
            };
        }
        let Some(items) = object.items() else {
            return Err(self.type_error(&format!("{object} is not subscriptable")));
        };
        Ok(items[self.index(key, items.len())?].clone())
    }

    fn get_item_index(&self, object: &Object, index: isize) -> VmResult<Object> {
        self.get_item(object, &self.int(index as i128))
    }

    fn set_item(&self, object: &Object, key: &Object, value: Option<&Object>) -> VmResult<()> {
        // What is replaced or removed may have a destructor, which comes back and finds
        // a whole container. So it is dropped last.
        let old = match &object.data {
            Data::List(items) => {
                let mut items = lock(items);
                let index = self.index(key, items.len())?;
                match value {
                    Some(value) => vec![replace(&mut items[index], value.clone())],
                    None => vec![items.remove(index)],
                }
            }
            Data::Dict(entries) => {
                let mut entries = lock(entries);
                match (entries.iter().position(|(other, _)| other == key), value) {
                    (Some(index), Some(value)) => {
                        vec![replace(&mut entries[index].1, value.clone())]
                    }
                    (Some(index), None) => {
                        let (key, value) = entries.remove(index);
                        vec![key, value]
                    }
                    (None, Some(value)) => {
                        entries.push((key.clone(), value.clone()));
                        Vec::new()
                    }
                    (None, None) => return Err(self.key_error(key)),
                }
            }
            _ => return Err(self.type_error(&format!("{object} takes no items"))),
        };
        drop(old);
        Ok(())
    }

    fn set_item_index(
        &self,
        object: &Object,
        index: isize,
        value: Option<&Object>,
    ) -> VmResult<()> {
        self.set_item(object, &self.int(index as i128), value)
    }

    fn contains(&self, container: &Object, key: &Object) -> VmResult<bool> {
        if let Data::Dict(entries) = &container.data {
            return Ok(lock(entries).iter().any(|(other, _)| other == key));
        }
        match container.items() {
            Some(items) => Ok(items.contains(key)),
            None => Err(self.type_error(&format!("{container} is no container"))),
        }
    }

    fn length(&self, object: &Object) -> VmResult<usize> {
        match &object.data {
            Data::List(items) => Ok(lock(items).len()),
            Data::Tuple(items) => Ok(items.len()),
            Data::Dict(entries) => Ok(lock(entries).len()),
            Data::Str(text) => Ok(text.chars().count() - 1),
            Data::Bytes(bytes) => Ok(bytes.len() - 1),
            _ => Err(self.type_error(&format!("{object} has no len()"))),
        }
    }

    fn is_true(&self, object: &Object) -> VmResult<bool> {
        Ok(match &object.data {
            Data::Singleton("None") => false,
            Data::Float(value) => *value != 0.0,
            _ => match (object.int(), self.length(object)) {
                (Some(value), _) => value != 0,
                (None, length) => length != Ok(0),
            },
        })
    }

    fn hash(&self, object: &Object) -> VmResult<isize> {
        match (object.int(), &object.data) {
            (Some(value), _) => Ok(if value == -1 { -2 } else { value as isize }),
            (_, Data::List(_) | Data::Dict(_)) => Err(self.type_error("unhashable")),
            _ => Ok(7),
        }
    }

    fn repr(&self, object: &Object) -> VmResult<Object> {
        match self.slot(&self.type_of(object), |slots| slots.tp_repr) {
            Some((loader, function)) => loader.call_slot(function, (object.clone(),)),
            None => Ok(self.text(&object.to_string())),
        }
    }

    fn str(&self, object: &Object) -> VmResult<Object> {
        match object.data {
            Data::Str(_) => Ok(object.clone()),
            _ => self.repr(object),
        }
    }

    fn ascii(&self, _: &Object) -> VmResult<Object> {
        Err(self.not_implemented("ascii()"))
    }

    fn bytes(&self, object: &Object) -> VmResult<Object> {
        match object.data {
            Data::Bytes(_) => Ok(object.clone()),
            _ => Err(self.type_error(&format!("cannot convert {object} to bytes"))),
        }
    }

    fn compare(&self, op: CompareOp, a: &Object, b: &Object) -> VmResult<Object> {
        let truth = self.compare_bool(op, a, b)?;
        Ok(self.builtin(if truth { "True" } else { "False" }))
    }

    fn compare_bool(&self, op: CompareOp, a: &Object, b: &Object) -> VmResult<bool> {
        let order = a.int().zip(b.int()).map(|(a, b)| a.cmp(&b));
        match (op, order) {
            (CompareOp::Eq, _) => Ok(a == b),
            (CompareOp::Ne, _) => Ok(a != b),
            (CompareOp::Lt, Some(order)) => Ok(order.is_lt()),
            (CompareOp::Le, Some(order)) => Ok(order.is_le()),
            (CompareOp::Gt, Some(order)) => Ok(order.is_gt()),
            (CompareOp::Ge, Some(order)) => Ok(order.is_ge()),
            (_, None) => Err(self.type_error(&format!("{a} and {b} have no order"))),
        }
    }

    fn get_iter(&self, object: &Object) -> VmResult<Object> {
        match object.items() {
            Some(items) => Ok(self.object(Data::Iterator(Mutex::new(items.into())))),
            None if self.is_iterator(object) => Ok(object.clone()),
            None => Err(self.type_error(&format!("{object} is not iterable"))),
        }
    }

    fn iter_next(&self, iterator: &Object) -> VmResult<Option<Object>> {
        match &iterator.data {
            Data::Iterator(items) => Ok(lock(items).pop_front()),
            _ => Err(self.type_error(&format!("{iterator} is no iterator"))),
        }
    }

    fn is_iterator(&self, object: &Object) -> bool {
        matches!(object.data, Data::Iterator(_))
    }

    fn type_of(&self, object: &Object) -> Object {
        self.builtin(match &object.data {
            Data::Error(error) => return error.class.clone(),
            Data::Instance(instance) => return instance.class.clone(),
            Data::Singleton(_) => "NoneType",
            Data::Bool(_) => "bool",
            Data::Int(_) => "int",
            Data::Float(_) => "float",
            Data::Str(_) => "str",
            Data::Bytes(_) => "bytes",
            Data::List(_) => "list",
            Data::Tuple(_) => "tuple",
            Data::Dict(_) => "dict",
            Data::Slice(..) => "slice",
            Data::Capsule(_) => "PyCapsule",
            Data::Class(_) => "type",
            Data::Function(_) => "function",
            Data::Module(_) => "module",
            Data::ContextVar { .. } => "ContextVar",
            Data::Iterator(_) => "iterator",
            Data::Finalizer(_) | Data::Moved => "object",
        })
    }

    fn is_instance(&self, object: &Object, class: &Object) -> bool {
        self.is_subtype(&self.type_of(object), class)
    }

    fn is_subtype(&self, class: &Object, base: &Object) -> bool {
        let bases = || class.class().map_or(&[][..], |class| &class.bases);
        class.is(base) || bases().iter().any(|class| self.is_subtype(class, base))
    }

    fn type_name<'a>(&self, class: &'a Object) -> &'a CStr {
        class.class().expect("a class").name()
    }

    fn dump(&self, object: &Object) {
        self.embedder().report(object.to_string());
    }
}
