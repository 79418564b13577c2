//! The command line that `hpyvm` shares with any Python: `-c`, `-m`, scripts,
//! the prompt; and the tools that have to run on it unchanged.

use crate::{Outcome, Python, Verification};
use anyhow::{Result, ensure};
use hpyvm_examples::{Job, Step};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// One way to start `hpyvm`, and what has to come of it.
struct Start {
    arguments: &'static [&'static str],
    /// The whole output, or its beginning where a version follows.
    prints: &'static str,
    exit_code: i32,
}

const STARTS: &[Start] = &[
    Start {
        arguments: &["-m", "pytest", "--version"],
        prints: "pytest 9",
        exit_code: 0,
    },
    Start {
        arguments: &["-m", "pip", "--version"],
        prints: "pip 2",
        exit_code: 0,
    },
    Start {
        arguments: &["-c", "import sys; print(6 * 7, sys.argv)", "one", "--two"],
        prints: "42 ['-c', 'one', '--two']\n",
        exit_code: 0,
    },
    Start {
        arguments: &["script.py", "one", "--two"],
        prints: "script ['script.py', 'one', '--two'] __main__\nneighbour\n",
        exit_code: 0,
    },
    Start {
        arguments: &["-m", "package.module"],
        prints: "module in package\n",
        exit_code: 0,
    },
    Start {
        arguments: &["-c", "raise SystemExit(3)"],
        prints: "",
        exit_code: 3,
    },
    Start {
        arguments: &["-c", "1/0"],
        prints: "",
        exit_code: 1,
    },
    Start {
        arguments: &["--help"],
        prints: "hpyvm 0",
        exit_code: 0,
    },
    Start {
        arguments: &["-m", "hpy.debug", "-c", "import sys; print(sys.argv)", "-m"],
        prints: "['-c', '-m']\n",
        exit_code: 0,
    },
    Start {
        arguments: &["-m", "hpy.trace", "-m", "package.module"],
        prints: "module in package\n",
        exit_code: 0,
    },
    Start {
        arguments: &["no-such-script.py"],
        prints: "",
        exit_code: 2,
    },
];

/// What the directory holds in which the starts are made.
const FILES: &[(&str, &str)] = &[
    (
        "script.py",
        "import sys, neighbour\nprint('script', sys.argv, __name__)\nprint(neighbour.NAME)\n",
    ),
    ("neighbour.py", "NAME = 'neighbour'\n"),
    ("package/__init__.py", ""),
    ("package/module.py", "print('module in', __package__)\n"),
    (
        "typed.txt",
        "answer = 40\nanswer + 2\n1/0\nprint('still here')\n",
    ),
];

/// The verification's step.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let python = verification.hpyvm()?;
    let directory = tempfile::tempdir()?;
    for (name, content) in FILES {
        let path = directory.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    let step = Step::start("starting hpyvm in every way");
    let mut outcome = Outcome::default();
    for start in STARTS {
        outcome.check(start.check(&python, directory.path()));
    }
    outcome.check(prompt(&python, directory.path()));
    outcome.summary = format!("{} ways to start", STARTS.len() + 1);
    step.done(&outcome.summary);
    Ok(outcome)
}

impl Start {
    fn check(&self, python: &Python, directory: &Path) -> Result<()> {
        let mut command = python.command()?;
        command.args(self.arguments).current_dir(directory);
        let finished = Job::new(command).limit(Duration::from_secs(120)).run()?;
        let printed = finished.text();
        let as_expected = match self.prints.ends_with('\n') || self.prints.is_empty() {
            true => printed == self.prints,
            false => printed.starts_with(self.prints),
        };
        ensure!(
            as_expected,
            "hpyvm {} does not print {:?}: {}",
            self.arguments.join(" "),
            self.prints,
            finished.failure()
        );
        let exit_code = finished.status.and_then(|status| status.code());
        ensure!(
            exit_code == Some(self.exit_code),
            "hpyvm {} does not end with {}: {}",
            self.arguments.join(" "),
            self.exit_code,
            finished.failure()
        );
        Ok(())
    }
}

/// The prompt shows the value of an expression, and survives an error.
fn prompt(python: &Python, directory: &Path) -> Result<()> {
    let vm = python.command()?;
    // The shell connects the input: a Job gives its command none.
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "exec \"$0\" <typed.txt"])
        .arg(vm.get_program());
    for (name, value) in vm.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(directory);
    let finished = Job::new(command).limit(Duration::from_secs(60)).run()?;
    let printed = finished.text();
    ensure!(
        printed.contains("42") && printed.contains("still here"),
        "the prompt does not show 42 and go on after an error: {}",
        finished.failure()
    );
    Ok(())
}
