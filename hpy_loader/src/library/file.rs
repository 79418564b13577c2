//! Opening a file that may be anything, without being held up by it.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::cause::Cause;

/// Opens `path` for reading if it is a regular file with something in it.
///
/// The type is asked for before the file is opened, since opening a device can
/// have effects and opening a FIFO waits for a writer; and again afterwards,
/// since the path may lead elsewhere by then.
pub(super) fn open(path: &Path) -> Result<File, Cause> {
    let open = |source| Cause::Open { source };
    regular(&std::fs::metadata(path).map_err(open)?)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)
        .map_err(open)?;
    let metadata = file.metadata().map_err(open)?;
    regular(&metadata)?;
    if metadata.len() == 0 {
        return Err(Cause::Empty);
    }
    Ok(file)
}

fn regular(metadata: &Metadata) -> Result<(), Cause> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(Cause::NotRegular {
        what: description(metadata.file_type()),
    })
}

fn description(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a directory"
    } else if file_type.is_fifo() {
        "a FIFO"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}
