//! `cargo demo-moving`: the same binaries as in `cargo demo`, on a VM whose
//! collector moves every object at every allocation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use console::style;
use hpyvm_examples::command;
use hpyvm_examples::digest::line;
use hpyvm_examples::{
    Built, Comparison, CpythonColumn, Environment, Example, Extension, Finished, Job, Project,
    Requirements, Sdist, Step, Toolchain, VmBuild, build_moving,
};
use serde::Deserialize;

/// Runs the examples and HPy's own ones on a VM whose collector moves objects.
///
/// Builds the C modules as `cargo demo` does, into the same files, and runs
/// their scripts on the VM of examples/moving_gc. Before every allocation all
/// objects move, and the memory that they leave is made inaccessible, so that a
/// stale address would be a crash. Every result is checked.
#[derive(Parser)]
#[command(
    name = "demo-moving",
    bin_name = "cargo demo-moving",
    version,
    after_help = "Exit status: 0 when every result is right, 1 when one is not, 2 when something\n\
                  could not be run.\n\n\
                  Environment: PYTHON names the Python to use; NO_COLOR=1 turns colours off."
)]
struct Options {
    /// Run only this one; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// When to collect: off, always, every:N, random:SEED or random:SEED:ONE_IN
    #[arg(long, value_name = "WHEN", default_value = "always")]
    zeal: String,

    /// Show what the scripts print, also where it is right
    #[arg(long)]
    show: bool,

    /// Stop a script that runs longer than this
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    timeout: u64,
}

fn main() -> ExitCode {
    command::run(|| run(&Options::parse()))
}

/// Binaries, a script over them, and what it has to print.
struct Show {
    name: String,
    built: Built,
    script: PathBuf,
    /// Where else the script finds modules.
    path: Vec<PathBuf>,
    expected: String,
}

/// What the collector has done; `moving-gc` writes it.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
struct Statistics {
    allocations: u64,
    collections: u64,
    moves: u64,
    most_moves: u64,
    slots_rewritten: u64,
    fields_rewritten: u64,
    finalized: u64,
    destroyed: u64,
}

fn run(options: &Options) -> Result<bool> {
    let project = Project::locate()?;
    // The environment of `cargo demo`: the same name, so the same directory and
    // the same binaries.
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy])?;
    let toolchain = match environment.cpython_column() {
        CpythonColumn::Available => Toolchain::cpython(&environment),
        CpythonColumn::Missing { .. } => {
            Toolchain::preferred(&environment, &VmBuild::default().build(&project)?)
        }
    };
    let program = build_moving(&project, "moving-gc")?;
    let sdist = Sdist::fetch(&project, &environment)?;
    let mut shows = examples(&project, &toolchain)?;
    shows.push(proof_of_concept(&project, &toolchain, &sdist)?);
    shows.push(porting(&project, &toolchain, &sdist)?);
    if !options.only.is_empty() {
        shows.retain(|show| options.only.contains(&show.name));
        ensure!(!shows.is_empty(), "there is no example {:?}", options.only);
    }

    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    for show in &shows {
        let (statistics, right) = present(options, &program, show)?;
        if !right {
            wrong.push(show.name.as_str());
        }
        rows.push((show.name.as_str(), statistics));
    }
    println!();
    print!("{}", table(&rows));
    println!();
    let total = shows.len();
    let modules: usize = shows.iter().map(|show| show.built.modules.len()).sum();
    if wrong.is_empty() {
        println!(
            "{} {total} of {total} print what they must, over {modules} unmodified binaries, while \
             every object moved.",
            style("✓").green().bold(),
        );
    } else {
        println!(
            "{} {} of {total} differ: {}.",
            style("✗").red().bold(),
            wrong.len(),
            wrong.join(", ")
        );
    }
    Ok(wrong.is_empty())
}

fn examples(project: &Project, toolchain: &Toolchain) -> Result<Vec<Show>> {
    let mut shows = Vec::new();
    for example in Example::all(project)? {
        let built = example.extension().build(project, toolchain)?;
        shows.push(Show {
            script: example.script(),
            path: vec![built.directory.clone()],
            expected: example.transcript()?,
            name: example.name,
            built,
        });
    }
    Ok(shows)
}

fn script(project: &Project, name: &str) -> PathBuf {
    project.root().join("examples/moving_gc/scripts").join(name)
}

/// The lines that a script of tests prints: one for each test of a file.
fn test_lines(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut lines = String::new();
    for definition in text.split("def test_").skip(1) {
        let name = definition.split('(').next().unwrap_or_default();
        lines += &format!("passed test_{name}\n");
    }
    ensure!(!lines.is_empty(), "{} has no test", path.display());
    Ok(lines)
}

fn proof_of_concept(project: &Project, toolchain: &Toolchain, sdist: &Sdist) -> Result<Show> {
    let source = sdist.root().join("proof-of-concept");
    let expected = test_lines(&source.join("test_pof.py"))?;
    let built = Extension::directory("proof-of-concept", source).build(project, toolchain)?;
    Ok(Show {
        name: "proof-of-concept".to_owned(),
        script: script(project, "proof_of_concept.py"),
        path: vec![built.directory.clone()],
        expected,
        built,
    })
}

fn porting(project: &Project, toolchain: &Toolchain, sdist: &Sdist) -> Result<Show> {
    let steps = sdist.root().join("docs/porting-example/steps");
    let source = steps.join("step_03_hpy_final.c");
    let built = Extension::files("step_03_hpy_final", [source]).build(project, toolchain)?;
    Ok(Show {
        name: "porting-example".to_owned(),
        script: script(project, "porting.py"),
        path: vec![built.directory.clone(), steps.clone()],
        expected: test_lines(&steps.join("test_porting_example.py"))?,
        built,
    })
}

/// Runs one and says how it went.
fn present(options: &Options, program: &Path, show: &Show) -> Result<(Statistics, bool)> {
    println!();
    println!("{}", style(&show.name).bold().cyan());
    for module in &show.built.modules {
        let file = module.binary.strip_prefix(&show.built.directory)?;
        println!("{}", line(&module.sha256, file));
    }
    let zeal = &options.zeal;
    let (finished, statistics) = start(options, program, show)?;
    let text = finished.text();
    let comparison = Comparison::new("expected", &show.expected, "moving", &text);
    let right = comparison.is_same() && finished.success();
    if !right || options.show {
        print!("{}", comparison.render(120, console::colors_enabled()));
    }
    let lines = show.expected.lines().count();
    if right {
        println!(
            "  {} {lines} lines as expected, with zeal {zeal}",
            style("✓").green()
        );
    } else {
        println!(
            "  {} {} lines differ; the script ended with {}",
            style("✗").red().bold(),
            comparison.differences(),
            finished.ending()
        );
        for line in String::from_utf8_lossy(&finished.stderr).lines().take(20) {
            println!("    {line}");
        }
    }
    Ok((statistics, right))
}

/// Runs the script.
fn start(options: &Options, program: &Path, show: &Show) -> Result<(Finished, Statistics)> {
    let zeal = &options.zeal;
    let figures = tempfile::NamedTempFile::new().context("making a temporary file")?;
    let mut command = Command::new(program);
    command
        .args(["--zeal", zeal.as_str(), "--statistics"])
        .arg(figures.path());
    for directory in &show.path {
        command.arg("--path").arg(directory);
    }
    command.arg(&show.script);
    let step = Step::start(format!("{} with zeal {zeal}", show.name));
    let finished = Job::new(command)
        .limit(Duration::from_secs(options.timeout))
        .run()?;
    // A script that has crashed has left no figures.
    let written = fs::read_to_string(figures.path()).unwrap_or_default();
    let statistics: Statistics = serde_json::from_str(&written).unwrap_or_default();
    step.done(format!("{} collections", statistics.collections));
    Ok((finished, statistics))
}

/// The figures, a line for each.
fn table(rows: &[(&str, Statistics)]) -> String {
    let header = [
        "",
        "objects",
        "collections",
        "moves",
        "most moves",
        "slots",
        "fields",
        "finalized",
        "destroyed",
    ];
    let mut lines = vec![header.map(str::to_owned)];
    for (name, figures) in rows {
        let numbers = [
            figures.allocations,
            figures.collections,
            figures.moves,
            figures.most_moves,
            figures.slots_rewritten,
            figures.fields_rewritten,
            figures.finalized,
            figures.destroyed,
        ];
        let mut line = [const { String::new() }; 9];
        line[0] = (*name).to_owned();
        for (cell, number) in line[1..].iter_mut().zip(numbers) {
            *cell = grouped(number);
        }
        lines.push(line);
    }
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].len())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in &lines {
        text += &format!("{:<width$}", line[0], width = widths[0]);
        for (cell, width) in line[1..].iter().zip(&widths[1..]) {
            text += &format!("  {cell:>width$}");
        }
        text.push('\n');
    }
    text + "objects: made by the script; most moves: of one object; slots: handles rewritten; \
            fields: HPyFields rewritten\n"
}

/// A number with spaces between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1 000");
        assert_eq!(grouped(1234567), "1 234 567");
    }
}
