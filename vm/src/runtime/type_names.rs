//! The names of types, for C.

use rustpython_vm::Py;
use rustpython_vm::builtins::PyType;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::Mutex;

/// The names of types as C strings. They stay for the life of the process: few
/// names exist, and a type may change its own while C still reads the old one.
static TYPE_NAMES: Mutex<Option<HashMap<String, &'static CStr>>> = Mutex::new(None);

/// The name of a class, without its module.
pub fn type_name(class: &Py<PyType>) -> &'static CStr {
    let name = class.name().to_owned();
    let mut names = TYPE_NAMES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let names = names.get_or_insert_default();
    if let Some(known) = names.get(&name) {
        return known;
    }
    let text = name.bytes().filter(|&byte| byte != 0).collect::<Vec<u8>>();
    let text: &'static CStr = Box::leak(
        CString::new(text)
            .expect("the NULs have been taken out")
            .into_boxed_c_str(),
    );
    names.insert(name, text);
    text
}
