//! `moving-gc`: runs a script on the VM whose objects move.

use anyhow::{Context, Result};
use clap::Parser;
use moving_gc::Zeal;
use small_python::{exit_code, start};
use std::env;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs a Python script on a VM whose collector moves every object.
///
/// The script can import universal HPy binaries (`name.hpy0.so`) and Python
/// files from its own directory and from those given with --path.
#[derive(Parser)]
#[command(
    name = "moving-gc",
    after_help = "Exit status: 0, or 1 if the script ends with an exception or --debug has found\n\
                  something, 2 if it cannot be run.\n\n\
                  Environment: HPY is the mode that modules are loaded in (universal, debug, trace),\n\
                  or a list of module:mode; with HPY_LOG a line is printed for each module. Modules\n\
                  are looked for in the directories of PYTHONPATH after those of --path."
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

    /// Load all modules in debug mode, go on after broken rules where possible, and
    /// report them and all leaked handles at the end
    #[arg(long)]
    debug: bool,

    /// Frames of C to keep of each place, with --debug
    #[arg(long, value_name = "N", default_value_t = 8)]
    frames: usize,

    /// Write what the collector has done to this file, as JSON
    #[arg(long, value_name = "FILE")]
    statistics: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit_code(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<bool> {
    let script = arguments.script.display();
    File::open(&arguments.script).with_context(|| format!("cannot open {script}"))?;
    let (vm, interpreter) = start()?;
    for name in ["HPY", "HPY_LOG"] {
        if let Ok(value) = env::var(name) {
            interpreter.set_environment(name, &value);
        }
    }
    if arguments.debug {
        interpreter.set_environment("HPY", "debug");
        vm.debug_whole_program(arguments.frames);
    }
    let from_environment = env::var_os("PYTHONPATH").unwrap_or_default();
    let from_environment = env::split_paths(&from_environment);
    for directory in arguments.path.iter().cloned().chain(from_environment) {
        interpreter.add_path(&directory);
    }
    let directory = arguments
        .script
        .parent()
        .context("a script lies in a directory")?;
    interpreter.add_path(directory);
    // Start-up is not what is to be seen: the counts are those of the script.
    let before = vm.heap().statistics();
    vm.heap().set_zeal(arguments.zeal);
    if arguments.debug {
        vm.report_at_end();
    }
    let result = interpreter.run_file(&arguments.script, "__main__");
    let summary = vm.last_summary();
    if let Err(error) = &result {
        eprintln!("{}", interpreter.report(error));
    }
    if let Some(summary) = &summary {
        hpy_loader::report::write(&format!("{summary}\n"));
    }
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
    Ok(result.is_ok() && summary.is_none_or(|summary| summary.is_clean()))
}
