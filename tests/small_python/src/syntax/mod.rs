//! From source text to a [`Unit`]: the tree of the parser that RustPython uses, and
//! a table that says where each variable in it is.
//!
//! ```text
//! lines, unit  what there is of a file     scope  which variable a name means
//!                   table  the bodies, names and literals of a file
//!                   visit  fills the table from the tree
//! ```

mod lines;
mod scope;
mod table;
mod unit;
mod visit;

pub use table::{SyntaxError, parse};
pub use unit::{Body, Code, Kind, Place, Unit, index};
