//! `moving-gc`: runs a script on the VM whose objects move.

use anyhow::{Context, Result};
use clap::Parser;
use moving_gc::script::Interpreter;
use moving_gc::{Options, Vm, Zeal};
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs a Python script on a VM whose collector moves every object.
///
/// The script can import universal HPy binaries (`name.hpy0.so`) and Python
/// files from its own directory and from those given with --path.
#[derive(Parser)]
#[command(
    name = "moving-gc",
    after_help = "Exit status: 0, or 1 if the script ends with an exception, 2 if it cannot be run."
)]
struct Arguments {
    /// The script
    script: PathBuf,

    /// Look for modules here as well; may be repeated
    #[arg(long, value_name = "DIRECTORY")]
    path: Vec<PathBuf>,

    /// When to collect: off, always, every:N, random:SEED or random:SEED:ONE_IN
    #[arg(long, default_value = "off")]
    zeal: Zeal,

    /// Write what the collector has done to this file, as JSON
    #[arg(long, value_name = "FILE")]
    statistics: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let vm = Vm::start(Options::default()).context("the VM cannot start")?;
    let interpreter = Interpreter::start(vm);
    for directory in &arguments.path {
        interpreter.add_path(directory);
    }
    let directory = arguments
        .script
        .parent()
        .context("a script lies in a directory")?;
    interpreter.add_path(directory);
    // Start-up is not what is to be seen: the counts are those of the script.
    let before = vm.heap().statistics();
    vm.heap().set_zeal(arguments.zeal);
    let result = interpreter.run_file(&arguments.script, "__main__");
    vm.collect();
    let after = vm.heap().statistics();
    if let Some(path) = &arguments.statistics {
        let json = serde_json::json!({
            "allocations": after.allocations - before.allocations,
            "collections": after.collections - before.collections,
            "moves": after.moves - before.moves,
            "most_moves": after.most_moves,
            "slots_rewritten": after.slots_rewritten - before.slots_rewritten,
            "fields_rewritten": after.fields_rewritten - before.fields_rewritten,
            "finalized": after.finalized - before.finalized,
            "destroyed": after.destroyed - before.destroyed,
        });
        std::fs::write(path, format!("{json:#}\n"))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    match result {
        Ok(_) => Ok(true),
        Err(error) => {
            eprintln!("{}", interpreter.report(&error));
            Ok(false)
        }
    }
}
