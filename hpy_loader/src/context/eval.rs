//! Importing, compiling, evaluating.

use super::prelude::*;

context_functions! {
    fn ctx_Import_ImportModule(call, utf8_name: CStrArg) -> HPy {
        let name = call.text(&utf8_name)?;
        call.open(call.leave(|vm| vm.import(name))?)
    }

    fn ctx_Compile_s(call, utf8_source: CStrArg, utf8_filename: CStrArg, kind: HPy_SourceKind) -> HPy {
        if kind.name().is_none() {
            return Err(call.system_error("invalid source kind"));
        }
        let (source, filename) = (call.text(&utf8_source)?, call.text(&utf8_filename)?);
        call.open(call.leave(|vm| vm.compile(source, filename, kind))?)
    }

    fn ctx_EvalCode(call, code: HPy, globals: HPy, locals: HPy) -> HPy {
        let code = call.get(code)?;
        let (globals, locals) = (call.get(globals)?, call.get(locals)?);
        call.open(call.leave(|vm| vm.eval(&code, &globals, &locals))?)
    }
}
