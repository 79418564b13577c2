//! One test file in processes of its own.
//!
//! A VM that is being built crashes, and a crash must cost one test, not a
//! file of them. The plugin's event file survives the process: the test that
//! began and did not end is the one to blame, and the file is run again without
//! those that began, until a process reaches its end.

use super::event::{Event, EventReader};
use crate::python::Python;
use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a process may stay without an event before it counts as hung. The
/// slowest test takes a few seconds.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// One test file to run.
#[derive(Debug)]
pub struct Worker<'a> {
    /// What runs it.
    pub python: &'a Python,
    /// The directory that `file` is relative to.
    pub root: PathBuf,
    /// The test file.
    pub file: String,
    /// The modes to run.
    pub modes: &'a [&'a str],
    /// Where events, output and temporary files go.
    pub scratch: PathBuf,
    /// See [`PATIENCE`].
    pub patience: Duration,
}

/// How a test ended whose process did not live to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Casualty {
    /// pytest's node id.
    pub id: String,
    /// "crashed" or "hung".
    pub outcome: &'static str,
    /// How the process ended.
    pub message: String,
    /// From its start to the end of the process.
    pub seconds: f64,
}

/// News from a worker.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The process tells.
    Event(Event),
    /// The process died over a test.
    Casualty(Casualty),
}

/// The end of a process as the worker saw it.
enum End {
    Exited(ExitStatus),
    Hung,
}

impl Worker<'_> {
    /// Runs the file to its end, in as many processes as that takes.
    pub fn run(&self, tell: &mut dyn FnMut(News)) -> Result<()> {
        std::fs::create_dir_all(&self.scratch)?;
        let events = self.scratch.join("events.jsonl");
        File::create(&events).with_context(|| format!("cannot write {}", events.display()))?;
        let mut reader = EventReader::new(&events);
        loop {
            let mut child = self.spawn()?;
            let mut current: Option<(String, Instant)> = None;
            let mut progress = false;
            let end = self.follow(&mut child, &mut reader, &mut |event| {
                match &event {
                    Event::Started { id } => {
                        current = Some((id.clone(), Instant::now()));
                        progress = true;
                    }
                    Event::Finished { .. } => current = None,
                    _ => {}
                }
                tell(News::Event(event));
            })?;
            // pytest: 0 all passed, 1 some failed, 5 none left to run.
            if let (End::Exited(status), None) = (&end, &current)
                && matches!(status.code(), Some(0 | 1 | 5))
            {
                return Ok(());
            }
            let (outcome, message) = match end {
                End::Exited(status) => ("crashed", self.describe(status)),
                End::Hung => ("hung", format!("no news for {} s", self.patience.as_secs())),
            };
            ensure!(
                progress && current.is_some(),
                "{}: {} {outcome} outside of any test ({message}); see {}",
                self.file,
                self.python.name(),
                self.output().display()
            );
            if let Some((id, since)) = current {
                tell(News::Casualty(Casualty {
                    id,
                    outcome,
                    message,
                    seconds: since.elapsed().as_secs_f64(),
                }));
            }
        }
    }

    fn spawn(&self) -> Result<Child> {
        let output = File::options()
            .create(true)
            .append(true)
            .open(self.output())
            .with_context(|| format!("cannot write {}", self.output().display()))?;
        self.python
            .command()?
            .args(["-m", "pytest"])
            // The plugin of ours, and no directory for state between runs.
            .args(["-p", "hpyvm_suite", "-p", "no:cacheprovider", "-v"])
            .arg("--basetemp")
            .arg(self.scratch.join("tmp"))
            .arg(&self.file)
            .current_dir(&self.root)
            .env("HPYVM_SUITE_EVENTS", self.scratch.join("events.jsonl"))
            .env("HPYVM_SUITE_MODES", self.modes.join(","))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // A group, so that a hung test's own children go with it.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", self.python.name()))
    }

    /// Waits for the end of a process while handing on what it tells.
    fn follow(
        &self,
        child: &mut Child,
        reader: &mut EventReader,
        tell: &mut dyn FnMut(Event),
    ) -> Result<End> {
        let mut last_news = Instant::now();
        loop {
            // Asked before reading: what a process wrote before it ended is
            // then read for certain.
            let status = child.try_wait()?;
            for event in reader.read()? {
                last_news = Instant::now();
                tell(event);
            }
            if let Some(status) = status {
                return Ok(End::Exited(status));
            }
            if last_news.elapsed() > self.patience {
                if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                    // It may have ended by itself just now.
                    let _ = kill_process_group(group, Signal::KILL);
                }
                child.wait()?;
                return Ok(End::Hung);
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// The status, and what the process said last: a panic's message, say.
    fn describe(&self, status: ExitStatus) -> String {
        let ending = match (status.signal(), status.code()) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, code) => format!("exit code {}", code.unwrap_or_default()),
        };
        let output = std::fs::read(self.output()).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let lines: Vec<&str> = output.trim_end().lines().collect();
        let last = lines[lines.len().saturating_sub(3)..].join(" | ");
        format!("{ending}; its last words: {last}")
    }

    /// Where everything goes that the processes print.
    fn output(&self) -> PathBuf {
        self.scratch.join("output.txt")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A stand-in for a Python with pytest: a shell script that writes events
    /// as the plugin does.
    fn run(script: &str, patience: Duration) -> (Result<()>, Vec<News>) {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("python");
        std::fs::write(&program, script).unwrap();
        let python = Python::new("sh", Path::new("sh")).with_argument(program.to_str().unwrap());
        let worker = Worker {
            python: &python,
            root: directory.path().to_owned(),
            file: "test_x.py".to_owned(),
            modes: &["universal"],
            scratch: directory.path().join("scratch"),
            patience,
        };
        let mut news = Vec::new();
        let result = worker.run(&mut |item| news.push(item));
        (result, news)
    }

    const TELL: &str = r#"
tell() { printf '{"event":"%s","id":"%s"%s}\n' "$1" "$2" "$3" >>"$HPYVM_SUITE_EVENTS"; }
pass() { tell started $1; tell finished $1 ',"outcome":"passed","message":"","seconds":1,"child_seconds":0'; }
begun() { grep -q "\"started\",\"id\":\"$1\"" "$HPYVM_SUITE_EVENTS"; }
"#;

    #[test]
    fn a_crash_costs_one_test() {
        let script = format!(
            "{TELL}\nbegun a || pass a\nbegun b || {{ tell started b; kill -SEGV $$; }}\npass c\n"
        );
        let (result, news) = run(&script, PATIENCE);
        result.unwrap();
        let casualties: Vec<_> = news
            .iter()
            .filter_map(|item| match item {
                News::Casualty(casualty) => Some(casualty),
                News::Event(_) => None,
            })
            .collect();
        assert_eq!(casualties.len(), 1);
        assert_eq!(
            (&*casualties[0].id, casualties[0].outcome),
            ("b", "crashed")
        );
        assert!(casualties[0].message.starts_with("signal 11"));
        let finished = |wanted: &str| {
            news.iter()
                .any(|item| matches!(item, News::Event(Event::Finished { id, .. }) if id == wanted))
        };
        assert!(finished("a") && finished("c") && !finished("b"));
    }

    #[test]
    fn a_hung_test_is_stopped() {
        let script = format!("{TELL}\nbegun a || {{ tell started a; sleep 600; }}\npass b\n");
        let (result, news) = run(&script, Duration::from_millis(300));
        result.unwrap();
        assert!(
            news.iter().any(
                |item| matches!(item, News::Casualty(c) if c.id == "a" && c.outcome == "hung")
            )
        );
    }

    #[test]
    fn a_process_that_dies_before_any_test_is_an_error() {
        let (result, news) = run("echo no pytest here; exit 3", PATIENCE);
        let message = format!("{:#}", result.unwrap_err());
        assert!(message.contains("exit code 3"), "{message}");
        assert!(message.contains("no pytest here"), "{message}");
        assert!(news.is_empty());
    }

    #[test]
    fn a_death_after_the_last_test_is_an_error() {
        let script = format!("{TELL}\nbegun a || pass a\nkill -ABRT $$\n");
        let (result, _) = run(&script, PATIENCE);
        let message = format!("{:#}", result.unwrap_err());
        assert!(message.contains("outside of any test"), "{message}");
    }
}
