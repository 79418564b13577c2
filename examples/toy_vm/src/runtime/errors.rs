//! Exceptions.

use hpy_loader::runtime::{Errors, FastPaths, Objects};

use crate::{Class, Data, Object, Toy, VmResult};

impl<const THREADS: bool> Errors for Toy<THREADS> {
    fn new_error(&self, class: &Object, message: &str) -> Object {
        self.exception(class.clone(), vec![self.text(message)], None)
    }

    fn error_from_value(&self, class: &Object, value: Option<&Object>) -> Object {
        let args = match value {
            _ if !self.fast_is_error_class(class) => return self.no_error_class(class),
            None => Vec::new(),
            Some(value) if value.error().is_some() && self.is_instance(value, class) => {
                return value.clone();
            }
            Some(value) => match &value.data {
                Data::Tuple(items) => items.to_vec(),
                _ => vec![value.clone()],
            },
        };
        self.exception(class.clone(), args, None)
    }

    fn error_from_errno(
        &self,
        class: &Object,
        errno: i32,
        filename: Option<&Object>,
        filename2: Option<&Object>,
    ) -> Object {
        if !self.fast_is_error_class(class) {
            return self.no_error_class(class);
        }
        let args = [Some(&self.int(errno.into())), filename, filename2];
        let args = args.into_iter().flatten().cloned();
        self.exception(class.clone(), args.collect(), None)
    }

    fn error_caused_by(&self, message: &str, cause: Object) -> Object {
        self.exception(
            self.builtin("SystemError"),
            vec![self.text(message)],
            Some(cause),
        )
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
    ) -> VmResult<Object> {
        let base = base.map_or_else(|| self.builtin("Exception"), Object::clone);
        let bases = base.items().unwrap_or_else(|| vec![base]);
        if !bases.iter().all(|base| self.fast_is_error_class(base)) {
            return Err(self.type_error("a base is no exception class"));
        }
        let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
        Ok(self.object(Data::Class(Class::new(name, bases, None))))
    }

    fn warn(&self, category: Option<&Object>, message: &str, _level: isize) -> VmResult<()> {
        let default = self.builtin("RuntimeWarning");
        let category = category.unwrap_or(&default);
        if !self.fast_is_error_class(category) {
            return Err(self.type_error("the category is no warning"));
        }
        self.embedder().report(format!("{category}: {message}"));
        Ok(())
    }

    fn report_unraisable(&self, error: Object, object: Option<&Object>) {
        let place = object.map(|object| format!(" in {object}"));
        let report = format!("{}{}", error.error_text(), place.unwrap_or_default());
        self.embedder().report(report);
    }
}

impl<const THREADS: bool> Toy<THREADS> {
    fn no_error_class(&self, class: &Object) -> Object {
        self.raise("SystemError", &format!("{class} is no exception class"))
    }
}
