//! `cargo demo`: the examples, built by HPy's own tools, run on CPython and on
//! `hpyvm` from the same binaries, and compared line by line.

use std::fs;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use console::{Term, style};
use hpyvm_examples::command;
use hpyvm_examples::digest::line;
use hpyvm_examples::environment::isolate;
use hpyvm_examples::example::TRANSCRIPT;
use hpyvm_examples::{
    Built, Comparison, CpythonColumn, Environment, Example, Finished, Job, Project, Requirements,
    Toolchain, VmBuild,
};

/// Runs the examples on CPython and on hpyvm and shows both outputs.
///
/// Makes a Python environment with hpy 0.9.0 under target/, builds the C
/// modules of the examples into universal binaries, prints the SHA-256 of each,
/// runs the same script over the same binaries on both, and puts the outputs
/// side by side. The first run builds hpyvm, which takes some minutes.
#[derive(Parser)]
#[command(
    name = "demo",
    bin_name = "cargo demo",
    version,
    after_help = "Exit status: 0 when all outputs are the same, 1 when one differs, 2 when\n\
                  something could not be run.\n\n\
                  Environment: PYTHON names the Python to use, HPYVM an hpyvm binary that is\n\
                  already built; NO_COLOR=1 turns colours off."
)]
struct Options {
    /// Run only this example; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// List the examples and exit
    #[arg(long)]
    list: bool,

    /// Leave CPython out, as where the machine's Python is too new for hpy
    /// 0.9.0: build on hpyvm itself and compare with recorded transcripts
    #[arg(long)]
    without_cpython: bool,

    /// Write CPython's outputs to the examples' transcript.txt
    #[arg(long, conflicts_with = "without_cpython")]
    record: bool,

    /// Kill a script that runs longer than this
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,

    /// Columns to fill [default: the terminal's, or 120]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

fn main() -> ExitCode {
    command::run(|| run(&Options::parse()))
}

/// Whether every example printed the same.
fn run(options: &Options) -> Result<bool> {
    let project = Project::locate()?;
    let examples = chosen(Example::all(&project)?, &options.only)?;
    if options.list {
        for example in &examples {
            println!("{:<12} {}", style(&example.name).bold(), example.about);
        }
        return Ok(true);
    }

    let environment = if options.without_cpython {
        Environment::prepare_without_cpython(&project, "demo", &[Requirements::Hpy])?
    } else {
        Environment::prepare(&project, "demo", &[Requirements::Hpy])?
    };
    let vm = VmBuild::default().build(&project)?;
    let toolchain = Toolchain::preferred(&environment, &vm);
    let mut built = Vec::new();
    for example in &examples {
        built.push(example.extension().build(&project, &toolchain)?);
    }

    let mut vm_command = Command::new(&vm);
    isolate(&mut vm_command);
    let vm_title = title("hpyvm", &vm_command)?;
    let mut stage = Stage {
        left: None,
        left_title: String::new(),
        right: vm_command,
        right_title: vm_title,
        limit: Duration::from_secs(options.timeout),
        width: options.width.unwrap_or_else(terminal_width),
        record: options.record,
    };
    match environment.cpython_column() {
        CpythonColumn::Available => {
            stage.left_title = environment.interpreter().to_string();
            stage.left = Some(environment.command());
        }
        CpythonColumn::Missing { reason } => {
            stage.left_title = "CPython 3.11, as recorded".to_owned();
            if options.record {
                bail!("there is no CPython to record: {reason}");
            }
            println!(
                "{}\n{reason}.\n\
                 The modules are built on hpyvm itself instead, and the left column shows\n\
                 what CPython 3.11 printed when it was recorded.",
                style("There is no CPython column.").yellow().bold()
            );
        }
    }

    let mut different = Vec::new();
    for (example, built) in examples.iter().zip(&built) {
        if !stage.show(example, built, toolchain.label())? {
            different.push(example.name.as_str());
        }
    }
    println!();
    if different.is_empty() {
        println!(
            "{} {} of {} examples print the same on {} and on {}.",
            style("✓").green().bold(),
            examples.len(),
            examples.len(),
            stage.left_title,
            stage.right_title
        );
    } else {
        println!(
            "{} {} of {} examples differ: {}.",
            style("✗").red().bold(),
            different.len(),
            examples.len(),
            different.join(", ")
        );
    }
    Ok(different.is_empty())
}

fn chosen(all: Vec<Example>, only: &[String]) -> Result<Vec<Example>> {
    for name in only {
        if !all.iter().any(|example| example.name == *name) {
            let names: Vec<_> = all.iter().map(|example| example.name.as_str()).collect();
            bail!("there is no example {name}; there are {}", names.join(", "));
        }
    }
    Ok(all
        .into_iter()
        .filter(|example| only.is_empty() || only.contains(&example.name))
        .collect())
}

/// Where the examples are shown.
struct Stage {
    /// CPython; `None` for the recorded transcript.
    left: Option<Command>,
    left_title: String,
    right: Command,
    right_title: String,
    limit: Duration,
    width: usize,
    record: bool,
}

impl Stage {
    /// Runs and shows one example; whether the outputs are the same.
    fn show(&self, example: &Example, built: &Built, builder: &str) -> Result<bool> {
        println!();
        println!("{}  {}", style(&example.name).bold().cyan(), example.about);
        for module in &built.modules {
            let file = module.binary.strip_prefix(&built.directory)?;
            println!("{} (built with {builder})", line(&module.sha256, file));
        }
        println!();

        let left = match &self.left {
            Some(command) => {
                let finished = example.run(command, built, self.limit)?;
                // HPy's own side is the measure; when it fails, the example is
                // broken and there is nothing to compare with.
                if !finished.success() {
                    bail!(
                        "{} fails on {}: {}",
                        example.name,
                        self.left_title,
                        finished.failure()
                    );
                }
                finished.text()
            }
            None => example.transcript()?,
        };
        if self.record {
            let path = example.directory.join(TRANSCRIPT);
            fs::write(&path, &left).with_context(|| format!("writing {}", path.display()))?;
        }
        let right = example.run(&self.right, built, self.limit)?;
        let comparison = Comparison::new(&self.left_title, &left, &self.right_title, &right.text());
        print!(
            "{}",
            comparison.render(self.width, console::colors_enabled())
        );
        let same = comparison.is_same() && right.success();
        if !same {
            println!();
            println!(
                "{} {} of {} lines differ",
                style("✗").red().bold(),
                comparison.differences(),
                comparison.len()
            );
            self.explain(&right);
        }
        Ok(same)
    }

    /// Says how hpyvm ended, where that was not by itself and with success.
    fn explain(&self, right: &Finished) {
        if !right.success() {
            println!(
                "{} on {}: {}",
                style("✗").red().bold(),
                self.right_title,
                right.ending()
            );
        }
        let stderr = String::from_utf8_lossy(&right.stderr);
        let lines: Vec<_> = stderr.lines().collect();
        for line in &lines[lines.len().saturating_sub(20)..] {
            println!("    {line}");
        }
    }
}

/// What a VM calls itself: also the proof that it starts at all.
fn title(name: &str, command: &Command) -> Result<String> {
    let mut probe = Command::new(command.get_program());
    isolate(&mut probe);
    probe.args([
        "-c",
        "import sys; print('%s, Python %d.%d' % (sys.implementation.name, *sys.version_info[:2]))",
    ]);
    let finished = Job::new(probe)
        .limit(Duration::from_secs(60))
        .check(&format!("starting {name}"))?;
    Ok(format!("{name} ({})", finished.text().trim()))
}

fn terminal_width() -> usize {
    let terminal = Term::stdout();
    if terminal.is_term() {
        terminal.size().1.into()
    } else {
        120
    }
}
