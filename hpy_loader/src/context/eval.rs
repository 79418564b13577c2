//! Importing, compiling, evaluating.

use super::prelude::*;

pub(crate) unsafe fn ctx_Import_ImportModule<R: Runtime>(
    entry: Entry<R>,
    utf8_name: *const c_char,
) -> VmResult<HPy, R> {
    // SAFETY: the extension gives a C string.
    let name = unsafe { entry.text(utf8_name) }?;
    entry.open(entry.leave(|vm| vm.import(name))?)
}

pub(crate) unsafe fn ctx_Compile_s<R: Runtime>(
    entry: Entry<R>,
    utf8_source: *const c_char,
    utf8_filename: *const c_char,
    kind: HPy_SourceKind,
) -> VmResult<HPy, R> {
    if kind.name().is_none() {
        return Err(entry.system_error("invalid source kind"));
    }
    // SAFETY: the extension gives C strings.
    let (source, filename) = unsafe { (entry.text(utf8_source)?, entry.text(utf8_filename)?) };
    entry.open(entry.leave(|vm| vm.compile(source, filename, kind))?)
}

pub(crate) unsafe fn ctx_EvalCode<R: Runtime>(
    entry: Entry<R>,
    code: HPy,
    globals: HPy,
    locals: HPy,
) -> VmResult<HPy, R> {
    let code = entry.get(code)?;
    let (globals, locals) = (entry.get(globals)?, entry.get(locals)?);
    entry.open(entry.leave(|vm| vm.eval(&code, &globals, &locals))?)
}
