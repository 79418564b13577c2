//! `toy-vm MODULE [FUNCTION [ARGUMENT...]]`: imports a binary, and calls what is in it.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use hpy_loader::Loader;
use hpy_loader::runtime::{Calls, Objects};
use toy_vm::{Data, Object, Standalone, Toy, VmResult, lock};

/// The toy VM: imports an HPy universal binary and calls what is in it.
#[derive(Parser)]
#[command(version, max_term_width = 90, after_help = EXIT_STATUS)]
struct Arguments {
    /// The binary, such as build/triple.hpy0.so.
    module: PathBuf,
    /// What to call, by its name in the module. Without one, the names are listed.
    function: Option<String>,
    /// What to call it with: an int, a float, True, False, None, or else a str.
    #[arg(allow_hyphen_values = true)]
    arguments: Vec<String>,
}

const EXIT_STATUS: &str = "Exit status: 0, or 1 for an exception, or 2 for a wrong command line.";

type Vm = Toy<false>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let loader = Vm::boot(Standalone);
    let printed = run(loader, &arguments)
        .map_err(|error| error.error_text())
        .and_then(|output| writeln!(stdout(), "{output}").map_err(|error| error.to_string()));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(loader: &'static Loader<Vm>, arguments: &Arguments) -> VmResult<String> {
    let vm = loader.runtime();
    let path = &arguments.module;
    // SAFETY: whoever starts the command trusts the file that it is to run.
    let module = unsafe { Vm::import_file(loader, module_name(path), path) }?;
    let Some(function) = &arguments.function else {
        return listing(vm, &module);
    };
    let callable = vm.get_attr_str(&module, function)?;
    let values = arguments.arguments.iter().map(|text| value(vm, text));
    let values: Vec<_> = values.collect();
    let result = vm.call(&callable, &values.iter().collect::<Vec<_>>(), None)?;
    repr(vm, &result)
}

/// `triple` of `build/triple.hpy0.so`.
fn module_name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.split('.').next())
        .unwrap_or_default()
}

/// What an argument of the command stands for.
fn value(vm: &Vm, text: &str) -> Object {
    match (text, text.parse(), text.parse()) {
        ("None" | "True" | "False", ..) => vm.builtin(text),
        (_, Ok(int), _) => vm.int(int),
        (_, _, Ok(float)) => vm.float(float),
        _ => vm.text(text),
    }
}

fn repr(vm: &Vm, object: &Object) -> VmResult<String> {
    Ok(vm.repr(object)?.text().unwrap_or_default().to_owned())
}

/// The public names of a module, with what they stand for.
fn listing(vm: &Vm, module: &Object) -> VmResult<String> {
    let Data::Module(names) = &module.data else {
        return repr(vm, module);
    };
    let names = lock(names).clone();
    let public = names.iter().filter(|(name, _)| !name.starts_with('_'));
    let lines = public.map(|(name, value)| match vm.is_callable(value) {
        true => Ok(format!("{name}()")),
        false => Ok(format!("{name} = {}", repr(vm, value)?)),
    });
    Ok(lines.collect::<VmResult<Vec<_>>>()?.join("\n"))
}
