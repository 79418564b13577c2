//! The types with a native struct that modules in debug mode have made.

use super::records::HandleRecord;
use crate::abi::{HPy, HPyField, HPyFunc_traverseproc, HPyType_BuiltinShape, HPyType_Spec};
use crate::modes::WrappedContext;
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_void};

#[derive(Debug)]
struct NativeType {
    /// The wrapped context's handle of the type, never closed: in this mode the types
    /// live as long as the process.
    class: HPy,
    shape: HPyType_BuiltinShape,
    size: usize,
    name: String,
    traverse: Option<HPyFunc_traverseproc>,
}

/// The types that modules in this mode have made.
#[derive(Debug, Default)]
pub(super) struct NativeTypes {
    known: RefCell<Vec<NativeType>>,
    /// Where the structs behind some open handles lie, found by the handles'
    /// numbers. To find that out takes longer than a call.
    recent: [Cell<(u64, StructRange)>; 32],
}

/// The address of a struct and its size, and what its type is.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct StructRange {
    start: usize,
    size: usize,
    /// The type's place among those that are known.
    class: usize,
    /// The `tp_traverse` of the type, or of its nearest base that has one.
    traverse: Option<HPyFunc_traverseproc>,
}

impl StructRange {
    /// Where the struct begins.
    #[inline(always)]
    pub fn start(self) -> usize {
        self.start
    }

    /// Where it begins, and its size.
    pub fn bounds(self) -> (usize, usize) {
        (self.start, self.size)
    }

    /// What visits its fields.
    pub fn traverse(self) -> Option<HPyFunc_traverseproc> {
        self.traverse
    }

    /// Whether some word of the struct has the value of a field.
    ///
    /// # Safety
    ///
    /// The struct is alive.
    #[inline(always)]
    pub unsafe fn has(self, field: HPyField) -> bool {
        let words = (self.start..self.start + self.size).step_by(align_of::<HPyField>());
        let word = |address| std::ptr::with_exposed_provenance::<HPyField>(address);
        // SAFETY: the caller says so.
        { words }.any(|address| unsafe { *word(address) == field })
    }
}

impl NativeTypes {
    /// Remembers a type; `class` is a wrapped handle.
    pub fn insert(
        &self,
        inner: WrappedContext,
        class: HPy,
        spec: &HPyType_Spec,
        traverse: Option<HPyFunc_traverseproc>,
    ) {
        let size = usize::try_from(spec.basicsize).unwrap_or(0);
        if class.is_null() || size == 0 {
            return;
        }
        // SAFETY: a type was made of the spec, so it has a name.
        let name = unsafe { CStr::from_ptr(spec.name) };
        self.known.borrow_mut().push(NativeType {
            class: inner.ctx_Dup(class),
            shape: spec.builtin_shape,
            size,
            name: name.to_string_lossy().into_owned(),
            traverse,
        });
    }

    /// Whether an object is an instance of a known type of a shape.
    pub fn is_known(
        &self,
        inner: WrappedContext,
        object: HPy,
        shape: HPyType_BuiltinShape,
    ) -> bool {
        let known = self.known.borrow();
        let mut of_shape = known.iter().filter(|known| known.shape == shape);
        of_shape.any(|known| inner.ctx_TypeCheck(object, known.class) == 1)
    }

    /// Where the struct of the object behind an open handle lies, if that was found
    /// lately.
    #[inline(always)]
    pub fn recent(&self, record: &HandleRecord) -> Option<StructRange> {
        let number = record.number.get();
        let (of, range) = self.recent[number as usize % self.recent.len()].get();
        (of == number).then_some(range)
    }

    /// Remembers that for [`recent`](Self::recent).
    pub fn remember(&self, record: &HandleRecord, range: StructRange) {
        let number = record.number.get();
        self.recent[number as usize % self.recent.len()].set((number, range));
    }

    /// Where the struct of an object lies, the largest if its type and a base
    /// have one each.
    pub fn find(&self, inner: WrappedContext, object: HPy) -> Option<StructRange> {
        let known = self.known.borrow();
        let is_instance =
            |(_, known): &(usize, &NativeType)| inner.ctx_TypeCheck(object, known.class) == 1;
        let mut bases: Vec<_> = known.iter().enumerate().filter(is_instance).collect();
        // The last is the most derived of those that are equally large.
        bases.sort_by_key(|(_, known)| known.size);
        let &(class, largest) = bases.last()?;
        let native = native_struct(inner, object, largest.shape)?;
        Some(StructRange {
            start: native.addr(),
            size: largest.size,
            class,
            traverse: bases.iter().rev().find_map(|(_, known)| known.traverse),
        })
    }

    /// The name of the type of a struct.
    pub fn name(&self, range: StructRange) -> String {
        let known = self.known.borrow();
        let known = known.get(range.class);
        known.map_or_else(String::new, |known| known.name.clone())
    }
}

/// The struct of an object, if it has one of the shape; `object` is a wrapped handle.
/// No error is left.
fn native_struct(
    inner: WrappedContext,
    object: HPy,
    shape: HPyType_BuiltinShape,
) -> Option<*mut c_void> {
    use HPyType_BuiltinShape as Shape;

    let native = match shape {
        Shape::HPyType_BuiltinShape_Object => inner.ctx_AsStruct_Object(object),
        Shape::HPyType_BuiltinShape_Legacy => inner.ctx_AsStruct_Legacy(object),
        Shape::HPyType_BuiltinShape_Type => inner.ctx_AsStruct_Type(object),
        Shape::HPyType_BuiltinShape_Long => inner.ctx_AsStruct_Long(object),
        Shape::HPyType_BuiltinShape_Float => inner.ctx_AsStruct_Float(object),
        Shape::HPyType_BuiltinShape_Unicode => inner.ctx_AsStruct_Unicode(object),
        Shape::HPyType_BuiltinShape_Tuple => inner.ctx_AsStruct_Tuple(object),
        Shape::HPyType_BuiltinShape_List => inner.ctx_AsStruct_List(object),
        _ => return None,
    };
    (!native.is_null()).then(|| {
        // Fields are looked for in it by address.
        native.expose_provenance();
        native
    })
}
