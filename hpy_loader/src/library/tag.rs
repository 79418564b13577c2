//! The ABI tag in a file name: the `.hpy0` of `foo.hpy0.so`.

use std::path::Path;

use super::cause::Cause;

/// What a file name says about the ABI of its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'p> {
    /// The major ABI version.
    pub(super) major: u32,
    /// The interpreter that a hybrid module is for, the `cp311` of
    /// `foo.hpy0-cp311.so`.
    pub(super) interpreter: Option<&'p str>,
}

impl<'p> Tag<'p> {
    /// Reads the tag from the last component of `path`.
    ///
    /// HPy's loader for CPython looks at the whole path, so that there a
    /// folder called `.hpy3` hides the tag of every file in it. Otherwise the
    /// rule is the same: the first `.hpy` counts, if a digit follows.
    pub(super) fn of(path: &'p Path) -> Option<Self> {
        // What follows the first byte that is not UTF-8 may be lost here: a
        // tag is ASCII, and so is all that may stand behind it.
        let name = path.file_name()?.as_encoded_bytes();
        let start = name.windows(4).position(|window| window == b".hpy")? + 4;
        let tag = name[start..].utf8_chunks().next()?.valid();
        let digits = tag.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        let (major, rest) = tag.split_at(digits);
        Some(Self {
            // Only too many digits can fail, and no such version will exist.
            major: major.parse().unwrap_or(u32::MAX),
            interpreter: rest
                .strip_prefix('-')
                .map(|rest| rest.split('.').next().unwrap_or(rest)),
        })
    }

    /// The check that HPy's loader makes.
    pub(super) fn check(path: &Path, (major, minor): (u32, u32)) -> Result<(), Cause> {
        match Tag::of(path) {
            Some(tag) if tag.major == major => Ok(()),
            Some(Tag { major: tag, .. }) => Err(Cause::TagMismatch { tag, major, minor }),
            None => Err(Cause::TagMissing { major, minor }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Option<(u32, Option<&str>)> {
        Tag::of(Path::new(path)).map(|tag| (tag.major, tag.interpreter))
    }

    #[test]
    fn the_file_name_alone_counts() {
        assert_eq!(of("/x/foo.hpy0.so"), Some((0, None)));
        assert_eq!(of("foo.hpy999.so"), Some((999, None)));
        assert_eq!(of("/x/.hpy3/foo.hpy0.so"), Some((0, None)));
        assert_eq!(of("/x/.hpy3/foo.so"), None);
        assert_eq!(of("foo.hpy"), None);
        assert_eq!(of("foo.hpy-1.so"), None);
        assert_eq!(of("foo.hpy0"), Some((0, None)));
        assert_eq!(of("foo.hpy99999999999.so"), Some((u32::MAX, None)));
    }

    #[test]
    fn a_hybrid_file_says_for_whom() {
        assert_eq!(of("foo.hpy0-cp311.so"), Some((0, Some("cp311"))));
        assert_eq!(
            of("foo.hpy0-pypy38-pp73.so"),
            Some((0, Some("pypy38-pp73")))
        );
    }

    #[test]
    fn the_name_need_not_be_utf8() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(OsStr::from_bytes(b"/x/\xff\xfe.hpy7.\xff"));
        assert_eq!(Tag::of(path).map(|tag| tag.major), Some(7));
    }
}
