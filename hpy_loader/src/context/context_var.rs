//! Context variables.

use super::prelude::*;

context_functions! {
    fn ctx_ContextVar_New(call, name: CStrArg, default_value: HPy) -> HPy {
        let name = call.text(&name)?;
        let default = call.get_optional(default_value)?;
        call.open(call.leave(|vm| vm.new_context_var(name, default.as_deref()))?)
    }

    fn ctx_ContextVar_Get(call, context_var: HPy, default_value: HPy, result: InOut<HPy>) -> int32_t {
        call.expect_pointer(result.as_ptr(), "room for the value")?;
        result.set(HPy::NULL);
        let variable = call.get(context_var)?;
        let default = call.get_optional(default_value)?;
        if let Some(value) = call.leave(|vm| vm.context_var_get(&variable, default.as_deref()))? {
            let handle = call.open(value)?;
            result.set(handle);
        }
        Ok(0)
    }

    fn ctx_ContextVar_Set(call, context_var: HPy, value: HPy) -> HPy {
        let (variable, value) = (call.get(context_var)?, call.get(value)?);
        call.open(call.leave(|vm| vm.context_var_set(&variable, &value))?)
    }
}
