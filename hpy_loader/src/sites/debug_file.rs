//! Debug information that lies in a file of its own.
//!
//! Distributions strip their libraries and ship the debug information beside
//! them. The library says which file that is: by the build ID that both have, or
//! by name. These are the places where GDB looks.

use crate::platform::images::Image;
use crate::platform::library::path_of_bytes;
use object::Object;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const ROOT: &str = "/usr/lib/debug";

/// The existing file with the debug information of a library, if it is not in
/// the library itself.
pub fn find(image: &Image) -> Option<PathBuf> {
    let (object, library) = (image.file.as_ref()?, &image.path);
    if object.has_debug_symbols() {
        return None;
    }
    let mut candidates = Vec::new();
    if let Ok(Some([first, rest @ ..])) = object.build_id() {
        let mut name = format!("{ROOT}/.build-id/{first:02x}/");
        for byte in rest {
            let _ = write!(name, "{byte:02x}");
        }
        candidates.push(PathBuf::from(name + ".debug"));
    }
    if let (Ok(Some((name, _))), Some(directory)) = (object.gnu_debuglink(), library.parent()) {
        let name = path_of_bytes(name);
        candidates.push(directory.join(&name));
        candidates.push(directory.join(".debug").join(&name));
        let within_root = directory.strip_prefix("/").unwrap_or(directory);
        candidates.push(Path::new(ROOT).join(within_root).join(name));
    }
    candidates
        .into_iter()
        .find(|candidate| candidate.is_file() && candidate != library)
}
