//! The C compiler with the headers of an installed `hpy`.

use super::{Fact, cpython, slots};
use anyhow::{Context, Result, bail, ensure};
use hpyvm_examples::Job;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A C compiler and the headers that it judges by.
#[derive(Debug)]
pub struct Compiler {
    include: PathBuf,
    /// What each program begins with.
    preamble: String,
}

impl Compiler {
    /// The compiler `gcc` with the headers in a directory: the one with `hpy.h`.
    pub fn new(include: &Path) -> Result<Self> {
        ensure!(
            include.join("hpy.h").is_file(),
            "{} has no hpy.h: is hpy installed there?",
            include.display()
        );
        Ok(Self {
            include: include.to_owned(),
            preamble: format!(
                "#include <hpy.h>\n#include <wchar.h>\n{}",
                slots::declarations()
            ),
        })
    }

    /// The same with the headers of CPython in a directory: the one with `Python.h`.
    pub fn of_cpython(include: &Path) -> Result<Self> {
        ensure!(
            include.join("Python.h").is_file(),
            "{} has no Python.h: are CPython's headers installed?",
            include.display()
        );
        Ok(Self {
            include: include.to_owned(),
            preamble: cpython::HEADERS.to_owned(),
        })
    }

    /// Compiles all the facts as one program and gives back the subjects of
    /// those that the headers contradict.
    pub fn rejected(&self, facts: &[Fact]) -> Result<BTreeSet<String>> {
        let directory = tempfile::tempdir().context("no temporary directory")?;
        let source = directory.path().join("facts.c");
        std::fs::write(&source, program(&self.preamble, facts))?;
        let mut command = Command::new("gcc");
        command
            .args(["-std=gnu11", "-fsyntax-only", "-fmax-errors=0"])
            // A value of an enum that no case handles.
            .args(["-Werror=switch", "-DHPY_ABI_UNIVERSAL"])
            .arg("-I")
            .arg(&self.include)
            .arg(&source)
            .env("LC_ALL", "C");
        let finished = Job::new(command).limit(Duration::from_secs(120)).run()?;
        let stderr = String::from_utf8_lossy(&finished.stderr);
        let lines_before = self.preamble.lines().count();
        subjects(facts, lines_before, &stderr, finished.success())
    }
}

/// One fact a line, so that a line number leads back to its fact.
fn program(preamble: &str, facts: &[Fact]) -> String {
    let mut program = preamble.to_owned();
    for (number, fact) in facts.iter().enumerate() {
        fact.render(number, &mut program);
    }
    program
}

/// Reads the compiler's messages. An error that no fact explains is an error
/// of this program, never a quiet pass.
fn subjects(
    facts: &[Fact],
    lines_before: usize,
    stderr: &str,
    compiled: bool,
) -> Result<BTreeSet<String>> {
    let mut rejected = BTreeSet::new();
    for line in stderr.lines().filter(|line| line.contains("error: ")) {
        let by_assertion = line
            .split_once("static assertion failed: \"")
            .and_then(|(_, rest)| rest.strip_suffix('"'))
            .map(str::to_owned);
        let by_switch = || {
            let (place, _) = line.split_once(" not handled in switch")?;
            let number = line_number(place)?.checked_sub(lines_before + 1)?;
            Some(facts.get(number)?.subject.clone())
        };
        match by_assertion.or_else(by_switch) {
            Some(subject) => rejected.insert(subject),
            None => bail!("gcc does not understand the facts: {line}"),
        };
    }
    ensure!(
        compiled == rejected.is_empty(),
        "gcc failed without naming a fact:\n{stderr}"
    );
    Ok(rejected)
}

/// The number in `path:LINE:column: error: ...`.
fn line_number(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("facts.c:")?;
    rest.split(':').next()?.parse().ok()
}
