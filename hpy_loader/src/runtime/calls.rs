//! Calling Python.

use super::{Fallible, Roots};

/// Calls of Python callables.
pub trait Calls: Roots {
    /// Asked before every call into C, which may be a step of a recursion through
    /// C and back that the VM does not see otherwise.
    ///
    /// # Errors
    ///
    /// `RecursionError` if the thread's stack is nearly used up.
    #[inline]
    fn check_stack(&self) -> Fallible<(), Self> {
        Ok(())
    }

    /// `callable(object)`.
    fn is_callable(&self, object: &Self::Object) -> bool;
    /// A call in the vectorcall form: `args` are the positional arguments
    /// followed by the values of the keywords that the tuple `names` lists.
    fn call(
        &self,
        callable: &Self::Object,
        args: &[&Self::Object],
        names: Option<&Self::Object>,
    ) -> Fallible<Self::Object, Self>;
    /// `args[0].name(*args[1:])`, in the form of [`call`](Self::call).
    fn call_method(
        &self,
        name: &Self::Object,
        args: &[&Self::Object],
        names: Option<&Self::Object>,
    ) -> Fallible<Self::Object, Self>;
    /// `callable(*args, **kwargs)` for a tuple and a dict.
    fn call_tuple_dict(
        &self,
        callable: &Self::Object,
        args: Option<&Self::Object>,
        kwargs: Option<&Self::Object>,
    ) -> Fallible<Self::Object, Self>;
}
