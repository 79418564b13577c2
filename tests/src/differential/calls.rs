//! What one Python has written: a line a call.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which call of the seed it is.
    pub number: u64,
    /// The group and name of the function.
    pub function: String,
    /// The arguments as text.
    pub arguments: String,
    /// `= type value` or `! type: message`.
    pub outcome: String,
}

/// All calls of a run.
#[derive(Debug, Default)]
pub struct Transcript {
    /// In order.
    pub calls: Vec<Call>,
}

impl Transcript {
    /// Reads what the script has written. A line without an outcome is a call
    /// that the process has not survived.
    pub fn read(text: &str, wanted: u64) -> Result<Self> {
        let mut calls = Vec::new();
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let [number, function, arguments, outcome] = parts[..] else {
                // Whatever else has been printed is no call.
                continue;
            };
            ensure!(
                !outcome.is_empty(),
                "ended in call {number}: {function}({arguments})"
            );
            calls.push(Call {
                number: number.parse().with_context(|| format!("no call: {line}"))?,
                function: function.to_owned(),
                arguments: arguments.to_owned(),
                outcome: outcome.to_owned(),
            });
        }
        ensure!(
            calls.len() as u64 == wanted,
            "made {} calls of {wanted}",
            calls.len()
        );
        Ok(Self { calls })
    }

    /// The calls whose lines are not the same in both.
    pub fn differences<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = Difference<'a>> + use<'a> {
        let pairs = self.calls.iter().zip(&other.calls);
        pairs
            .filter(|(a, b)| a != b)
            .map(|(call, other)| Difference { call, other })
    }
}

/// A call with two outcomes.
#[derive(Debug, Clone, Copy)]
pub struct Difference<'a> {
    /// CPython's.
    pub call: &'a Call,
    /// Ours.
    pub other: &'a Call,
}

impl Difference<'_> {
    /// In which way it differs.
    fn kind(&self) -> &'static str {
        if self.call.arguments != self.other.arguments {
            return "arguments";
        }
        let raised = |call: &Call| call.outcome.starts_with('!');
        let name = |call: &Call| call.outcome.split(':').next().map(str::to_owned);
        match (raised(self.call), raised(self.other)) {
            (false, false) => "value",
            (true, false) => "raises only on CPython",
            (false, true) => "raises only on hpyvm",
            (true, true) if name(self.call) != name(self.other) => "exception",
            (true, true) => "message",
        }
    }
}

/// Unexpected differences by function and kind.
#[derive(Debug, Default)]
pub struct Groups<'a> {
    groups: HashMap<(String, &'static str), Vec<Difference<'a>>>,
}

impl<'a> Groups<'a> {
    /// Adds one.
    pub fn add(&mut self, difference: Difference<'a>) {
        let key = (difference.call.function.clone(), difference.kind());
        self.groups.entry(key).or_default().push(difference);
    }

    /// How many there are in all groups.
    pub fn count(&self) -> usize {
        self.groups.values().map(Vec::len).sum()
    }

    /// The first of each group, the largest groups first.
    pub fn describe(&self, limit: usize) -> Vec<String> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|((name, kind), all)| (std::cmp::Reverse(all.len()), name, *kind));
        let mut lines: Vec<String> = groups
            .iter()
            .take(limit)
            .map(|((name, kind), all)| {
                let first = all[0];
                format!(
                    "{name}: {kind}, {} times; {}\n  CPython {}\n  hpyvm   {}",
                    all.len(),
                    first.headline(),
                    shorten(&first.call.outcome),
                    shorten(&first.other.outcome)
                )
            })
            .collect();
        if groups.len() > limit {
            lines.push(format!("and {} other groups", groups.len() - limit));
        }
        lines
    }
}

/// A text that fits into a report.
pub fn shorten(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_names_the_call() {
        let error = Transcript::read("0\tf\t1\t= int 1\n1\tg\t2\t", 2).unwrap_err();
        assert!(error.to_string().contains("call 1: g(2)"));
        assert!(Transcript::read("0\tf\t1\t= int 1\n", 2).is_err());
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shorten("short"), "short");
        assert_eq!(shorten(&"x".repeat(300)).len(), 203);
    }
}
