//! How a module's name becomes the names of its C functions.

use super::cause::Cause;

/// The last part of a dotted name, as it stands in C symbols: `core_2` for
/// `pkg.core-2`.
pub(super) fn leaf(module_name: &str) -> String {
    let leaf = module_name.rsplit('.').next().unwrap_or(module_name);
    leaf.replace('-', "_")
}

/// The names of the functions that a module defines.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) init: String,
    pub(super) global_context: String,
    pub(super) major: String,
    pub(super) minor: String,
}

impl Names {
    /// HPy knows no encoding for names that are not ASCII.
    pub(super) fn new(module_name: &str) -> Result<Self, Cause> {
        let leaf = leaf(module_name);
        if let Some(start) = leaf.chars().position(|c| !c.is_ascii()) {
            let run = leaf.chars().skip(start).take_while(|c| !c.is_ascii());
            let end = start + run.count();
            return Err(Cause::NonAsciiName { leaf, start, end });
        }
        Ok(Self {
            init: format!("HPyInit_{leaf}"),
            global_context: format!("HPyInitGlobalContext_{leaf}"),
            major: format!("get_required_hpy_major_version_{leaf}"),
            minor: format!("get_required_hpy_minor_version_{leaf}"),
        })
    }
}
