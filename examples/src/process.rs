//! Running a child process to its end: output captured, time limited, and an
//! error that shows the command and the tail of what it said.

use std::fmt::Write as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait_timeout::ChildExt;

use crate::output::{Output, Watch};

/// Lines of output that an error message shows.
const TAIL_LINES: usize = 40;

/// A command about to be run.
pub struct Job<'a> {
    command: Command,
    limit: Duration,
    watch: Option<Watch<'a>>,
}

/// What is left of a process that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The command line, for messages.
    pub command: String,
    /// How it ended; `None` when it was killed for exceeding its limit.
    pub status: Option<ExitStatus>,
    /// Everything written to standard output.
    pub stdout: Vec<u8>,
    /// Everything written to standard error.
    pub stderr: Vec<u8>,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// The limit the job was given.
    pub limit: Duration,
}

impl<'a> Job<'a> {
    /// A job without a time limit worth the name (one hour).
    pub fn new(command: Command) -> Self {
        Self {
            command,
            limit: Duration::from_secs(3600),
            watch: None,
        }
    }

    /// Kills the child when it runs longer than `limit`.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Shows each line of standard error to `watch` as it appears. A carriage
    /// return ends a line too, so that progress bars can be followed.
    pub fn watch(mut self, watch: impl FnMut(&str) + 'a) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    /// Runs the command to its end, whatever its exit status. An error means
    /// that it could not be run at all.
    pub fn run(mut self) -> Result<Finished> {
        let description = describe(&self.command);
        let started = Instant::now();
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start `{description}`"))?;

        let mut output = Output::of(&mut child, self.watch.take());
        let in_time = output.collect(&mut child, started + self.limit)?;
        let left = (started + self.limit).saturating_duration_since(Instant::now());
        let status = if in_time {
            child.wait_timeout(left)?
        } else {
            None
        };
        if status.is_none() {
            child
                .kill()
                .with_context(|| format!("could not kill `{description}`"))?;
            child.wait()?;
            output.drain();
        }
        Ok(Finished {
            command: description,
            status,
            stdout: output.stdout,
            stderr: output.stderr,
            elapsed: started.elapsed(),
            limit: self.limit,
        })
    }

    /// Runs the command and turns every end but success into an error that
    /// says what was being done.
    pub fn check(self, purpose: &str) -> Result<Finished> {
        let finished = self.run().with_context(|| purpose.to_owned())?;
        if !finished.success() {
            bail!("{purpose}: {}", finished.failure());
        }
        Ok(finished)
    }
}

impl Finished {
    /// Whether it ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Standard output as text, with replacement characters where it is none.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// How it ended, in words: "exit status: 1", "signal: 11 (SIGSEGV)", ...
    pub fn ending(&self) -> String {
        match self.status {
            Some(status) => status.to_string(),
            None => format!(
                "killed after {} s without an end in sight",
                self.limit.as_secs()
            ),
        }
    }

    /// The ending, the command and the tail of its output.
    pub fn failure(&self) -> String {
        let mut message = format!("{}\n  command: {}", self.ending(), self.command);
        for (name, bytes) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            let lines: Vec<_> = text.trim_end().lines().collect();
            if lines.is_empty() {
                continue;
            }
            let hidden = lines.len().saturating_sub(TAIL_LINES);
            let _ = write!(message, "\n  {name}:");
            if hidden > 0 {
                let _ = write!(message, " (the first {hidden} lines left out)");
            }
            for line in &lines[hidden..] {
                let _ = write!(message, "\n    {line}");
            }
        }
        message
    }
}

/// The command line as one would type it, with the environment set for it.
pub fn describe(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!(
                "{}={}",
                name.to_string_lossy(),
                quoted(&value.to_string_lossy())
            ));
        }
    }
    words.push(quoted(&command.get_program().to_string_lossy()));
    words.extend(
        command
            .get_args()
            .map(|argument| quoted(&argument.to_string_lossy())),
    );
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Job<'static> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Job::new(command)
    }

    #[test]
    fn output_and_status_arrive() {
        let finished = shell("echo out; echo err >&2; exit 3").run().unwrap();
        assert_eq!(finished.text(), "out\n");
        assert_eq!(finished.stderr, b"err\n");
        assert_eq!(finished.status.unwrap().code(), Some(3));
    }

    #[test]
    fn a_hung_child_is_killed_and_keeps_its_words() {
        let limit = Duration::from_millis(300);
        let finished = shell("echo before; exec sleep 60")
            .limit(limit)
            .run()
            .unwrap();
        assert!(finished.status.is_none());
        assert_eq!(finished.text(), "before\n");
        assert!(finished.elapsed < Duration::from_secs(20));
        assert!(finished.ending().contains("killed"));
    }

    #[test]
    fn a_child_that_closed_its_pipes_is_limited_too() {
        let finished = shell("exec >&- 2>&-; sleep 60")
            .limit(Duration::from_millis(300))
            .run()
            .unwrap();
        assert!(finished.status.is_none());
    }

    #[test]
    fn a_grandchild_with_the_pipes_does_not_hold_us() {
        let finished = shell("sleep 60 & echo done").run().unwrap();
        assert!(finished.success());
        assert_eq!(finished.text(), "done\n");
        assert!(finished.elapsed < Duration::from_secs(20));
    }

    #[test]
    fn a_failure_names_the_command_and_shows_the_tail() {
        let error = shell("seq 100 >&2; exit 1").check("counting").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.starts_with("counting: exit status: 1"), "{message}");
        assert!(message.contains("sh -c 'seq 100 >&2; exit 1'"), "{message}");
        assert!(message.contains("    100"), "{message}");
        assert!(!message.contains("    59\n"), "{message}");
    }

    #[test]
    fn carriage_returns_end_watched_lines() {
        let mut lines = Vec::new();
        shell(r"printf 'a\rb\nc\n' >&2")
            .watch(|line| lines.push(line.to_owned()))
            .run()
            .unwrap();
        assert_eq!(lines, ["a", "b", "c"]);
    }
}
