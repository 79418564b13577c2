//! HPy's own test suite, run inside a Python of our choice.
//!
//! The suite is the released one and is not edited: the runner only decides
//! which values of its parameter `hpy_abi` apply (see the plugin,
//! `tests/python/hpyvm_suite.py`) and spreads the files over processes.
//!
//! `cargo verify --only suite` runs it all and writes `conformance.json` to the
//! target directory; with `--files test_number` it runs one file, where each
//! test has to pass. What the processes printed, tracebacks and compiler
//! messages included, is in `suite/runs/` there, a directory for each file.

mod accepted;
mod conformance;
mod event;
mod hybrid;
mod step;
mod worker;

pub use accepted::{Accepted, Comparison};
pub use conformance::{Conformance, Seconds, Tally, Test};
pub use event::Event;
pub use step::{from_cpython, reference, step};
pub use worker::{News, PATIENCE, Worker};

use crate::python::Python;
use anyhow::{Context, Result, ensure};
use conformance::Ledger;
use hpyvm_examples::{Project, Sdist, Step};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, mpsc};
use walkdir::WalkDir;

/// The release whose suite this is.
pub const HPY: &str = "0.9.0";

/// The suite, laid out for a run.
#[derive(Debug)]
pub struct Suite {
    root: PathBuf,
    plugin: PathBuf,
    files: Vec<String>,
}

impl Suite {
    /// Copies the suite out of the sdist. In the sdist it lies beside the
    /// sources of `hpy`, and pytest would put those on the path, before the
    /// installed package that the tests need (it has the static libraries).
    pub fn lay_out(project: &Project, sdist: &Sdist) -> Result<Self> {
        let root = project.target_subdirectory("suite")?;
        let source = sdist.root().join("test");
        let target = root.join("test");
        if target.exists() {
            std::fs::remove_dir_all(&target)
                .with_context(|| format!("cannot empty {}", target.display()))?;
        }
        copy_python_files(&source, &target)?;
        // Marks the root directory for pytest, which makes the ids of tests
        // independent of where the repository lies.
        std::fs::write(root.join("pytest.ini"), "[pytest]\n")?;
        Ok(Self {
            files: test_files(&root)?,
            root,
            plugin: project.root().join("tests/python"),
        })
    }

    /// Leaves only the files whose names contain one of some texts.
    pub fn only_files(&mut self, texts: &[String]) -> Result<()> {
        let named = |file: &String| texts.iter().any(|text| file.contains(text));
        self.files.retain(named);
        ensure!(!self.files.is_empty(), "no test file is called {texts:?}");
        Ok(())
    }

    /// Runs the modes asked for, two files at a time on two cores.
    pub fn run(&self, python: &Python, modes: &[&str], step: &mut Step) -> Result<Conformance> {
        let python = &python.clone().with_directory(&self.plugin);
        let scratch = self.root.join("runs").join(python.name());
        if scratch.exists() {
            std::fs::remove_dir_all(&scratch)
                .with_context(|| format!("cannot empty {}", scratch.display()))?;
        }
        let queue = Mutex::new(self.files.clone().into_iter());
        let workers = std::thread::available_parallelism().map_or(2, |cores| cores.get());
        let mut conformance = Conformance::new(HPY, python.name());
        std::thread::scope(|scope| {
            let (sender, results) = mpsc::channel();
            for _ in 0..workers {
                let (sender, queue, scratch) = (sender.clone(), &queue, &scratch);
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().map(|mut files| files.next());
                        let Ok(Some(file)) = next else { return };
                        let result = self.run_file(&file, python, modes, scratch, &sender);
                        if sender.send(Report::File(file, result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            collect(results, &mut conformance, step)
        })?;
        conformance.complete();
        Ok(conformance)
    }

    fn run_file(
        &self,
        file: &str,
        python: &Python,
        modes: &[&str],
        scratch: &Path,
        sender: &Sender<Report>,
    ) -> Result<Ledger> {
        let name = file.trim_start_matches("test/").trim_end_matches(".py");
        let worker = Worker {
            python,
            root: self.root.clone(),
            file: file.to_owned(),
            modes,
            scratch: scratch.join(name.replace('/', "-")),
            patience: PATIENCE,
        };
        let mut ledger = Ledger::default();
        worker.run(&mut |news| {
            if let News::Event(Event::Selected { .. }) = news {
                // A receiver that is gone has failed; the run ends with it.
                let _ = sender.send(Report::Selected);
            }
            let before = ledger.tests.len();
            ledger.enter(news);
            if let Some(test) = ledger.tests.get(before) {
                let _ = sender.send(Report::Over(test.passed()));
            }
        })?;
        Ok(ledger)
    }
}

/// What workers tell while they run.
enum Report {
    Selected,
    Over(bool),
    File(String, Result<Ledger>),
}

fn collect(
    reports: mpsc::Receiver<Report>,
    conformance: &mut Conformance,
    step: &mut Step,
) -> Result<()> {
    let (mut selected, mut over, mut passed) = (0, 0, 0);
    for report in reports {
        match report {
            Report::Selected => selected += 1,
            Report::Over(well) => {
                over += 1;
                passed += u64::from(well);
                step.position(over, selected);
                step.note(format!("{passed} passed"));
            }
            Report::File(file, ledger) => {
                let ledger = ledger?;
                if let Some((id, message)) = ledger.broken.first() {
                    anyhow::bail!("{id} cannot be collected:\n{message}");
                }
                let missing = ledger.missing();
                ensure!(missing.is_empty(), "{file}: these never ran: {missing:?}");
                conformance.tests.extend(ledger.tests);
                for (mode, count) in ledger.deselected {
                    conformance.modes.entry(mode).or_default().deselected += count;
                }
            }
        }
    }
    Ok(())
}

/// The directories of the suite that are run: the tests proper, and those of the
/// debug and trace modes. The third one tests the installation of HPy itself.
const DIRECTORIES: &[&str] = &["test", "test/debug", "test/trace"];

/// The test files, relative to the suite's root.
fn test_files(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for directory in DIRECTORIES {
        for entry in std::fs::read_dir(root.join(directory))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("test_") && name.ends_with(".py") {
                files.push((entry.metadata()?.len(), format!("{directory}/{name}")));
            }
        }
    }
    ensure!(!files.is_empty(), "no test in {}", root.display());
    // The long ones first: two workers are then done at about the same time.
    files.sort_by(|a, b| b.cmp(a));
    Ok(files.into_iter().map(|(_, name)| name).collect())
}

fn copy_python_files(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)?;
        } else {
            std::fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}
