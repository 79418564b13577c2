//! The command `moving-gc`: how it ends.

use std::fs;
use std::process::{Command, Output, Stdio};

fn moving_gc() -> Command {
    Command::new(env!("CARGO_BIN_EXE_moving-gc"))
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_script_that_cannot_be_read_is_not_run() {
    let output = moving_gc().arg("no-such-script.py").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).starts_with("error: cannot open no-such-script.py: "));
}

#[test]
fn output_that_nobody_reads_is_an_exception() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("talks.py");
    fs::write(&script, "for number in range(100000):\n    print(number)\n").unwrap();
    let mut child = moving_gc()
        .arg("--debug")
        .arg(&script)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let errors = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("OSError: Broken pipe"), "{errors}");
    assert!(
        errors.ends_with("hpy.debug: no HPy module was loaded\n"),
        "{errors}"
    );
}
