//! What the toy gives the loader: the chapters of its trait.

mod calls;
mod containers;
mod definitions;
mod errors;
mod fast_paths;
mod modules;
mod numbers;
mod objects;
mod roots;
mod text;
mod types;
