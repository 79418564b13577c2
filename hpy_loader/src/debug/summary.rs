//! What the debug mode has found in a program, for the person who ran it.
//!
//! Broken rules and leaked handles, each place once, with how often. Places that
//! differ in less than a line are one to the reader: a paragraph is the text of
//! the frames, not the addresses behind it.

use super::pooled_context::Opener;
use super::records::{HandleView, Origin};
use super::state::Debug;
use super::summary_paragraph::{
    Paragraph, SummaryFormat, count, grouped_by_place, most_first, python_lines,
};
use super::violations::{Violation, labelled};
use crate::library::grouped;
use crate::sites::{PythonStack, Site};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::fmt;

/// How many objects are shown of those that leaked at one place.
const SHOWN: usize = 3;

/// What was found, before anybody is asked for words about it.
#[derive(Debug)]
pub struct Findings {
    violations: Vec<(Violation, u64)>,
    open: Vec<HandleView>,
    /// Where builders and trackers were made that have not ended.
    builders: Vec<Site>,
    trackers: Vec<Site>,
    modules: Vec<String>,
    /// The process, if it is a forked one.
    process: Option<u32>,
}

/// The summary; its text is many lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    violations: Vec<Paragraph>,
    leaks: Vec<Paragraph>,
    builders: Vec<Paragraph>,
    trackers: Vec<Paragraph>,
    modules: BTreeSet<String>,
    process: Option<u32>,
    /// What has ended the process before the program's end.
    end: Option<String>,
    /// Whether the violations were reported as they were found.
    violations_are_known: bool,
}

impl Debug {
    /// What was found so far, and the handles, builders and trackers of a generation or
    /// a later one that are open. The HPy lock is held.
    pub fn findings(&self, generation: i64) -> Findings {
        self.look_at_fields();
        self.look_at_guards();
        let since = |open: Vec<(Opener, Site)>| {
            let open = open.into_iter();
            let meant = open.filter(|&(opener, _)| {
                self.records.is_since(opener.number, generation) && !self.may_be_closed(opener)
            });
            meant.map(|(_, site)| site).collect()
        };
        // The first generation has the context's constants, which nobody leaks. A call
        // that still runs, in a thread that nobody waits for, closes its arguments, and may
        // close what else it has opened.
        let mut open = self.open_handles(generation.max(1));
        open.retain(|view| view.origin != Origin::Argument && !self.may_be_closed(view.opener));
        Findings {
            builders: since(self.builders.all_open()),
            trackers: since(self.trackers.all_open()),
            violations: self.violations_with_times(),
            open,
            modules: self.modules(),
            process: None,
        }
    }
}

impl Debug {
    /// Whether the call still runs that has opened something, on another thread.
    fn may_be_closed(&self, opener: Opener) -> bool {
        let extension = self.extension(opener.owner);
        extension.is_some_and(|extension| extension.is_elsewhere(opener))
    }
}

impl Findings {
    /// Says that they are those of a forked process.
    pub(super) fn of_process(mut self, number: u32) -> Self {
        self.process = Some(number);
        self
    }

    /// Sums it up. No lock need be held, since `show` may run anything.
    pub fn sum_up(self, show: &dyn SummaryFormat) -> Summary {
        Summary {
            violations: violations(self.violations, show),
            leaks: leaks(&self.open, show),
            builders: unended(self.builders, "builder", "never built or cancelled"),
            trackers: unended(self.trackers, "tracker", "never closed"),
            modules: self.modules.into_iter().collect(),
            process: self.process,
            end: None,
            violations_are_known: false,
        }
    }
}

impl Summary {
    /// Says what has ended the process, and whether the violations were reported before.
    pub(super) fn ended_by(mut self, end: &str, violations_are_known: bool) -> Self {
        self.end = Some(end.to_owned());
        self.violations_are_known = violations_are_known;
        self
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Those that have not been reported.
    fn entries(&self) -> impl Iterator<Item = &Paragraph> {
        let violations = match self.violations_are_known {
            true => &[][..],
            false => &self.violations,
        };
        let leaks = self
            .leaks
            .iter()
            .chain(&self.builders)
            .chain(&self.trackers);
        violations.iter().chain(leaks)
    }

    /// For each place where leaked handles were opened its paragraph.
    pub fn leaks(&self) -> Vec<String> {
        self.leaks.iter().map(ToString::to_string).collect()
    }
}

fn violations(found: Vec<(Violation, u64)>, show: &dyn SummaryFormat) -> Vec<Paragraph> {
    let mut entries: IndexMap<(String, Vec<String>), u64> = IndexMap::new();
    for (violation, times) in found {
        let mut heading = violation.kind.text().to_owned();
        if !violation.function.is_empty() {
            heading = format!("{}: {heading}", violation.function);
        }
        if !violation.detail.is_empty() {
            heading = format!("{heading}: {}", violation.detail);
        }
        heading += &format!(" [{} in {}]", violation.kind.name(), violation.module);
        let mut lines = violation.places();
        lines.extend(labelled("called by", python_lines(violation.python, show)));
        *entries.entry((heading, lines)).or_default() += times;
    }
    let entry = |((mut heading, lines), times): ((String, _), u64)| {
        if times > 1 {
            heading += &format!(", {} times", grouped(times));
        }
        Paragraph {
            heading,
            lines,
            times,
        }
    };
    most_first(entries.into_iter().map(entry))
}

/// Text of the program as it may stand in a line of a terminal.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => printable.extend(character.escape_default()),
            false => printable.push(character),
        }
    }
    printable
}

fn leaks(open: &[HandleView], show: &dyn SummaryFormat) -> Vec<Paragraph> {
    let opened = open
        .iter()
        .map(|view| ((view.opened, view.python), view.inner));
    let python = |stack| python_lines(stack, show);
    grouped_by_place(opened, python, |handles| {
        let shown = handles.iter().take(SHOWN);
        let shown = shown.map(|&handle| printable(&show.object(handle)));
        let mut shown: Vec<String> = shown.filter(|words| !words.is_empty()).collect();
        if !shown.is_empty() && handles.len() > SHOWN {
            shown.push("...".to_owned());
        }
        let leaked = count(handles.len() as u64, "handle");
        match shown.is_empty() {
            true => format!("{leaked} never closed"),
            false => format!("{leaked} never closed: {}", shown.join(", ")),
        }
    })
}

/// Paragraphs for things that were made at these places, and what never happened.
fn unended(made: Vec<Site>, noun: &str, never: &str) -> Vec<Paragraph> {
    let made = made
        .into_iter()
        .map(|site| ((site, PythonStack::EMPTY), ()));
    grouped_by_place(
        made,
        |_| Vec::new(),
        |made| format!("{} {never}", count(made.len() as u64, noun)),
    )
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modules.is_empty() {
            return write!(f, "hpy.debug: no HPy module was loaded");
        }
        for entry in self.entries() {
            writeln!(f, "\n{entry}")?;
        }
        if !self.is_clean() {
            writeln!(f)?;
        }
        let found = |entries: &[Paragraph], noun: &str| {
            let times = entries.iter().map(|entry| entry.times).sum();
            let places = match entries.len() as u64 {
                0 => String::new(),
                places => format!(" at {}", count(places, "place")),
            };
            count(times, noun) + &places
        };
        let modules: Vec<&str> = self.modules.iter().map(String::as_str).collect();
        let mut all = vec![
            found(&self.violations, "violation"),
            found(&self.leaks, "leaked handle"),
        ];
        for (entries, noun) in [
            (&self.builders, "leaked builder"),
            (&self.trackers, "leaked tracker"),
        ] {
            if !entries.is_empty() {
                all.push(found(entries, noun));
            }
        }
        write!(f, "hpy.debug: {} in {}", all.join(", "), modules.join(", "))?;
        if let Some(process) = self.process {
            write!(f, ", in the forked process {process}")?;
        }
        match &self.end {
            Some(end) => write!(f, "; the process ended early: {end}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_paragraphs_and_a_last_line() {
        let entry = |heading: &str, times| Paragraph {
            heading: heading.to_owned(),
            lines: vec!["  opened in f at x.c:1".to_owned()],
            times,
        };
        let mut summary = Summary {
            violations: Vec::new(),
            leaks: vec![entry("2 handles never closed: 1, 2", 2), entry("one", 1)],
            builders: Vec::new(),
            trackers: Vec::new(),
            modules: BTreeSet::new(),
            process: None,
            end: None,
            violations_are_known: false,
        };
        assert_eq!(summary.to_string(), "hpy.debug: no HPy module was loaded");
        summary.modules.extend(["b".to_owned(), "a".to_owned()]);
        assert_eq!(
            summary.to_string(),
            "\n2 handles never closed: 1, 2\n  opened in f at x.c:1\n\
             \none\n  opened in f at x.c:1\n\
             \nhpy.debug: 0 violations, 3 leaked handles at 2 places in a, b"
        );
        summary.leaks.clear();
        assert!(summary.is_clean());
        let site = Site::UNKNOWN;
        summary.builders = unended(vec![site, site], "builder", "never built");
        assert!(!summary.is_clean());
        assert_eq!(
            summary.to_string(),
            "\n2 builders never built\n\n\
             hpy.debug: 0 violations, 0 leaked handles, 2 leaked builders at 1 place in a, b"
        );
        summary.builders.clear();
        let text = "hpy.debug: 0 violations, 0 leaked handles in a, b";
        assert_eq!(summary.to_string(), text);
    }
}
