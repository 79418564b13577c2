//! The results for people and for programs.

pub mod chart;
pub mod files;
pub mod table;
