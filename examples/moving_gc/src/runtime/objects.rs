//! The object protocol.

use super::{VmResult, out, out_value};
use crate::heap::{Local, Object};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::{CompareOp, Objects};
use std::ffi::CStr;

impl Vm {
    /// The name of an attribute, which has to be a text.
    pub(crate) fn attribute_name(&self, name: &Local) -> Result<String> {
        self.text(name).ok_or_else(|| {
            let message = "attribute name must be string, not '{}'";
            self.type_error(message, &[name])
        })
    }
}

impl Objects for Vm {
    fn get_attr(&self, object: &Object, name: &Object) -> VmResult<Object> {
        let (object, name) = (self.root(object), self.root(name));
        let name = out_value(self.attribute_name(&name))?;
        out(self.get_attr(&object, &name))
    }

    fn get_attr_str(&self, object: &Object, name: &str) -> VmResult<Object> {
        out(self.get_attr(&self.root(object), name))
    }

    fn set_attr(&self, object: &Object, name: &Object, value: Option<&Object>) -> VmResult<()> {
        let (object, name) = (self.root(object), self.root(name));
        let value = self.root_optional(value);
        let name = out_value(self.attribute_name(&name))?;
        out_value(self.set_attr(&object, &name, value.as_ref()))
    }

    fn set_attr_str(&self, object: &Object, name: &str, value: Option<&Object>) -> VmResult<()> {
        let value = self.root_optional(value);
        out_value(self.set_attr(&self.root(object), name, value.as_ref()))
    }

    fn get_item(&self, object: &Object, key: &Object) -> VmResult<Object> {
        out(self.get_item(&self.root(object), &self.root(key)))
    }

    fn get_item_index(&self, object: &Object, index: isize) -> VmResult<Object> {
        out(self.get_item_index(&self.root(object), index))
    }

    fn set_item(&self, object: &Object, key: &Object, value: Option<&Object>) -> VmResult<()> {
        let (object, key) = (self.root(object), self.root(key));
        let value = self.root_optional(value);
        out_value(self.set_item(&object, &key, value.as_ref()))
    }

    fn set_item_index(
        &self,
        object: &Object,
        index: isize,
        value: Option<&Object>,
    ) -> VmResult<()> {
        let (object, value) = (self.root(object), self.root_optional(value));
        let index = self.int(index as i64);
        out_value(self.set_item(&object, &index, value.as_ref()))
    }

    fn contains(&self, container: &Object, key: &Object) -> VmResult<bool> {
        out_value(self.contains(&self.root(container), &self.root(key)))
    }

    fn length(&self, object: &Object) -> VmResult<usize> {
        out_value(self.length(&self.root(object)))
    }

    fn is_true(&self, object: &Object) -> VmResult<bool> {
        out_value(self.is_true(&self.root(object)))
    }

    fn hash(&self, object: &Object) -> VmResult<isize> {
        out_value(self.hash(&self.root(object))).map(|hash| hash as isize)
    }

    fn repr(&self, object: &Object) -> VmResult<Object> {
        out(self.repr_object(&self.root(object)))
    }

    fn str(&self, object: &Object) -> VmResult<Object> {
        out(self.str_object(&self.root(object)))
    }

    fn ascii(&self, object: &Object) -> VmResult<Object> {
        let text = out_value(self.ascii(&self.root(object)))?;
        out(self.long_str(&text))
    }

    fn bytes(&self, object: &Object) -> VmResult<Object> {
        out(self.to_bytes(&self.root(object)))
    }

    fn compare(&self, op: CompareOp, a: &Object, b: &Object) -> VmResult<Object> {
        out(self.compare(op, &self.root(a), &self.root(b)))
    }

    fn compare_bool(&self, op: CompareOp, a: &Object, b: &Object) -> VmResult<bool> {
        out_value(self.compare_bool(op, &self.root(a), &self.root(b)))
    }

    fn get_iter(&self, object: &Object) -> VmResult<Object> {
        out(self.iter(&self.root(object)))
    }

    fn iter_next(&self, iterator: &Object) -> VmResult<Option<Object>> {
        let next = out_value(self.next(&self.root(iterator)))?;
        Ok(next.map(Local::into_object))
    }

    fn is_iterator(&self, object: &Object) -> bool {
        self.is_iterator(&self.root(object))
    }

    fn type_of(&self, object: &Object) -> Object {
        self.class_of(object).into_object()
    }

    fn is_instance(&self, object: &Object, class: &Object) -> bool {
        self.is_instance(object, class)
    }

    fn is_subtype(&self, class: &Object, base: &Object) -> bool {
        self.is_subclass(&self.root(class), base)
    }

    fn type_name<'a>(&self, class: &'a Object) -> &'a CStr {
        &self.class_info(class).name
    }

    fn dump(&self, object: &Object) {
        let object = self.root(object);
        let class = self.type_name_for(&object);
        let repr = self
            .repr(&object)
            .unwrap_or_else(|_| "<repr failed>".to_owned());
        eprintln!(
            "object of type {class}, number {}: {repr}",
            self.heap.identity(&object)
        );
    }
}
