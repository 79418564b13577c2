//! What Python's objects do, as methods of [`Vm`](crate::Vm).
//!
//! All operations work on [`Local`](crate::Local)s, so that an allocation may
//! happen at any point of any of them. What an object of a builtin kind does is
//! written in the operation itself (`builtin_binary`, `builtin_repr`); what a
//! class of an extension or of the language does is found by the name of the
//! method in its dict, and so is what the language adds to builtin classes.
//!
//! An operation raises what Python's does: `get_item` a `KeyError`, an `IndexError`, a
//! `TypeError` or what `__getitem__` raises. The methods do not repeat that.

mod accessor;
mod attributes;
mod bootstrap;
mod bytes;
mod call;
mod class;
mod codec;
mod compare;
mod conversion;
mod debug;
mod descriptor;
mod dict;
mod dunder;
mod exception;
mod extension;
mod function;
mod function_call;
mod hash;
mod inheritance;
mod items;
mod iterate;
mod methods;
mod module;
mod number;
mod offset_call;
mod operators;
mod sequence;
mod slice;
mod text;
mod values;
mod view;

pub(crate) use bootstrap::bootstrap;
pub(crate) use class::Definition;
