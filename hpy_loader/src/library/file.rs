//! Opening a file that may be anything, without being held up by it.

use std::fs::{File, Metadata};
use std::path::Path;

use super::cause::Cause;
use crate::platform::library::{FileState, describe, open_at_once};

/// Opens `path` for reading if it is a regular file with something in it. Says as well what
/// state it was in.
///
/// The type is asked for before the file is opened, since opening a device can
/// have effects and opening a FIFO waits for a writer; and again afterwards,
/// since the path may lead elsewhere by then.
pub(super) fn open(path: &Path) -> Result<(File, FileState), Cause> {
    regular(&std::fs::metadata(path).map_err(Cause::Open)?)?;
    let file = open_at_once(path).map_err(Cause::Open)?;
    let metadata = file.metadata().map_err(Cause::Open)?;
    regular(&metadata)?;
    if metadata.len() == 0 {
        return Err(Cause::Empty);
    }
    Ok((file, FileState::of(&metadata)))
}

fn regular(metadata: &Metadata) -> Result<(), Cause> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(Cause::NotRegular(describe(metadata.file_type())))
}
