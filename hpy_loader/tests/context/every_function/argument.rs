//! Arguments made up for a call: numbers are 1, pointers are valid.

use std::ffi::{c_char, c_void};

use hpy_loader::abi::*;

use crate::extension::{C, c};

/// What pointer arguments point to during one call.
pub struct Dummies {
    handles: Vec<HPy>,
    next: usize,
    arrays: Vec<Box<[HPy]>>,
    result: HPy,
    size: HPy_ssize_t,
    data: *mut c_void,
    memory: [u64; 2],
    wide: [wchar_t; 2],
    field: HPyField,
    global: HPyGlobal,
    spec: HPyType_Spec,
    params: [HPyType_SpecParam; 1],
    destructor: HPyCapsule_Destructor,
    call: HPyCallFunction,
}

unsafe extern "C" fn destroy(_: *const c_char, _: *mut c_void, _: *mut c_void) {}

unsafe extern "C" fn none(
    context: *mut HPyContext,
    _: HPy,
    _: *const HPy,
    _: usize,
    _: HPy,
) -> HPy {
    C::new(context).known().h_None
}

impl Dummies {
    /// For a call whose handle arguments are these, in order.
    pub fn new(handles: &[HPy]) -> Box<Self> {
        Box::new(Self {
            handles: handles.to_vec(),
            next: 0,
            arrays: Vec::new(),
            result: HPy::NULL,
            size: 0,
            data: std::ptr::null_mut(),
            memory: [0; 2],
            wide: [65, 0],
            field: HPyField::NULL,
            global: HPyGlobal::NULL,
            spec: HPyType_Spec {
                name: c"m.x".as_ptr(),
                basicsize: 16,
                itemsize: 0,
                flags: 0,
                builtin_shape: HPyType_BuiltinShape::HPyType_BuiltinShape_Object,
                legacy_slots: std::ptr::null_mut(),
                defines: std::ptr::null_mut(),
                doc: std::ptr::null(),
            },
            params: [HPyType_SpecParam {
                kind: HPyType_SpecParam_Kind(0),
                object: HPy::NULL,
            }],
            destructor: HPyCapsule_Destructor {
                cpy_trampoline: c"trampoline".as_ptr().cast(),
                r#impl: Some(destroy),
            },
            call: HPyCallFunction {
                cpy_trampoline: std::ptr::null(),
                // SAFETY: the function is of this type.
                r#impl: Some(unsafe { HPyFunc_keywords::new(none) }),
            },
        })
    }

    fn next_handle(&mut self) -> HPy {
        let handle = self.handles[self.next];
        self.next += 1;
        handle
    }

    /// Gives up what the function has left in the memory it was given.
    pub fn close(mut self: Box<Self>, c: C) {
        assert_eq!(self.next, self.handles.len(), "all handles were used");
        c.close(self.result);
        c!(c.ctx_Field_Store(HPy::NULL, &mut self.field, HPy::NULL));
        c!(c.ctx_Global_Store(&mut self.global, HPy::NULL));
    }
}

pub trait Argument: Sized {
    /// Whether the argument of this name is a handle, or an array of them.
    fn holds_handle(_name: &str) -> bool {
        false
    }
    fn make(dummies: &mut Dummies, name: &str) -> Self;
}

impl Argument for HPy {
    fn holds_handle(_: &str) -> bool {
        true
    }

    fn make(dummies: &mut Dummies, _: &str) -> Self {
        dummies.next_handle()
    }
}

impl Argument for *const HPy {
    fn holds_handle(_: &str) -> bool {
        true
    }

    fn make(dummies: &mut Dummies, name: &str) -> Self {
        <*mut HPy>::make(dummies, name).cast_const()
    }
}

impl Argument for *mut HPy {
    fn holds_handle(name: &str) -> bool {
        name != "result"
    }

    fn make(dummies: &mut Dummies, name: &str) -> Self {
        if !Self::holds_handle(name) {
            return &raw mut dummies.result;
        }
        let handle = dummies.next_handle();
        dummies.arrays.push(Box::new([handle; 4]));
        let last = dummies.arrays.last_mut().expect("pushed");
        last.as_mut_ptr()
    }
}

impl Argument for *const c_char {
    fn make(_: &mut Dummies, name: &str) -> Self {
        match name {
            "errors" => std::ptr::null(),
            "encoding" => c"utf-8".as_ptr(),
            _ => c"m.x".as_ptr(),
        }
    }
}

macro_rules! arguments {
    ($($type:ty = |$dummies:ident| $make:expr;)*) => {
        $(impl Argument for $type {
            fn make($dummies: &mut Dummies, _: &str) -> Self {
                $make
            }
        })*
    };
}

arguments! {
    bool = |_d| true;
    i32 = |_d| 1;
    u32 = |_d| 1;
    i64 = |_d| 1;
    u64 = |_d| 1;
    isize = |_d| 1;
    usize = |_d| 1;
    f64 = |_d| 1.0;
    *mut c_void = |d| d.memory.as_mut_ptr().cast();
    *const c_void = |_d| std::ptr::null();
    *mut *mut c_void = |d| &raw mut d.data;
    *mut HPy_ssize_t = |d| &raw mut d.size;
    *const wchar_t = |d| d.wide.as_ptr();
    *mut HPyField = |d| &raw mut d.field;
    *mut HPyGlobal = |d| &raw mut d.global;
    *mut HPyType_Spec = |d| &raw mut d.spec;
    *mut HPyType_SpecParam = |d| d.params.as_mut_ptr();
    *mut HPyCapsule_Destructor = |d| &raw mut d.destructor;
    *mut HPyCallFunction = |d| &raw mut d.call;
    *mut cpy_PyObject = |_d| std::ptr::null_mut();
    HPyListBuilder = |_d| HPyListBuilder(77);
    HPyTupleBuilder = |_d| HPyTupleBuilder(77);
    HPyTracker = |_d| HPyTracker(77);
    HPyThreadState = |_d| HPyThreadState(77);
    HPyField = |_d| HPyField::NULL;
    HPyGlobal = |_d| HPyGlobal::NULL;
    HPyFunc_Signature = |_d| HPyFunc_Signature(1);
    HPy_SourceKind = |_d| HPy_SourceKind(0);
    _HPyCapsule_key = |_d| _HPyCapsule_key(0);
}
