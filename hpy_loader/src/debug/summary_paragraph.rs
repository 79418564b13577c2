//! What is said of one place in a summary.

use crate::abi::HPy;
use crate::library::grouped;
use crate::sites::{PythonFrame, PythonStack, Site};
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

/// Lines behind a label, which stands before the first alone.
pub(super) fn block(lines: &mut Vec<String>, label: &str, frames: Vec<String>) {
    let mut label = label;
    for frame in frames {
        lines.push(format!("  {label:<9} {frame}"));
        label = "";
    }
}

pub(super) fn c_lines(site: Site) -> Vec<String> {
    let frames = site.frames();
    let own = frames.iter().filter(|frame| !frame.is_helper());
    own.map(ToString::to_string).collect()
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
