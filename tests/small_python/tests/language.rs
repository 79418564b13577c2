//! The language against CPython: scripts print what CPython 3.11 has printed
//! (`language/*.out`), while every object moves at every allocation.

use moving_gc::Zeal;
use small_python::start;
use std::path::Path;

/// Runs a script on a VM of the test's own thread.
fn check(name: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let expected = std::fs::read_to_string(directory.join(name).with_extension("out")).unwrap();
    let (vm, interpreter) = start().unwrap();
    interpreter.capture();
    vm.heap().set_zeal(Zeal::Always);
    let result = interpreter.run_file(&directory.join(name).with_extension("py"), "__main__");
    let printed = interpreter.take_captured();
    if let Err(error) = result {
        panic!("{printed}\n{}", interpreter.report(&error));
    }
    assert_eq!(printed, expected);
    assert!(vm.heap().statistics().collections > 100);
}

#[test]
fn functions() {
    check("functions");
}

#[test]
fn classes() {
    check("classes");
}

#[test]
fn errors() {
    check("errors");
}

#[test]
fn values() {
    check("values");
}
