//! Calling Python.

use super::{Position, PythonFrame, Roots, VmResult};
use std::ops::ControlFlow;

/// Calls of Python callables.
pub trait Calls: Roots {
    /// Asked before every call into C, which may be a step of a recursion through
    /// C and back that the VM does not see otherwise.
    ///
    /// # Errors
    ///
    /// `RecursionError` if the thread's stack is nearly used up.
    #[inline]
    fn check_stack(&self) -> VmResult<(), Self> {
        Ok(())
    }

    /// `callable(object)`.
    fn is_callable(&self, object: &Self::Object) -> bool;
    /// A call in the vectorcall form: `args` are the positional arguments
    /// followed by the values of the keywords that the tuple `names` lists, which may be
    /// empty.
    fn call(
        &self,
        callable: &Self::Object,
        args: &[&Self::Object],
        names: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;
    /// `args[0].name(*args[1:])`, in the form of [`call`](Self::call).
    fn call_method(
        &self,
        name: &Self::Object,
        args: &[&Self::Object],
        names: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;
    /// `callable(*args, **kwargs)` for a tuple and a dict.
    fn call_tuple_dict(
        &self,
        callable: &Self::Object,
        args: Option<&Self::Object>,
        kwargs: Option<&Self::Object>,
    ) -> VmResult<Self::Object, Self>;

    /// Visits the frames of the Python code that this thread is in, innermost
    /// first, until `visit` breaks off. Asked in debug mode only, and often:
    /// it should take nanoseconds a frame. Without it, reports have no Python
    /// stack.
    #[inline]
    fn walk_stack(&self, visit: &mut dyn FnMut(Position) -> ControlFlow<()>) {
        let _ = visit;
    }

    /// Says what a position is that [`walk_stack`](Self::walk_stack) has just
    /// visited, and sees to it that the position never means anything else from
    /// then on, say by keeping its code alive.
    fn describe_position(&self, position: Position) -> PythonFrame {
        PythonFrame {
            function: format!("{:#x}", position.code),
            file: "?".to_owned(),
            line: position.place,
        }
    }
}
