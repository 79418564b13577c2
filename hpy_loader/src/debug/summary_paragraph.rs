//! What is said of one place in a summary.

use super::violations::{labelled, own_frames};
use crate::abi::HPy;
use crate::library::grouped;
use crate::sites::{PythonFrame, PythonStack, Site};
use indexmap::IndexMap;
use std::fmt;

/// How many Python frames are shown of a stack.
const DEPTH: usize = 12;

/// What a VM adds to a summary.
pub trait SummaryFormat {
    /// An object in few words, by the handle of the wrapped context. May run
    /// Python code.
    fn object(&self, handle: HPy) -> String;

    /// Whether a frame is the program's own, and not the VM's machinery.
    fn is_own(&self, frame: &PythonFrame) -> bool {
        let _ = frame;
        true
    }
}

/// Something that was found at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph {
    pub heading: String,
    /// Where in C and in Python, a line for each frame.
    pub lines: Vec<String>,
    pub times: u64,
}

impl fmt::Display for Paragraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.heading)?;
        self.lines.iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

pub(super) fn most_first(paragraphs: impl Iterator<Item = Paragraph>) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = paragraphs.collect();
    paragraphs.sort_by_key(|paragraph| std::cmp::Reverse(paragraph.times));
    paragraphs
}

/// A paragraph for each place at which things were made. Places whose lines are the same
/// are one.
pub(super) fn grouped_by_place<T>(
    made: impl Iterator<Item = ((Site, PythonStack), T)>,
    python: impl Fn(PythonStack) -> Vec<String>,
    heading: impl Fn(&[T]) -> String,
) -> Vec<Paragraph> {
    // A program may have leaked millions of handles at a few places, so what is
    // read of a place is read once.
    let mut places: IndexMap<(Site, PythonStack), Vec<T>> = IndexMap::new();
    for (place, thing) in made {
        places.entry(place).or_default().push(thing);
    }
    let mut paragraphs: IndexMap<Vec<String>, Vec<T>> = IndexMap::new();
    for ((site, stack), things) in places {
        let mut lines = labelled("opened in", own_frames(site));
        lines.extend(labelled("called by", python(stack)));
        paragraphs.entry(lines).or_default().extend(things);
    }
    most_first(paragraphs.into_iter().map(|(lines, things)| Paragraph {
        heading: heading(&things),
        lines,
        times: things.len() as u64,
    }))
}

pub(super) fn python_lines(stack: PythonStack, show: &dyn SummaryFormat) -> Vec<String> {
    let frames = stack.frames();
    let own = frames.iter().filter(|frame| show.is_own(frame));
    let mut lines: Vec<String> = own.map(ToString::to_string).collect();
    if lines.len() > DEPTH {
        lines.truncate(DEPTH);
        lines.push("...".to_owned());
    }
    lines
}

/// A number and what it is of: `1 handle`, `2,000 handles`.
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_ease() {
        assert_eq!(count(1, "handle"), "1 handle");
        assert_eq!(count(1_234_567, "handle"), "1,234,567 handles");
    }
}
