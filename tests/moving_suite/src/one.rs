//! One test in a process of its own.

use crate::record::Record;
use crate::report::{Outcome, TestReport};
use moving_gc::{Local, Vm};
use sha2::{Digest, Sha256};
use small_python::Interpreter;
use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

/// Runs a test and tells how it ended. What the process prints meanwhile is the
/// test's.
pub fn run_one(vm: &'static Vm, interpreter: &Interpreter, record: &Record) -> TestReport {
    let loaded = Rc::new(Cell::new(0));
    let (mut calls, count) = (record.calls.clone().into_iter(), Rc::clone(&loaded));
    interpreter.set_supply(Box::new(move |name, sources| -> Result<PathBuf, String> {
        let call = calls
            .next()
            .ok_or("the test makes more modules here than on CPython")?;
        let sources: Vec<String> = sources.iter().map(|source| digest(source)).collect();
        if call.name != name || call.sources != sources {
            return Err(format!(
                "the test makes another module here than on CPython: {name}"
            ));
        }
        count.set(count.get() + 1);
        call.binary
            .ok_or_else(|| "the compiler refuses it".to_owned())
    }));
    // Tests that the suite marks `syncgc` expect what a `del` leaves without
    // references to be gone at once.
    interpreter.collect_on_delete.set(true);
    if let Some(root) = record.file.parent().and_then(|test| test.parent()) {
        interpreter.add_path(root);
    }
    interpreter.set_environment("HPY", record.mode());
    let generation = vm.new_generation();
    let (class, test) = record.names();
    let result = interpreter
        .run_file(&record.file, &record.module())
        .and_then(|module| call(vm, &module, class, test));
    // The suite's own leak detector, which is there for tests in debug mode.
    let leaks = vm.debug_summary(generation).leaks();
    // What the test has left is finalized and destroyed under the same zeal.
    vm.collect();
    let (outcome, message) = match result {
        Ok(()) if loaded.get() < record.calls.len() => (
            Outcome::Failed,
            format!(
                "{} of {} modules were made",
                loaded.get(),
                record.calls.len()
            ),
        ),
        Ok(()) if record.calls.is_empty() => {
            let message = "it makes no module: it is about the tools";
            (Outcome::Failed, message.to_owned())
        }
        Ok(()) if !leaks.is_empty() => (Outcome::Failed, leaks.join("\n")),
        Ok(()) => (Outcome::Passed, String::new()),
        Err(error) if vm.class_name(&vm.class_of(&error)) == "Skipped" => {
            (Outcome::Skipped, vm.display(&error).unwrap_or_default())
        }
        Err(error) => (Outcome::Failed, interpreter.report(&error)),
    };
    let statistics = vm.heap().statistics();
    TestReport {
        id: record.id.clone(),
        outcome,
        message,
        modules: loaded.get(),
        collections: statistics.collections,
        moves: statistics.moves,
        slots_rewritten: statistics.slots_rewritten,
        fields_rewritten: statistics.fields_rewritten,
    }
}

/// Calls a test of a module: `class().test()`, or `test()` without a class.
fn call(vm: &Vm, module: &Local, class: Option<&str>, test: &str) -> moving_gc::Result<()> {
    let owner = match class {
        Some(class) => vm.call(&vm.get_attr(module, class)?, [].into())?,
        None => module.clone(),
    };
    vm.call_method(&owner, test, [].into()).map(|_| ())
}

fn digest(source: &str) -> String {
    let hash = Sha256::digest(source.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
