//! The mode that a module is loaded in, and the words that choose it.

/// The context that a module gets. The numbers are those of HPy's
/// `hpy.universal.MODE_UNIVERSAL` and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The plain context.
    Universal,
    /// One that finds mistakes.
    Debug,
    /// One that counts and times calls.
    Trace,
}

/// A text that names no mode; at most 50 characters of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid HPy mode: {0} (the variable HPY takes universal, debug or trace, \
     or module:mode,module:mode)"
)]
pub struct InvalidMode(String);

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Universal, Self::Debug, Self::Trace];

    fn name(self) -> &'static str {
        match self {
            Self::Universal => "universal",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }

    /// The mode of this number.
    pub fn of_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|&mode| mode as i32 == number)
    }

    /// The mode for the module `name` that the environment's variable `HPY` asks
    /// for: `mode`, or `module:mode,module:mode`.
    ///
    /// What hpy 0.9.0 does with a module that the list leaves out is to raise,
    /// which would keep every other extension from being imported. Here such a
    /// module gets the default.
    ///
    /// ```
    /// use hpy_loader::Mode;
    ///
    /// assert_eq!(Mode::of_module("spam", "debug"), Ok(Mode::Debug));
    /// assert_eq!(Mode::of_module("spam", "eggs:debug,spam:trace"), Ok(Mode::Trace));
    /// assert_eq!(Mode::of_module("spam", "eggs:debug"), Ok(Mode::Universal));
    /// assert!(Mode::of_module("spam", "quick").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// For a value that has neither form. HPy's `ValueError` has the error's text.
    pub fn of_module(name: &str, value: &str) -> Result<Self, InvalidMode> {
        let invalid = || InvalidMode(value.chars().take(50).collect());
        if value.is_empty() {
            return Ok(Self::Universal);
        }
        if !value.contains(':') {
            return Self::parse(value).ok_or_else(invalid);
        }
        // As in HPy, the first entry for a module decides, and a comma may be the end.
        let mut found = None;
        for entry in value.strip_suffix(',').unwrap_or(value).split(',') {
            let (module, mode) = entry.split_once(':').ok_or_else(invalid)?;
            let mode = Self::parse(mode.trim()).ok_or_else(invalid)?;
            if module.trim() == name {
                found = found.or(Some(mode));
            }
        }
        Ok(found.unwrap_or(Self::Universal))
    }

    /// What is written for each module if the environment has `HPY_LOG`.
    pub fn log_line(self, name: &str) -> String {
        let context = match self {
            Self::Universal => "",
            Self::Debug => " with a debug context",
            Self::Trace => " with a trace context",
        };
        format!("Loading '{name}' in HPy universal mode{context}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts what mode `HPY=value` gives `module`, or the text of the error.
    fn assert_modes(cases: &[(&str, &str, Result<Mode, String>)]) {
        for (module, value, expected) in cases {
            let mode = Mode::of_module(module, value).map_err(|error| error.to_string());
            assert_eq!(&mode, expected, "HPY={value} for {module}");
        }
    }

    #[test]
    fn one_mode_is_for_all_modules() {
        assert_modes(&[
            ("m", "", Ok(Mode::Universal)),
            ("m", "universal", Ok(Mode::Universal)),
            ("m", "Debug", Ok(Mode::Debug)),
            ("m", "trace", Ok(Mode::Trace)),
        ]);
    }

    #[test]
    fn a_list_of_modes_is_for_the_modules_that_it_names() {
        let list = "a:debug,p.b:trace,c:universal";
        assert_modes(&[
            ("a", list, Ok(Mode::Debug)),
            ("p.b", list, Ok(Mode::Trace)),
            ("c", list, Ok(Mode::Universal)),
            ("p", list, Ok(Mode::Universal)),
            ("ab", list, Ok(Mode::Universal)),
            ("a", "a:debug,", Ok(Mode::Debug)),
            ("a", "a:debug,a:universal", Ok(Mode::Debug)),
            ("a", "a:universal,a:debug", Ok(Mode::Universal)),
        ]);
    }

    #[test]
    fn other_modes_are_refused() {
        let refused = |value: &str| {
            Err(format!(
                "invalid HPy mode: {value} (the variable HPY takes universal, debug or trace, \
                 or module:mode,module:mode)"
            ))
        };
        let long = "x".repeat(60);
        assert_modes(&[
            ("m", "fast", refused("fast")),
            ("m", "m:fast", refused("m:fast")),
            ("m", "m:debug,fast", refused("m:debug,fast")),
            ("m", "m:debug,n:", refused("m:debug,n:")),
            ("m", "m:debug,,", refused("m:debug,,")),
            ("m", &long, refused(&long[..50])),
        ]);
    }
}
