//! The command, over a module that is compiled for it.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use hpyvm_examples::{Environment, Job, Project, Requirements};

/// Compiles a file of this folder with nothing but HPy's headers and helpers.
fn compile(source: &str, to: &Path) -> Result<()> {
    let environment = Environment::prepare(&Project::locate()?, "demo", &[Requirements::Hpy])?;
    let devel = environment.site_packages().join("hpy/devel");
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-DHPY_ABI_UNIVERSAL", "-I"])
        .arg(devel.join("include"))
        .arg("-o")
        .arg(to)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests")
                .join(source),
        )
        .args(
            ["argparse.c", "format.c", "helpers.c"]
                .map(|file| devel.join("src/runtime").join(file)),
        );
    Job::new(gcc).check("compiling a module").map(drop)
}

/// Runs the command: its exit status, and what it prints or complains of.
fn run(arguments: &[&str]) -> Result<(i32, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_toy-vm"))
        .args(arguments)
        .output()?;
    let text = [output.stdout, output.stderr].concat();
    let status = output.status.code().unwrap_or(-1);
    Ok((status, String::from_utf8_lossy(&text).trim().to_owned()))
}

#[test]
fn a_module_is_imported_and_called() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("counter.hpy0.so");
    compile("counter.c", &file)?;
    let file = file.to_str().expect("a path in UTF-8");
    let names = "Counter()\nfail()\nlimit = 7\ntriple()\nwalk()";
    for (arguments, status, expected) in [
        (&[][..], 0, names),
        (&["triple", "14"], 0, "42"),
        (&["triple", "-1.5"], 0, "-4.5"),
        (&["triple", "True"], 0, "3"),
        (&["walk", "20"], 0, "(21, 21, 42)"),
        (&["Counter", "5"], 0, "Counter(5)"),
        (&["fail"], 1, "ValueError: as it was asked to"),
        (
            &["triple"],
            1,
            "TypeError: triple() takes exactly one argument (0 given)",
        ),
        (
            &["triple", "text"],
            1,
            "TypeError: unsupported operands: 'text' Add 'text'",
        ),
        (&["absent"], 1, "AttributeError: no attribute 'absent'"),
        (&["limit", "1"], 1, "TypeError: 7 is not callable"),
    ] {
        let (code, text) = run(&[&[file], arguments].concat())?;
        assert_eq!((code, text.as_str()), (status, expected), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn a_whole_extension_runs() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("_core.hpy0.so");
    compile("../../base85/base85/_core.c", &file)?;
    let file = file.to_str().expect("a path in UTF-8");
    assert_eq!(run(&[file, "encode", "abc"])?, (0, "'VPaz'".to_owned()));
    let full = File::create("/dev/full")?;
    let mut unwritten = Command::new(env!("CARGO_BIN_EXE_toy-vm"));
    assert_eq!(unwritten.arg(file).stdout(full).status()?.code(), Some(1));
    let message = "TypeError: encode() no value for required argument";
    assert_eq!(run(&[file, "encode"])?, (1, message.to_owned()));
    Ok(())
}

#[test]
fn a_file_that_is_no_module_is_refused() -> Result<()> {
    let (status, text) = run(&["no-such-file.hpy0.so"])?;
    assert_eq!(status, 1);
    assert!(text.starts_with("ImportError: "), "{text}");
    assert!(text.contains("no-such-file.hpy0.so"), "{text}");
    Ok(())
}

#[test]
fn the_command_line_explains_itself() -> Result<()> {
    let (status, text) = run(&["--help"])?;
    assert_eq!(status, 0);
    for word in ["<MODULE>", "[FUNCTION]", "[ARGUMENTS]", "Exit status"] {
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(run(&[])?.0, 2);
    Ok(())
}
