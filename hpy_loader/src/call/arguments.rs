//! How the arguments of a signature reach C: macros over their kinds.
//!
//! An argument is an `object`, one that is `optional` (C gets `HPy_NULL` for none), or a
//! value that C gets as it is: `index`, `closure`, `operator`.

/// The type that a VM gives for an argument.
macro_rules! given {
    (object $object:ty) => { $object };
    (optional $object:ty) => { Option<$object> };
    (index $object:ty) => { isize };
    (closure $object:ty) => { *mut std::ffi::c_void };
    (operator $object:ty) => { $crate::runtime::CompareOp };
}

/// The arguments for which the call opens handles.
macro_rules! opened {
    ([$($done:expr,)*]) => { [$($done,)*] };
    ([$($done:expr,)*] $arg:ident: object, $($rest:tt)*) => {
        opened!([$($done,)* Some($arg),] $($rest)*)
    };
    ([$($done:expr,)*] $arg:ident: optional, $($rest:tt)*) => {
        opened!([$($done,)* $arg,] $($rest)*)
    };
    ([$($done:expr,)*] $arg:ident: $other:ident, $($rest:tt)*) => {
        opened!([$($done,)*] $($rest)*)
    };
}

/// Calls `function` with the arguments as C gets them. Those that have handles are
/// numbered as `opened!` has them.
macro_rules! passed {
    ($function:ident $prepared:ident [$($done:expr,)*] $places:tt) => {
        // SAFETY: the function's type says which arguments these are, and the VM has
        // promised that they are good for it (see `crate::call`). Their handles are
        // open as long as the call lasts.
        unsafe { ($function.framed())($prepared.context, $($done,)* $function.address()) }
    };
    ($function:ident $prepared:ident [$($done:expr,)*] [$place:literal $($places:literal)*]
     $arg:ident: object, $($rest:tt)*) => {
        passed!($function $prepared [$($done,)* $prepared.arg($place),] [$($places)*] $($rest)*)
    };
    ($function:ident $prepared:ident [$($done:expr,)*] [$place:literal $($places:literal)*]
     $arg:ident: optional, $($rest:tt)*) => {
        passed!($function $prepared [$($done,)* $prepared.arg($place),] [$($places)*] $($rest)*)
    };
    ($function:ident $prepared:ident [$($done:expr,)*] $places:tt
     $arg:ident: operator, $($rest:tt)*) => {
        passed!($function $prepared [$($done,)* compare_op($arg),] $places $($rest)*)
    };
    ($function:ident $prepared:ident [$($done:expr,)*] $places:tt
     $arg:ident: $plain:ident, $($rest:tt)*) => {
        passed!($function $prepared [$($done,)* $arg,] $places $($rest)*)
    };
}

pub(super) use {given, opened, passed};
