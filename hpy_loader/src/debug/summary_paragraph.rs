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
    /// An object in few words, by the handle of the wrapped context; empty if there are
    /// none. May run Python code.
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

/// How many of the paths that lead to one line are shown.
const PATHS: usize = 3;

/// How C and Python came to a line: the frames, the innermost first.
#[derive(PartialEq, Eq, Hash)]
struct Path {
    c: Vec<String>,
    python: Vec<String>,
}

/// A paragraph for each line of C at which things were made, however many paths lead
/// there. Where no line is known, each path has its own.
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
    let mut lines: IndexMap<String, IndexMap<Path, Vec<T>>> = IndexMap::new();
    for ((site, stack), things) in places {
        let c = own_frames(site).map(|frame| frame.to_string()).collect();
        let path = Path {
            c,
            python: python(stack),
        };
        let line = path.c.first().cloned();
        let paths = lines
            .entry(line.unwrap_or_else(|| path.python.join("\n")))
            .or_default();
        paths.entry(path).or_default().extend(things);
    }
    most_first(lines.into_values().map(|mut paths| {
        paths.sort_by(|_, some, _, others| others.len().cmp(&some.len()));
        let lines = path_lines(&paths);
        let things: Vec<T> = paths.into_values().flatten().collect();
        Paragraph {
            heading: heading(&things),
            lines,
            times: things.len() as u64,
        }
    }))
}

/// The frames that lead to a line, of the most frequent paths if there are several.
fn path_lines<T>(paths: &IndexMap<Path, Vec<T>>) -> Vec<String> {
    let mut lines = Vec::new();
    if let [path] = paths.keys().collect::<Vec<_>>()[..] {
        lines.extend(labelled("opened in", &path.c));
        lines.extend(labelled("called by", &path.python));
        return lines;
    }
    let line = paths.keys().flat_map(|path| path.c.first()).take(1);
    lines.extend(labelled("opened in", line));
    let number = count(paths.len() as u64, "path");
    lines.extend(labelled(
        "called by",
        [format!("{number}, the most frequent first")],
    ));
    for (path, things) in paths.iter().take(PATHS) {
        let mut above: Vec<&str> = path.c.iter().skip(1).map(String::as_str).collect();
        above.extend(path.python.iter().map(String::as_str));
        if above.is_empty() {
            above.push("the VM");
        }
        lines.extend(labelled(&count(things.len() as u64, "time"), above));
    }
    if paths.len() > PATHS {
        let more = count((paths.len() - PATHS) as u64, "more path");
        lines.extend(labelled("...", [more]));
    }
    lines
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
