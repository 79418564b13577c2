pub mod lower;
pub mod tree;
