//! The way out to C.
//!
//! A VM calls the functions that an extension defines through three methods of a
//! [`Loader`]: [`call_method`](crate::Loader::call_method) for methods
//! and functions of modules, [`call_instance`](crate::Loader::call_instance) for
//! objects that can be called, and [`call_slot`](crate::Loader::call_slot) for all
//! else. (Functions of CPython's own API, in hybrid modules, have two methods of their own:
//! [`call_legacy_method`](crate::Loader::call_legacy_method) and
//! [`call_like`](crate::Loader::call_like).) Each takes the HPy lock, opens handles for the arguments, calls, takes the
//! result and judges it: a failure needs a pending error, a success must not leave
//! one. An extension that breaks this gets the `SystemError` that CPython gives
//! (`_Py_CheckFunctionResult`).
//!
//! Arguments are moved in: a VM hands over roots that it owns, and nothing is cloned
//! on the way.
//!
//! # Why calls are safe
//!
//! A C function trusts its arguments: the getter of a type reads the struct behind its
//! handle without a look at the class. So a call is only as good as its arguments, and
//! only the VM can choose them well. The VM has promised to, by rule 7 of the contract of
//! [`Runtime`](crate::runtime::Runtime#contract). The type of the function, a
//! [`CFunction`](crate::abi::CFunction), promises its signature. A call through a loader of
//! another mode of the same VM is safe too: the extension's handles of its own context are
//! refused there, like garbage.

mod arguments;
mod buffer;
mod constructor;
pub(crate) mod escape;
mod legacy;
mod loader;
mod method;
mod result;
mod running;
mod signature;
mod slot;
mod wrapped;
pub mod wrapper;

pub use loader::Loader;
pub(crate) use loader::Modes;
pub use signature::{Callable, Like, Signature};

use crate::runtime::Runtime;
use method::MethodCalls;
pub use method::{CallArgs, Kept, Receiver};
use running::{CallMode, Universal};
use slot::SlotCalls;
use wrapped::Wrapped;
pub(crate) use wrapped::Wrapper;

/// What was called, for the message about a result that breaks the rules.
#[derive(Clone, Copy)]
pub enum Callee<'a> {
    /// A callable; the function gives its `repr`.
    Callable(&'a dyn Fn() -> String),
    /// The class that is the first argument.
    Class,
    /// A slot of a type, which CPython's messages do not name.
    Slot,
    /// `HPy_mod_create` of the module with this name.
    Creation(&'a str),
    /// `HPy_mod_exec` of the module with this name.
    Execution(&'a str),
}

/// How Python came to call a slot, on which depends what integers mean failure.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub enum AskedBy {
    /// By an operator or a builtin, such as `len(x)`: the caller takes any negative number,
    /// or where nothing is asked for any number but 0, as a failure.
    Operator,
    /// By the slot's name, such as `x.__len__()`: a failure is -1 with an error pending
    /// (`wrap_lenfunc` and the like in CPython's `typeobject.c`).
    Name,
}

/// The functions that call C, one for each signature, made for the mode of a loader.
///
/// A call of C costs little, and so does asking which mode it is in; but it is not
/// nothing, and the universal mode should not pay for the others. So nobody asks.
/// The code of a call is generic over its [`CallMode`], a loader has the functions
/// that were made for its own, and its methods call those. In the universal mode's
/// there is no trace of another one.
pub(crate) struct Trampolines<R: Runtime> {
    methods: MethodCalls<R>,
    slots: SlotCalls<R>,
}

impl<R: Runtime> Trampolines<R> {
    /// Those of the universal mode.
    pub(crate) fn plain() -> Self {
        Self::through::<Universal>()
    }

    /// Those of the other modes.
    pub(crate) fn wrapped() -> Self {
        Self::through::<Wrapped>()
    }

    fn through<P: CallMode>() -> Self {
        Self {
            methods: MethodCalls::through::<P>(),
            slots: SlotCalls::through::<P>(),
        }
    }
}
