//! Two outputs side by side.
/// Two outputs.
pub struct Comparison;
