//! Exceptions.

use std::sync::atomic::Ordering;

use hpy_loader::runtime::{Errors, Objects};

use crate::class::Class;
use crate::object::{Error, lock, not_in_the_toy};
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Toy<THREADS> {
    pub(crate) fn error_of(&self, class: Object, args: Vec<Object>) -> Object {
        let cause = None;
        self.object(Data::Error(Error { class, args, cause }))
    }
}

impl<const THREADS: bool> Errors for Toy<THREADS> {
    fn new_error(&self, class: &Object, message: &str) -> Object {
        if self.panic_in_errors.load(Ordering::SeqCst) {
            not_in_the_toy("memory for an exception");
        }
        self.error_of(class.clone(), vec![self.text(message)])
    }

    fn error_from_value(&self, class: &Object, value: Option<&Object>) -> Object {
        if !self.is_error_class(class) {
            return self.raise("SystemError", &format!("{class} is no exception class"));
        }
        let args = match value {
            Some(value) if value.error().is_some() && self.is_instance(value, class) => {
                return value.clone();
            }
            Some(value) => match &value.data {
                Data::Tuple(items) => items.to_vec(),
                _ => vec![value.clone()],
            },
            None => Vec::new(),
        };
        self.error_of(class.clone(), args)
    }

    fn is_error_class(&self, class: &Object) -> bool {
        class.class().is_some() && self.is_subtype(class, &self.builtin("BaseException"))
    }

    fn error_from_errno(
        &self,
        class: &Object,
        errno: i32,
        filename: Option<&Object>,
        filename2: Option<&Object>,
    ) -> Object {
        if !self.is_error_class(class) {
            return self.raise("SystemError", &format!("{class} is no exception class"));
        }
        let mut args = vec![self.int(errno.into())];
        args.extend(filename.cloned());
        args.extend(filename2.cloned());
        self.error_of(class.clone(), args)
    }

    fn error_caused_by(&self, message: &str, cause: Object) -> Object {
        self.object(Data::Error(Error {
            class: self.builtin("SystemError"),
            args: vec![self.text(message)],
            cause: Some(cause),
        }))
    }

    fn error_matches(&self, error: &Object, class: &Object) -> bool {
        match &class.data {
            Data::Tuple(classes) => classes.iter().any(|class| self.error_matches(error, class)),
            Data::Class(_) => self.is_instance(error, class),
            _ => false,
        }
    }

    fn new_error_class(
        &self,
        name: &str,
        _doc: Option<&str>,
        base: Option<&Object>,
        _dict: Option<&Object>,
    ) -> Fallible<Object> {
        let base = base.map_or_else(|| self.builtin("Exception"), Object::clone);
        let bases = match base.items() {
            Some(bases) => bases,
            None => vec![base],
        };
        if !bases.iter().all(|base| self.is_error_class(base)) {
            return Err(self.type_error("a base is no exception class"));
        }
        let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
        Ok(self.object(Data::Class(Class::new(name, bases, None))))
    }

    fn warn(&self, category: Option<&Object>, message: &str, _level: isize) -> Fallible<()> {
        let default = self.builtin("RuntimeWarning");
        let category = category.unwrap_or(&default);
        if !self.is_error_class(category) {
            return Err(self.type_error("the category is no warning"));
        }
        lock(&self.observed.warnings).push(format!("{category}: {message}"));
        Ok(())
    }

    fn report_unraisable(&self, error: Object, object: Option<&Object>) {
        let object = object.map(|object| format!(" in {object}"));
        let report = format!("{}{}", error.error_text(), object.unwrap_or_default());
        lock(&self.observed.unraisable).push(report);
    }
}
