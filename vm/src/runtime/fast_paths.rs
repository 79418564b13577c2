//! What RustPython does for less, where an object is of a builtin type.

use super::errors::is_plain;
use super::numbers::small;
use super::references::{exactly, lend, new_plain};
use super::roots::{FEW, is_leaf};
use super::text::{content_of, utf8_of};
use crate::host::{Root, RustPython, attempt, signatures};
use crate::types::{is_bare_instance, payload};
use hpy_loader::runtime::{FastPaths, VmResult};
use rustpython_vm::AsObject;
use rustpython_vm::builtins::{PyBytes, PyDict, PyFunction, PyInt, PyList, PyStr, PyTuple, PyType};
use std::ffi::c_void;

impl FastPaths for RustPython {
    #[inline]
    fn is_python_function(&self, callable: &Root) -> bool {
        // What RustPython and extensions define gets types of its own when it is bound.
        let (class, types) = (callable.class(), &self.ctx.types);
        class.is(types.function_type) || class.is(types.bound_method_type)
    }

    #[inline]
    fn call_positional(&self, callable: &Root, args: Box<[Root]>) -> VmResult<Root, Self> {
        attempt(|vm| {
            if let Some(function) = callable.downcast_ref::<PyFunction>()
                && signatures::fits(function, args.len(), vm)
            {
                return function.invoke_exact_args(args.into_vec(), vm);
            }
            let count = args.len();
            callable.vectorcall(args.into_vec(), count, None, vm)
        })
    }

    #[inline(always)]
    fn new_list_from_roots(&self, items: Box<[Root]>) -> VmResult<Root, Self> {
        Ok(new_plain(PyList::from(items.into_vec()), self.ctx))
    }

    #[inline(always)]
    fn new_tuple_from_roots(&self, items: Box<[Root]>) -> VmResult<Root, Self> {
        if items.is_empty() {
            return Ok(self.ctx.empty_tuple.clone().into());
        }
        // What `Context::new_tuple` does with a `Vec`, which goes there by memory.
        Ok(new_plain(PyTuple::new_unchecked(items), self.ctx))
    }

    #[inline]
    fn fast_is_error_class(&self, class: &Root) -> bool {
        let Some(class) = class.downcast_ref::<PyType>() else {
            return false;
        };
        is_plain(class, self.ctx) || class.fast_issubclass(self.ctx.exceptions.base_exception_type)
    }

    #[inline]
    fn exact_int(&self, object: &Root) -> Option<i64> {
        small(exactly::<PyInt>(object, self.ctx.types.int_type)?)
    }

    #[inline]
    fn fast_length(&self, object: &Root) -> Option<usize> {
        let types = &self.ctx.types;
        if let Some(list) = exactly::<PyList>(object, types.list_type) {
            Some(list.borrow_vec().len())
        } else if let Some(tuple) = exactly::<PyTuple>(object, types.tuple_type) {
            Some(tuple.as_slice().len())
        } else if let Some(dict) = exactly::<PyDict>(object, types.dict_type) {
            Some(dict.__len__())
        } else if let Some(text) = exactly::<PyStr>(object, types.str_type) {
            Some(text.char_len())
        } else {
            let bytes = exactly::<PyBytes>(object, types.bytes_type)?;
            Some(bytes.as_bytes().len())
        }
    }

    #[inline]
    fn fast_truth(&self, object: &Root) -> Option<bool> {
        let ctx = self.ctx;
        if object.is(&ctx.true_value) {
            Some(true)
        } else if object.is(&ctx.false_value) || object.is(&ctx.none) {
            Some(false)
        } else if let Some(value) = self.exact_int(object) {
            Some(value != 0)
        } else {
            self.fast_length(object).map(|length| length != 0)
        }
    }

    #[inline]
    fn fast_equality(&self, a: &Root, b: &Root) -> Option<bool> {
        if a.is(b) {
            return Some(true);
        }
        let text = self.ctx.types.str_type;
        let (a, b) = (exactly::<PyStr>(a, text)?, exactly::<PyStr>(b, text)?);
        Some(a.as_bytes() == b.as_bytes())
    }

    #[inline]
    fn with_item<T>(
        &self,
        object: &Root,
        index: usize,
        look: impl FnOnce(&Root) -> T,
    ) -> Option<T> {
        let types = &self.ctx.types;
        if let Some(list) = exactly::<PyList>(object, types.list_type) {
            list.borrow_vec().get(index).map(look)
        } else {
            let tuple = exactly::<PyTuple>(object, types.tuple_type)?;
            tuple.as_slice().get(index).map(look)
        }
    }

    #[inline]
    fn fast_replace_item(&self, object: &Root, index: usize, value: Root) -> Result<Root, Root> {
        let Some(list) = exactly::<PyList>(object, self.ctx.types.list_type) else {
            return Err(value);
        };
        match list.borrow_vec_mut().get_mut(index) {
            Some(item) => Ok(std::mem::replace(item, value)),
            None => Err(value),
        }
    }

    #[inline]
    fn with_type<T>(&self, object: &Root, look: impl FnOnce(&Root) -> T) -> T {
        lend(object.class().as_object(), look)
    }

    #[inline]
    fn is_exact_instance(&self, object: &Root, class: &Root) -> bool {
        object.class().is(class)
    }

    const UNTRACKED_ROOTS: bool = true;

    #[inline]
    fn is_inert(&self, object: &Root) -> bool {
        if is_leaf(object, self.ctx) {
            return true;
        }
        match exactly::<PyTuple>(object, self.ctx.types.tuple_type) {
            Some(tuple) => {
                let items = tuple.as_slice();
                items.len() <= FEW && items.iter().all(|item| is_leaf(item, self.ctx))
            }
            None => object.class().heaptype_ext().is_some() && is_bare_instance(object),
        }
    }

    const KEEP_CONSTANT_TEXT: bool = true;

    #[inline]
    fn fast_utf8(&self, object: &Root) -> Option<*const [u8]> {
        let text = exactly::<PyStr>(object, self.ctx.types.str_type)?;
        text.to_str().map(|_| utf8_of(text))
    }

    #[inline]
    fn fast_bytes(&self, object: &Root) -> Option<*const [u8]> {
        let bytes = exactly::<PyBytes>(object, self.ctx.types.bytes_type)?;
        Some(content_of(bytes))
    }

    #[inline(always)]
    fn fast_new_instance(&self, class: Root) -> Result<(Root, *mut c_void), Root> {
        payload::fast_new_instance(class)
    }
}
