//! `str` and `bytes`.

use super::references::{expect_a, new_plain};
use crate::allocator::terminated;
use crate::host::{Root, RustPython, attempt, attempt_object};
use hpy_loader::runtime::{Text, VmResult};
use rustpython_vm::builtins::{PyBytes, PyStr, PyUtf8StrRef};
use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::vm::thread::with_current_vm;
use rustpython_vm::{AsObject, Py, PyObject, PyResult, VirtualMachine};

/// `object` as a `str`, with the complaint that CPython's C functions make.
fn as_str<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyStr>> {
    object
        .downcast_ref::<PyStr>()
        .ok_or_else(|| vm.new_type_error("bad argument type for built-in operation"))
}

fn encode(text: &Py<PyStr>, encoding: &str, errors: &str, vm: &VirtualMachine) -> PyResult {
    let errors: PyUtf8StrRef = vm.ctx.new_utf8_str(errors);
    let codecs = &vm.state.codec_registry;
    let bytes = codecs.encode_text(text.to_owned(), encoding, Some(errors), vm);
    bytes.map(Into::into)
}

fn decode(bytes: Root, encoding: &str, errors: &str, vm: &VirtualMachine) -> PyResult {
    let errors: PyUtf8StrRef = vm.ctx.new_utf8_str(errors);
    let codecs = &vm.state.codec_registry;
    let text = codecs.decode_text_object(bytes, encoding, Some(errors), vm);
    text.map(Into::into)
}

/// The content of text, which has no surrogates, for C.
#[inline]
pub(super) fn utf8_of(text: &Py<PyStr>) -> *const [u8] {
    // SAFETY: a `str` is a box of bytes.
    unsafe { terminated(text.as_bytes()) }
}

/// The content of `bytes`, for C.
#[inline]
pub(super) fn content_of(bytes: &Py<PyBytes>) -> *const [u8] {
    // SAFETY: `bytes` are a vector of bytes that never changes.
    unsafe { terminated(bytes.as_bytes()) }
}

impl Text for RustPython {
    #[inline]
    fn new_str(&self, text: &str) -> VmResult<Root, Self> {
        if let &[letter @ ..=b'\x7f'] = text.as_bytes() {
            return Ok(self.ctx.latin1_char(letter).into());
        }
        match text {
            "" => Ok(self.ctx.empty_str.to_owned().into()),
            text => Ok(new_plain(PyStr::from(text), self.ctx)),
        }
    }

    fn new_str_from_code_points(&self, code_points: &[u32]) -> VmResult<Root, Self> {
        attempt_object(|vm| {
            let mut text = Wtf8Buf::with_capacity(code_points.len());
            for &code_point in code_points {
                // Two surrogates in a row stay two, as in any `str`.
                text.push(CodePoint::from_u32(code_point).ok_or_else(|| {
                    vm.new_value_error(format!(
                        "character U+{code_point:x} is not in range [U+0000; U+10ffff]"
                    ))
                })?);
            }
            Ok(vm.ctx.new_str(text))
        })
    }

    fn decode(&self, bytes: &[u8], encoding: &str, errors: &str) -> VmResult<Root, Self> {
        attempt(|vm| {
            let bytes = vm.ctx.new_bytes(bytes.to_vec());
            decode(bytes.into(), encoding, errors, vm)
        })
    }

    fn encode(&self, object: &Root, encoding: &str, errors: &str) -> VmResult<Root, Self> {
        attempt(|vm| encode(as_str(object, vm)?, encoding, errors, vm))
    }

    fn decode_fs(&self, bytes: &[u8]) -> VmResult<Root, Self> {
        with_current_vm(|vm| {
            let (encoding, errors) = (vm.fs_encoding().as_str(), vm.fs_encode_errors().as_str());
            self.decode(bytes, encoding, errors)
        })
    }

    fn encode_fs(&self, object: &Root) -> VmResult<Root, Self> {
        attempt(|vm| {
            let (encoding, errors) = (vm.fs_encoding().as_str(), vm.fs_encode_errors().as_str());
            encode(as_str(object, vm)?, encoding, errors, vm)
        })
    }

    fn decode_object(&self, object: &Root, encoding: &str, errors: &str) -> VmResult<Root, Self> {
        attempt(|vm| {
            if object.downcastable::<PyStr>() {
                return Err(vm.new_type_error("decoding str is not supported"));
            }
            if object.class().slots().as_buffer.load().is_none() {
                let class = object.class().name().to_owned();
                return Err(vm.new_type_error(format!(
                    "decoding to str: need a bytes-like object, {class} found"
                )));
            }
            decode(object.clone(), encoding, errors, vm)
        })
    }

    fn utf8(&self, object: &Root) -> VmResult<*const [u8], Self> {
        attempt(|vm| {
            let text = as_str(object, vm)?;
            if text.to_str().is_none() {
                // It has surrogates, and the codec knows how to say so.
                encode(text, "utf-8", "strict", vm)?;
                return Err(vm.new_system_error("text with surrogates has become UTF-8"));
            }
            Ok(utf8_of(text))
        })
    }

    fn read_char(&self, object: &Root, index: isize) -> VmResult<u32, Self> {
        attempt(|vm| {
            let text = as_str(object, vm)?;
            let index = usize::try_from(index).ok();
            let index = index.filter(|&index| index < text.char_len());
            let code_point = index.and_then(|index| {
                let rest = &text.as_wtf8()[text.char_index_to_byte(index)..];
                rest.code_points().next().map(CodePoint::to_u32)
            });
            code_point.ok_or_else(|| vm.new_index_error("string index out of range"))
        })
    }

    fn substring(&self, object: &Root, start: isize, end: isize) -> VmResult<Root, Self> {
        attempt(|vm| {
            let text = as_str(object, vm)?;
            let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
                return Err(vm.new_index_error("string index out of range"));
            };
            let length = text.char_len();
            let end = end.min(length);
            if start >= end {
                return Ok(vm.ctx.empty_str.to_owned().into());
            }
            if end - start == length && object.class().is(vm.ctx.types.str_type) {
                return Ok(object.clone());
            }
            let bytes = text.char_index_to_byte(start)..text.char_index_to_byte(end);
            Ok(vm.ctx.new_str(&text.as_wtf8()[bytes]).into())
        })
    }

    #[inline]
    fn new_bytes(&self, bytes: &[u8]) -> VmResult<Root, Self> {
        if bytes.is_empty() {
            return Ok(self.ctx.empty_bytes.to_owned().into());
        }
        Ok(new_plain(PyBytes::from(bytes.to_vec()), self.ctx))
    }

    fn bytes_data(&self, object: &Root) -> VmResult<*const [u8], Self> {
        attempt(|vm| {
            let bytes = expect_a::<PyBytes>(object, "bytes", vm)?;
            Ok(content_of(bytes))
        })
    }
}
