//! Context variables.

use super::prelude::*;

pub(crate) unsafe fn ctx_ContextVar_New<R: Runtime>(
    entry: Entry<R>,
    name: *const c_char,
    default_value: HPy,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a C string.
    let name = unsafe { entry.text(name) }?;
    let default = entry.get_optional(default_value)?;
    entry.open(entry.leave(|vm| vm.new_context_var(name, default.as_deref()))?)
}

pub(crate) unsafe fn ctx_ContextVar_Get<R: Runtime>(
    entry: Entry<R>,
    context_var: HPy,
    default_value: HPy,
    result: *mut HPy,
) -> VmResult<int32_t, R> {
    // SAFETY: the extension gives room for the handle.
    unsafe { *result = HPy::NULL };
    let variable = entry.get(context_var)?;
    let default = entry.get_optional(default_value)?;
    if let Some(value) = entry.leave(|vm| vm.context_var_get(&variable, default.as_deref()))? {
        let handle = entry.open(value)?;
        // SAFETY: as above.
        unsafe { *result = handle };
    }
    Ok(0)
}

pub(crate) unsafe fn ctx_ContextVar_Set<R: Runtime>(
    entry: Entry<R>,
    context_var: HPy,
    value: HPy,
) -> VmResult<HPy, R> {
    let (variable, value) = (entry.get(context_var)?, entry.get(value)?);
    entry.open(entry.leave(|vm| vm.context_var_set(&variable, &value))?)
}
