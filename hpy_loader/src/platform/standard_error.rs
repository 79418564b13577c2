//! The standard error of the process as it was at its start.

#[cfg(all(unix, not(miri)))]
pub(crate) use duplicate::{keep, write};

#[cfg(all(unix, not(miri)))]
mod duplicate {
    use std::fs::File;
    use std::io::Write;
    use std::mem::ManuallyDrop;
    use std::os::fd::{FromRawFd, RawFd};
    use std::sync::OnceLock;

    /// What tells one open file from another.
    type Identity = (u64, u64, u64);

    /// The duplicate, and the file that it was made of.
    static KEPT: OnceLock<Option<(RawFd, Identity)>> = OnceLock::new();

    /// Programs close, replace and count the descriptors below this one.
    const LEAST: RawFd = 100;

    /// Makes the duplicate. Only the first call has an effect.
    pub(crate) fn keep() {
        KEPT.get_or_init(|| {
            let identity = identity(libc::STDERR_FILENO)?;
            // A limit on descriptors may lie below the first number.
            let kept = [LEAST, 3].into_iter().find_map(duplicate)?;
            Some((kept, identity))
        });
    }

    fn duplicate(least: RawFd) -> Option<RawFd> {
        // SAFETY: nothing but numbers is passed, and an error is told.
        let kept = unsafe { libc::fcntl(libc::STDERR_FILENO, libc::F_DUPFD_CLOEXEC, least) };
        (kept >= 0).then_some(kept)
    }

    /// Writes to the file that standard error was at first, and to the one that it is now
    /// if that is another one.
    pub(crate) fn write(bytes: &[u8]) {
        let now = identity(libc::STDERR_FILENO);
        let kept = KEPT.get().copied().flatten();
        // The program may have closed it and opened something else under its number.
        let kept = kept.filter(|&(kept, of)| identity(kept) == Some(of));
        if let Some((kept, of)) = kept
            && now != Some(of)
        {
            write_to(kept, bytes);
        }
        if now.is_some() {
            write_to(libc::STDERR_FILENO, bytes);
        }
    }

    fn write_to(descriptor: RawFd, bytes: &[u8]) {
        // SAFETY: it was open a moment ago, and is not closed here.
        let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        // If that fails there is nobody to tell.
        let _ = file.write_all(bytes);
    }

    fn identity(descriptor: RawFd) -> Option<Identity> {
        // SAFETY: zeros are valid, and what is filled in is a local variable. A number that
        // is no descriptor is an error.
        unsafe {
            let mut status: libc::stat = std::mem::zeroed();
            let is_open = libc::fstat(descriptor, &raw mut status) == 0;
            is_open.then_some((
                status.st_dev as u64,
                status.st_ino as u64,
                status.st_rdev as u64,
            ))
        }
    }
}

#[cfg(any(not(unix), miri))]
pub(crate) fn keep() {}

#[cfg(any(not(unix), miri))]
pub(crate) fn write(bytes: &[u8]) {
    use std::io::Write;
    let _ = std::io::stderr().write_all(bytes);
}
