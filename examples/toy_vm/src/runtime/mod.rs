//! What the toy gives the loader: the nine chapters of its trait.

mod calls;
mod containers;
mod errors;
mod modules;
mod numbers;
mod objects;
mod roots;
mod text;
mod types;
