//! The opaque one-word values that C holds.

use std::ffi::c_long;

/// C's `ssize_t`.
pub type HPy_ssize_t = isize;
/// The result of `hash()`.
pub type HPy_hash_t = isize;
/// One Unicode code point.
pub type HPy_UCS4 = u32;
/// C's `int32_t`.
pub type int32_t = i32;
/// C's `uint32_t`.
pub type uint32_t = u32;
/// C's `int64_t`.
pub type int64_t = i64;
/// C's `uint64_t`.
pub type uint64_t = u64;
/// C's `size_t`.
pub type size_t = usize;
/// C's `wchar_t`.
pub type wchar_t = crate::platform::wchar_t;
/// C's `unsigned long`.
pub type c_ulong = std::ffi::c_ulong;
const _: () = assert!(
    size_of::<c_long>() == 8,
    "the universal ABI is checked on LP64 hosts only"
);

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[repr(transparent)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub isize);

        impl $name {
            /// The value that stands for "none" and, as a result, for failure.
            pub const NULL: Self = Self(0);

            /// Whether this is [`Self::NULL`].
            #[inline]
            pub fn is_null(self) -> bool {
                self == Self::NULL
            }
        }
    )* };
}

opaque! {
    /// A handle. What its bits mean is known to [`crate::handles`] alone.
    HPy;
    /// A reference to an object from within the C struct of another object.
    HPyField;
    /// A reference to an object from a C global variable.
    HPyGlobal;
    /// A list under construction.
    HPyListBuilder;
    /// A tuple under construction.
    HPyTupleBuilder;
    /// A set of handles that are closed together.
    HPyTracker;
    /// What `HPy_LeavePythonExecution` hands to `HPy_ReenterPythonExecution`.
    HPyThreadState;
}
