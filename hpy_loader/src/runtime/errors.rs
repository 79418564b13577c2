//! Making and judging exceptions.

use super::{Roots, VmResult};

/// Exceptions as objects. The pending one is the loader's business.
pub trait Errors: Roots {
    /// An instance of the exception class `class` with a message.
    fn new_error(&self, class: &Self::Object, message: &str) -> Self::Object;

    /// A `NotImplementedError` for an operation that this VM does not have.
    fn not_implemented(&self, operation: &str) -> Self::Object {
        let class = self.constant("NotImplementedError");
        self.new_error(&class, &format!("this VM does not implement {operation}"))
    }

    /// What `PyErr_SetObject` followed by normalisation gives: `value` itself
    /// if it is an instance of `class`, `class(*value)` for a tuple, `class()`
    /// for none and for `None`, else `class(value)`. If the class raises, that exception. A
    /// `class` that is no exception class gives a `SystemError`.
    fn error_from_value(&self, class: &Self::Object, value: Option<&Self::Object>) -> Self::Object;

    /// `class(errno, strerror(errno), filename, None, filename2)`, as
    /// `PyErr_SetFromErrnoWithFilenameObjects`.
    fn error_from_errno(
        &self,
        class: &Self::Object,
        errno: i32,
        filename: Option<&Self::Object>,
        filename2: Option<&Self::Object>,
    ) -> Self::Object;

    /// A `SystemError` whose `__cause__` and `__context__` are `cause`. Asked when C has
    /// returned a result and left the error `cause` pending.
    fn error_caused_by(&self, message: &str, cause: Self::Object) -> Self::Object;

    /// `PyErr_GivenExceptionMatches`: `class` is a class or a tuple of them.
    fn error_matches(&self, error: &Self::Object, class: &Self::Object) -> bool;

    /// `PyErr_NewExceptionWithDoc`; `name` is `module.class`, `base` a class or
    /// a tuple of classes, and `Exception` if it is left out.
    fn new_error_class(
        &self,
        name: &str,
        doc: Option<&str>,
        base: Option<&Self::Object>,
        dict: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;

    /// `PyErr_WarnEx`. No category means `RuntimeWarning`.
    fn warn(
        &self,
        category: Option<&Self::Object>,
        message: &str,
        stack_level: isize,
    ) -> VmResult<(), Self>;

    /// `PyErr_WriteUnraisable`: reports `error` to `sys.unraisablehook`, with
    /// the object that it happened in.
    fn report_unraisable(&self, error: Self::Object, object: Option<&Self::Object>);
}
