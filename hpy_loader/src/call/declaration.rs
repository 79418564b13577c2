//! How the functions of [`Trampolines`](super::trampolines::Trampolines) are declared.

/// Declares functions for a table of one topic. The bodies are generic over the runtime
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
