//! Progress that a person can watch and a log can keep.
//!
//! On a terminal a [`Step`] is a spinner, or a bar once its length is known,
//! and leaves one line behind. Elsewhere (a pipe, a CI log) it prints a line
//! when it begins, a line every now and then, and one when it is done.

use std::fmt::Display;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};

/// How often a step speaks up in a log.
const LOG_INTERVAL: Duration = Duration::from_secs(20);

/// One thing being done that takes long enough to be worth a line.
///
/// Dropped without [`Step::done`], as on an error, it leaves no bar behind.
#[derive(Debug)]
pub struct Step {
    label: String,
    started: Instant,
    view: View,
}

#[derive(Debug)]
enum View {
    Terminal(ProgressBar),
    Log { spoken: Instant, position: String },
}

impl Step {
    /// Begins a step. `label` says what is being done: "building hpyvm".
    pub fn start(label: impl Into<String>) -> Self {
        let label = label.into();
        let view = if interactive() {
            let bar = ProgressBar::new_spinner()
                .with_style(template("{spinner:.cyan} {prefix} {msg:.dim}"))
                .with_prefix(label.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            View::Terminal(bar)
        } else {
            eprintln!("  {label} ...");
            View::Log {
                spoken: Instant::now(),
                position: String::new(),
            }
        };
        Self {
            label,
            started: Instant::now(),
            view,
        }
    }

    /// Shows how far the step has come, as a bar.
    pub fn position(&mut self, position: u64, length: u64) {
        match &mut self.view {
            View::Terminal(bar) => {
                if bar.length() != Some(length) {
                    bar.set_style(
                        template("{spinner:.cyan} {prefix} [{bar:24.cyan}] {pos}/{len} {msg:.dim}")
                            .progress_chars("=> "),
                    );
                    bar.set_length(length);
                }
                bar.set_position(position);
            }
            View::Log { position: log, .. } => *log = format!("{position}/{length} "),
        }
    }

    /// Shows a detail: the file being compiled, the package being fetched.
    pub fn note(&mut self, detail: impl Into<String>) {
        let detail = detail.into();
        match &mut self.view {
            View::Terminal(bar) => bar.set_message(detail),
            View::Log { spoken, position } => {
                if spoken.elapsed() >= LOG_INTERVAL {
                    *spoken = Instant::now();
                    eprintln!("  {} ... {position}{detail}", self.label);
                }
            }
        }
    }

    /// Ends the step with a line that stays.
    pub fn done(self, outcome: impl Display) {
        let seconds = self.started.elapsed().as_secs_f64();
        let mut line = self.label;
        let outcome = outcome.to_string();
        if !outcome.is_empty() {
            line = format!("{line}: {outcome}");
        }
        match self.view {
            View::Terminal(bar) => {
                bar.finish_and_clear();
                eprintln!(
                    "{} {line} {}",
                    style("✓").green().for_stderr(),
                    style(format!("({seconds:.1} s)")).dim().for_stderr()
                );
            }
            View::Log { .. } => eprintln!("  {line} ({seconds:.1} s)"),
        }
    }
}

/// Whether standard error is a terminal that somebody looks at.
pub fn interactive() -> bool {
    let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    std::io::stderr().is_terminal() && !ci
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).expect("the template is a constant of this file")
}
