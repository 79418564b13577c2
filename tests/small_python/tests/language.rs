//! The language against CPython: scripts print what CPython 3.11 has printed
//! (`language/*.out`), while every object moves at every allocation.

use std::path::Path;
use std::process::Command;

fn check(name: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let script = directory.join(name).with_extension("py");
    let expected = std::fs::read_to_string(script.with_extension("out")).unwrap();
    let figures = tempfile::NamedTempFile::new().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_moving-gc"))
        .args(["--zeal", "always", "--statistics"])
        .args([figures.path(), &script])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    let figures: serde_json::Value = serde_json::from_reader(figures).unwrap();
    assert!(figures["collections"].as_u64() > Some(100));
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
fn methods() {
    check("methods");
}

#[test]
fn values() {
    check("values");
}
