//! The C compiler as the judge of the loader's view of the ABI.
//!
//! `hpy_loader::abi` declares the context, the definition structs and the
//! enums by hand; one wrong offset there and an extension calls a function it
//! did not mean. So every fact of that module is rendered into C as a
//! compile-time assertion and compiled against the headers of the installed
//! `hpy`: where a member lies, what type it has, what a constant is worth, and
//! that an enum of C has no value that ours lacks.
//!
//! A check that cannot fail is worth nothing. The same facts are therefore
//! compiled a second time, each of them altered: the compiler must reject
//! every single one, by name.

mod c_type;
mod compiler;
mod context;
mod cpython;
mod definitions;
mod enumerations;
mod fact;
mod slots;

pub use compiler::Compiler;
pub use fact::{Claim, Fact};

use crate::{Outcome, Verification};
use anyhow::{Result, ensure};
use hpy_loader::abi::context::{RELEASE, ROWS, Row};
use hpyvm_examples::{Environment, Job};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// The verification's step: the headers of the `hpy` that builds every binary.
pub fn step(verification: &Verification) -> Result<Outcome> {
    let environment = verification.environment()?;
    let include = environment.site_packages().join("hpy/devel/include");
    let checked = check(&Compiler::new(&include)?)?;
    let facts =
        checked.facts + check_cpython(&Compiler::of_cpython(&cpython_headers(environment)?)?)?;
    let summary = format!(
        "{facts} facts, of {} rows and all definitions",
        checked.rows
    );
    Ok(Outcome::passed(facts, summary))
}

/// What the check of the headers looked at.
#[derive(Debug)]
pub struct Checked {
    /// Assertions that hold.
    pub facts: usize,
    /// Rows of the context, two assertions each.
    pub rows: usize,
}

/// Where the headers of an environment's CPython are.
fn cpython_headers(environment: &Environment) -> Result<PathBuf> {
    let mut command = environment.command();
    command.args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('include'))",
    ]);
    let finished = Job::new(command).limit(Duration::from_secs(60)).run()?;
    Ok(PathBuf::from(finished.text().trim()))
}

/// Compiles all that the loader believes about the ABI, then all of it altered.
pub fn check(compiler: &Compiler) -> Result<Checked> {
    let (rows, facts) = (released_rows(), facts()?);
    judge(compiler, "hpy", &facts, &altered_facts()?)?;
    Ok(Checked {
        facts: facts.len(),
        rows: rows.len(),
    })
}

/// The same of CPython's structures. How many facts there are.
pub fn check_cpython(compiler: &Compiler) -> Result<usize> {
    let facts = cpython::facts();
    let altered: Vec<_> = facts.iter().cloned().map(Fact::altered).collect();
    judge(compiler, "CPython", &facts, &altered)?;
    Ok(facts.len())
}

/// Has the compiler judge facts, and the same ones altered.
fn judge(compiler: &Compiler, whose: &str, facts: &[Fact], altered: &[Fact]) -> Result<()> {
    let wrong = compiler.rejected(facts)?;
    ensure!(
        wrong.is_empty(),
        "the headers of {whose} disagree with hpy_loader::abi on {} of {} facts:\n  {}",
        wrong.len(),
        facts.len(),
        wrong.into_iter().collect::<Vec<_>>().join("\n  ")
    );
    let expected: BTreeSet<String> = altered.iter().map(|fact| fact.subject.clone()).collect();
    let rejected = compiler.rejected(altered)?;
    let overlooked: Vec<_> = expected.difference(&rejected).cloned().collect();
    ensure!(
        overlooked.is_empty(),
        "the check is blind: altered on purpose, the compiler still accepts\n  {}",
        overlooked.join("\n  ")
    );
    Ok(())
}

/// The rows that the headers of the release know. What upstream has appended
/// since has no released header to be checked against.
fn released_rows() -> Vec<Row> {
    ROWS.iter()
        .copied()
        .filter(|row| row.since == RELEASE)
        .collect()
}

fn facts() -> Result<Vec<Fact>> {
    let mut facts = context::facts(&released_rows())?;
    facts.extend(constants());
    Ok(facts)
}

/// What is said of everything but the context.
fn constants() -> impl Iterator<Item = Fact> {
    definitions::facts()
        .into_iter()
        .chain(slots::facts())
        .chain(enumerations::facts())
}

/// Every fact, made wrong. Rows are altered as rows, so that the way from the
/// table to C is under test as well.
fn altered_facts() -> Result<Vec<Fact>> {
    let mut facts = context::altered_facts(&released_rows())?;
    facts.extend(constants().map(Fact::altered));
    Ok(facts)
}
