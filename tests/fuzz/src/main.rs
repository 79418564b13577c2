//! Hostile calls of every context function, by the million.
//!
//! `fuzz toy universal --count 1000000` has a process of its own play, and watches it:
//! if it dies or hangs, the input that it was at is tried alone and made shorter.

mod subjects;
mod watch;

use anyhow::{Result, anyhow};
use clap::{Parser, ValueEnum};
use hpy_loader::modes::Mode;
use hpyvm_properties::fuzz::Work;
use std::path::PathBuf;
use std::process::ExitCode;

/// A VM that is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vm {
    /// The smallest VM, which counts references.
    Toy,
    /// The VM that moves every object at every allocation.
    Moving,
    /// RustPython.
    Hpyvm,
}

/// A mode of the loader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeName {
    Universal,
    Debug,
    Trace,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Universal => Mode::Universal,
            ModeName::Debug => Mode::Debug,
            ModeName::Trace => Mode::Trace,
        }
    }
}

/// Plays hostile calls of every context function.
#[derive(Debug, Parser)]
#[command(name = "fuzz")]
struct Command {
    /// What they are played on
    #[arg(value_enum)]
    vm: Vm,
    /// The mode that the extension is loaded in
    #[arg(value_enum, default_value = "universal")]
    mode: ModeName,
    /// What the inputs are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first input
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many inputs are played
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// Plays one input that was printed, and shows its calls
    #[arg(long)]
    numbers: Option<String>,
    /// Whether that one breaks no rule
    #[arg(long)]
    careful: bool,
    /// Plays the first input only, and shows its calls
    #[arg(long)]
    trace: bool,
    /// The program `hpyvm`; the one beside this program if nothing is said
    #[arg(long)]
    hpyvm: Option<PathBuf>,
    /// The directory with `properties.hpy0.so`, the extension for `hpyvm`
    #[arg(long, default_value = "target/properties")]
    extension: PathBuf,
}

fn main() -> ExitCode {
    let command = Command::parse();
    let is_told = std::env::var_os(Work::VARIABLE).is_some();
    let outcome = match is_told {
        true => play(&command),
        false => watch::run(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What the process does that is watched.
fn play(command: &Command) -> Result<()> {
    let work = Work::from_environment().map_err(|error| anyhow!(error))?;
    match command.vm {
        Vm::Toy => subjects::toy(command.mode.into(), &work),
        Vm::Moving => subjects::moving(command.mode.into(), &work),
        Vm::Hpyvm => Err(anyhow!("hpyvm is another program")),
    }
}
