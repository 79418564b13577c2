//! One function for each C signature, made for the mode of a loader.
//!
//! A call of C costs little, and so does asking which mode it is in; but it is not
//! nothing, and the universal mode should not pay for the others. So nobody asks.
//! The code of a call is generic over its [`Passage`], a loader has the functions
//! that were made for its own, and its methods call those. In the universal mode's
//! there is no trace of another one.

use super::buffer::BufferCalls;
use super::method::MethodCalls;
use super::passage::{Passage, Plain, Wrapped};
use super::slot::SlotCalls;
use crate::runtime::Runtime;

/// The functions of one mode.
pub(crate) struct Trampolines<R: Runtime> {
    pub(super) buffers: BufferCalls<R>,
    pub(super) methods: MethodCalls<R>,
    pub(super) slots: SlotCalls<R>,
}

impl<R: Runtime> Trampolines<R> {
    /// Those of the universal mode.
    pub(crate) fn plain() -> Self {
        Self::through::<Plain>()
    }

    /// Those of the other modes.
    pub(crate) fn wrapped() -> Self {
        Self::through::<Wrapped>()
    }

    fn through<P: Passage>() -> Self {
        Self {
            buffers: BufferCalls::through::<P>(),
            methods: MethodCalls::through::<P>(),
            slots: SlotCalls::through::<P>(),
        }
    }
}

/// Declares functions of [`Trampolines`]. The bodies are generic over the runtime
/// `R` and the passage `P`; what is made of each is a function, a place in the
/// table, and a method of the loader that calls what is in the place.
macro_rules! trampolines {
    ($table:ident, $chapter:ident; $(
        $(#[$doc:meta])*
        $visible:vis fn $name:ident($loader:ident $(, $arg:ident: $type:ty)*) -> $ret:ty $body:block
    )*) => {
        /// See [`Trampolines`](super::trampolines::Trampolines).
        pub(crate) struct $table<R: Runtime> {
            $($name: unsafe fn(&'static Loader<R> $(, $type)*) -> $ret,)*
        }

        impl<R: Runtime> $table<R> {
            pub(super) fn through<P: Passage>() -> Self {
                Self { $($name: $name::<R, P>,)* }
            }
        }

        /// # Safety
        ///
        /// For all methods: `function` came from a definition that the extension of
        /// this loader gave, for the signature that the method is for.
        #[allow(clippy::missing_safety_doc)]
        impl<R: Runtime> Loader<R> {
            $(
                $(#[$doc])*
                #[inline(always)]
                $visible unsafe fn $name(&'static self $(, $arg: $type)*) -> $ret {
                    // SAFETY: the caller vouches for the same.
                    unsafe { (self.trampolines().$chapter.$name)(self $(, $arg)*) }
                }
            )*
        }

        $(
            /// # Safety
            ///
            /// As for the method.
            unsafe fn $name<R: Runtime, P: Passage>(
                $loader: &'static Loader<R> $(, $arg: $type)*
            ) -> $ret $body
        )*
    };
}

pub(super) use trampolines;
