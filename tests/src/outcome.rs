//! What a step found.

/// What a step found: how much of it was right, and what was not.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many checks passed.
    pub passed: usize,
    /// The checks that did not, each with the reason.
    pub failures: Vec<String>,
    /// The result in a few words or figures.
    pub summary: String,
}

impl Outcome {
    /// Checks that all passed.
    pub fn passed(passed: usize, summary: impl Into<String>) -> Self {
        Self {
            passed,
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// Counts one check.
    pub fn check(&mut self, result: anyhow::Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => self.failures.push(format!("{error:#}")),
        }
    }

    /// Whether nothing failed and something was checked.
    pub fn is_success(&self) -> bool {
        self.failures.is_empty() && self.passed > 0
    }
}

impl From<anyhow::Result<Outcome>> for Outcome {
    /// A step that could not be carried out has failed in one check.
    fn from(result: anyhow::Result<Outcome>) -> Self {
        result.unwrap_or_else(|error| Self {
            failures: vec![format!("{error:#}")],
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_step_that_checked_nothing_has_not_passed() {
        assert!(!Outcome::default().is_success());
        assert!(Outcome::passed(1, "").is_success());
    }

    #[test]
    fn an_error_is_a_failure() {
        let outcome = Outcome::from(Err(anyhow!("inner").context("outer")));
        assert_eq!(outcome.failures, ["outer: inner"]);
        let mut outcome = Outcome::passed(1, "");
        outcome.check(Err(anyhow!("no")));
        assert!(!outcome.is_success());
    }
}
