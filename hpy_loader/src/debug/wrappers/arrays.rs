//! Functions that take arrays of handles.

use super::*;
use crate::memory::is_available;
use crate::spec::TypeDef;
use smallvec::SmallVec;

/// An array for the wrapped context.
enum Unwrapped {
    /// With its own handles.
    Handles(SmallVec<[HPy; 8]>),
    /// What the extension gave, where the wrapped context does not look: NULL, and an
    /// array of none, or of more handles than there is memory for.
    Unread(*const HPy),
}

impl Unwrapped {
    fn as_ptr(&self) -> *const HPy {
        match self {
            Self::Handles(handles) => handles.as_ptr(),
            Self::Unread(handles) => *handles,
        }
    }
}

/// The wrapped context's handles for an array of ours.
///
/// # Safety
///
/// `handles` is null or points to `count` handles; it may be anything if that is 0, or
/// more than there is memory.
unsafe fn unwrap(inspection: &Inspection, handles: *const HPy, count: usize) -> Unwrapped {
    let is_read = count != 0 && is_available(count.saturating_mul(size_of::<HPy>()));
    if handles.is_null() || !is_read {
        return Unwrapped::Unread(handles);
    }
    // SAFETY: the caller vouches for the array.
    let handles = unsafe { std::slice::from_raw_parts(handles, count) };
    let unwrapped = handles.iter().map(|&handle| inspection.unwrap(handle));
    Unwrapped::Handles(unwrapped.collect())
}

/// The number of keywords, for arguments that follow the positional ones.
fn keywords(inspection: &Inspection, names: HPy, function: &str) -> Option<usize> {
    if names.is_null() {
        return Some(0);
    }
    let inner = inspection.inner();
    if inner.ctx_Tuple_Check(names) != 1 {
        let message = format!("{function} arg 'kwnames' must be a tuple object or HPy_NULL");
        inspection.violation(ViolationKind::WrongType, &message);
    }
    usize::try_from(inner.ctx_Length(names)).ok()
}

/// `HPy_Call` or `HPy_CallMethod`, which is `function` of the wrapped context.
///
/// # Safety
///
/// `args` is an array of `nargs` handles, and of one more for each name.
unsafe fn call(
    inspection: &Inspection,
    (function, name): (CallFn, &str),
    first: HPy,
    args: *const HPy,
    nargs: size_t,
    names: HPy,
) -> HPy {
    let (first, names) = (inspection.unwrap(first), inspection.unwrap(names));
    let Some(keywords) = keywords(inspection, names, name) else {
        return HPy::NULL;
    };
    // SAFETY: the caller vouches for the array.
    let handles = unsafe { unwrap(inspection, args, nargs.saturating_add(keywords)) };
    let inner = inspection.inner().as_ptr();
    // SAFETY: an array of the wrapped context's handles.
    inspection.wrap(unsafe { function(inner, first, handles.as_ptr(), nargs, names) })
}

type CallFn = unsafe extern "C" fn(*mut HPyContext, HPy, *const HPy, size_t, HPy) -> HPy;

wrappers! {
    fn ctx_Call(callable: HPy, args: *const HPy, nargs: size_t, kwnames: HPy) -> HPy {
        general(inspection) {
            let function = (inspection.inner().ctx_Call, "HPy_Call");
            // SAFETY: the extension gives the array.
            unsafe { call(inspection, function, callable, args, nargs, kwnames) }
        }
    }

    fn ctx_CallMethod(name: HPy, args: *const HPy, nargs: size_t, kwnames: HPy) -> HPy {
        general(inspection) {
            let function = (inspection.inner().ctx_CallMethod, "HPy_CallMethod");
            // SAFETY: the extension gives the array.
            unsafe { call(inspection, function, name, args, nargs, kwnames) }
        }
    }

    fn ctx_Tuple_FromArray(items: *mut HPy, n: HPy_ssize_t) -> HPy {
        general(inspection) {
            let inner = inspection.inner();
            // SAFETY: the extension gives an array.
            let handles = unsafe { unwrap(inspection, items, usize::try_from(n).unwrap_or(0)) };
            let items = handles.as_ptr().cast_mut();
            // SAFETY: an array of the wrapped context's handles, which it only reads.
            inspection.wrap(unsafe { (inner.ctx_Tuple_FromArray)(inner.as_ptr(), items, n) })
        }
    }

    fn ctx_Type_GenericNew(r#type: HPy, args: *const HPy, nargs: HPy_ssize_t, kw: HPy) -> HPy {
        general(inspection) {
            let inner = inspection.inner();
            let (class, kw) = (inspection.unwrap(r#type), inspection.unwrap(kw));
            // SAFETY: the extension gives an array.
            let handles = unsafe { unwrap(inspection, args, usize::try_from(nargs).unwrap_or(0)) };
            // SAFETY: an array of the wrapped context's handles.
            inspection.wrap(unsafe {
                (inner.ctx_Type_GenericNew)(inner.as_ptr(), class, handles.as_ptr(), nargs, kw)
            })
        }
    }

    fn ctx_Type_FromSpec(spec: *mut HPyType_Spec, params: *mut HPyType_SpecParam) -> HPy {
        general(inspection) {
            let inner = inspection.inner();
            let mut unwrapped: SmallVec<[HPyType_SpecParam; 4]> = SmallVec::new();
            let mut next = params;
            // SAFETY: the extension gives an array that ends with kind 0.
            while let Some(param) = unsafe { next.as_ref() } {
                let is_last = param.kind == HPyType_SpecParam_Kind(0);
                let object = if is_last { HPy::NULL } else { inspection.unwrap(param.object) };
                unwrapped.push(HPyType_SpecParam { kind: param.kind, object });
                if is_last {
                    break;
                }
                // SAFETY: the last one has not been reached.
                next = unsafe { next.add(1) };
            }
            let params = if params.is_null() { params } else { unwrapped.as_mut_ptr() };
            // SAFETY: the extension's spec, and parameters with wrapped handles.
            let class = unsafe { (inner.ctx_Type_FromSpec)(inner.as_ptr(), spec, params) };
            // SAFETY: the extension's spec.
            if let (false, Some(spec)) = (class.is_null(), unsafe { spec.as_ref() }) {
                // SAFETY: as above; it has been read just now.
                let definition = unsafe { TypeDef::read(spec, None) }.ok();
                let traverse = definition.and_then(|definition| definition.slots.tp_traverse);
                inspection.debug().native_types.insert(inner, class, spec, traverse);
            }
            inspection.wrap(class)
        }
    }
}
