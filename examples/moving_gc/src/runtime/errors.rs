//! Making and judging exceptions.

use super::{VmResult, out, out_either, out_value};
use crate::heap::{Kind, Local, Object};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::Errors;

/// What the system calls an error number.
fn strerror(errno: i32) -> String {
    match errno {
        0 => "Error".to_owned(),
        _ => {
            let text = std::io::Error::from_raw_os_error(errno).to_string();
            // Rust puts the number behind the system's text.
            let end = text.rfind(" (os error").unwrap_or(text.len());
            text[..end].to_owned()
        }
    }
}

impl Vm {
    fn errno_error(
        &self,
        class: &Local,
        errno: i32,
        filenames: (Option<Local>, Option<Local>),
    ) -> Result {
        let mut args = vec![self.int(errno.into()), self.str(&strerror(errno))];
        args.extend(filenames.0);
        if let Some(filename2) = filenames.1 {
            args.resize(4, self.int(0));
            args.push(filename2);
        }
        self.new_exception(class, &args)
    }

    fn error_class(
        &self,
        name: &str,
        doc: Option<&str>,
        base: Option<Local>,
        dict: Option<Local>,
    ) -> Result {
        let Some((module, name)) = name.rsplit_once('.') else {
            let message = "PyErr_NewException: name must be module.class";
            return Err(self.error("SystemError", message));
        };
        let dict = dict.unwrap_or_else(|| self.dict());
        if self.heap.kind(&dict) != Kind::Dict {
            return Err(self.error("SystemError", "bad argument to internal function"));
        }
        if let Some(doc) = doc {
            self.dict_set_str(&dict, "__doc__", &self.str(doc));
        }
        if self.dict_get_str(&dict, "__module__").is_none() {
            self.dict_set_str(&dict, "__module__", &self.str(module));
        }
        let bases = match base {
            None => vec![self.builtin("Exception")],
            Some(bases) if self.heap.kind(&bases) == Kind::Tuple => {
                self.items(&bases).unwrap_or_default()
            }
            Some(base) => vec![base],
        };
        self.class(name, &bases, &dict)
    }

    /// `warnings.warn`, as far as the language has it: a warning is an error if
    /// its filter says so.
    fn warn_text(&self, category: Option<Local>, message: &str, stack_level: isize) -> Result<()> {
        let category = category.unwrap_or_else(|| self.builtin("RuntimeWarning"));
        let is_warning = self.is_exception_class(&category)
            && self.is_subclass(&category, &self.builtin("Warning"));
        if !is_warning {
            let message = "category must be a Warning subclass, not '{}'";
            return Err(self.type_error(message, &[&category]));
        }
        match self.import("warnings") {
            Ok(warnings) => {
                let args = [self.str(message), category, self.int(stack_level as i64)];
                self.call_method(&warnings, "warn", args.into()).map(drop)
            }
            Err(error) if self.is_error(&error, "ModuleNotFoundError") => {
                eprintln!("{}: {message}", self.class_name(&category));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Errors for Vm {
    fn new_error(&self, class: &Object, message: &str) -> Object {
        let class = self.root(class);
        let message = self.str(message);
        out_either(self.new_exception(&class, &[message]))
    }

    fn error_from_value(&self, class: &Object, value: Option<&Object>) -> Object {
        let (class, value) = (self.root(class), self.root_optional(value));
        self.normalize_error(&class, value.as_ref()).into_object()
    }

    fn error_from_errno(
        &self,
        class: &Object,
        errno: i32,
        filename: Option<&Object>,
        filename2: Option<&Object>,
    ) -> Object {
        let class = self.root(class);
        let filenames = (self.root_optional(filename), self.root_optional(filename2));
        out_either(self.errno_error(&class, errno, filenames))
    }

    fn error_caused_by(&self, message: &str, cause: Object) -> Object {
        let cause = self.root(&cause);
        let error = self.error("SystemError", message);
        self.set_cause(&error, &cause);
        self.set_context(&error, &cause);
        error.into_object()
    }

    fn error_matches(&self, error: &Object, class: &Object) -> bool {
        self.error_matches(&self.root(error), &self.root(class))
    }

    fn new_error_class(
        &self,
        name: &str,
        doc: Option<&str>,
        base: Option<&Object>,
        dict: Option<&Object>,
    ) -> VmResult<Object> {
        let (base, dict) = (self.root_optional(base), self.root_optional(dict));
        out(self.error_class(name, doc, base, dict))
    }

    fn warn(&self, category: Option<&Object>, message: &str, stack_level: isize) -> VmResult<()> {
        out_value(self.warn_text(self.root_optional(category), message, stack_level))
    }

    fn report_unraisable(&self, error: Object, object: Option<&Object>) {
        let (error, object) = (self.root(&error), self.root_optional(object));
        self.report_unraisable(&error, object.as_ref());
    }
}
