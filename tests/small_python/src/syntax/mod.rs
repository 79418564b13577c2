//! From source text to a [`Unit`]: the tree of the parser that RustPython uses, and
//! a table that says where each variable in it is.
//!
//! ```text
//! lines, unit  what there is of a file     scope  which variable a name means
//!                      table  walks the tree and fills the unit
//! ```

mod lines;
mod scope;
mod table;
mod unit;

pub use table::{SyntaxError, parse};
pub use unit::{Body, Code, Kind, Place, Unit, index};
