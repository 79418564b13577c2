//! The interpreter: walks the tree over the VM's objects.
//!
//! Every object that it holds is a [`Local`](moving_gc::Local), so it knows nothing
//! of addresses and never needs to. The variables of functions are in records in the
//! heap, which the collector traces like anything else, so that a function and the
//! variable that holds it can die together.

mod assignment;
mod call;
mod class;
mod comprehension;
mod evaluation;
mod expression;
mod format;
mod frame;
mod import;
mod literal;
mod machine;
mod operator;
mod running;
mod statement;
mod traceback;

pub use machine::{Interpreter, Supply, Value, VmResult};
