//! What a call of a C function takes and gives, by the function's type.

use super::AskedBy;
use super::running::CallMode;
use crate::abi::CFunction;
use crate::call::Loader;
use crate::runtime::{Roots, Runtime, VmResult};

/// A C function by what a VM gives for a call of it, and gets back.
pub trait Signature: CFunction {
    /// The arguments. `O` is an object.
    type Args<'a, O>;
    /// The result, once it has been judged.
    type Output<O>;
}

/// A function that [`Loader::call_slot`] calls. Nobody else can implement it.
#[expect(private_bounds, reason = "what calls C is nobody else's")]
pub trait Callable<R: Runtime>: Invoke<R> {
    /// What calls the function in the mode of a loader.
    #[doc(hidden)]
    fn trampoline(loader: &Loader<R>) -> Trampoline<R, Self>;
}

/// What calls a function.
pub type Trampoline<R, F> =
    for<'a> fn(
        &'static Loader<R>,
        F,
        <F as Signature>::Args<'a, <R as Roots>::Object>,
        AskedBy,
    ) -> VmResult<<F as Signature>::Output<<R as Roots>::Object>, R>;

/// The call itself.
pub(super) trait Invoke<R: Runtime>: Signature {
    /// Calls the function in the mode `P`.
    fn invoke<P: CallMode>(
        loader: &'static Loader<R>,
        function: Self,
        args: Self::Args<'_, R::Object>,
        asked: AskedBy,
    ) -> VmResult<Self::Output<R::Object>, R>;
}

/// A function that takes and gives what `Of` does, be it by handles or as `PyObject *`.
pub trait Like<R: Runtime, Of: Signature>: Copy {
    /// Calls the function.
    #[doc(hidden)]
    fn call(
        self,
        loader: &'static Loader<R>,
        args: Of::Args<'_, R::Object>,
        asked: AskedBy,
    ) -> VmResult<Of::Output<R::Object>, R>;
}

impl<R: Runtime, F: Callable<R>> Like<R, F> for F {
    #[inline(always)]
    fn call(
        self,
        loader: &'static Loader<R>,
        args: F::Args<'_, R::Object>,
        asked: AskedBy,
    ) -> VmResult<F::Output<R::Object>, R> {
        F::trampoline(loader)(loader, self, args, asked)
    }
}
