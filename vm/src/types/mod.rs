//! Types that extensions define, and their instances.
//!
//! Each line stands on those below it only.
//!
//! - [`creation`] makes a type: by a [`plan`] of how instances look, with [`dict`]
//!   filling the dict, and [`python_classes`] seeing to classes that Python code
//!   derives from it. [`patches`] replaces what RustPython does for its own types
//!   only.
//! - [`legacy`] adds what a legacy type has of CPython's own API.
//! - [`slots`] connects the extension's functions to operators and the like;
//!   [`dunder`] and [`attributes`] show them to Python.
//! - [`construction`] makes an instance, of one of the [`shapes`]. [`call`] and [`buffer`] are the two
//!   protocols for which an instance keeps something.
//! - [`c_function`] finds the C function behind a slot, [`native_struct`] the struct
//!   behind an object, a class included.
//! - [`payload`] is an instance's place in RustPython, [`native`] the struct in it
//!   that the extension sees, and [`chain`] how a chain of instances ends.
//! - [`info`] is what is kept of a type: its [`layout`] and its size among the [`sizes`],
//!   its functions in a [`slot_table`], its [`struct_cell`] if it is a metaclass.
//! - [`dunder_table`] has the names of slots.

mod attributes;
mod buffer;
mod buffer_description;
mod c_function;
pub mod call;
mod chain;
pub mod construction;
pub mod creation;
mod dict;
mod dunder;
mod dunder_table;
pub mod info;
mod layout;
pub mod legacy;
mod native;
pub mod native_struct;
mod patches;
pub mod payload;
mod plan;
mod python_classes;
mod shapes;
mod sizes;
mod slot_table;
mod slots;
mod struct_cell;

pub use payload::is_bare_instance;
pub use slots::refused_item;
