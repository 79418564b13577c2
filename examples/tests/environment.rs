//! The environment, the sdist and the build, put to work together. Needs a
//! package index and a C compiler, as the demo does.

use std::fs;
use std::process::Command;

use hpyvm_examples::{
    Abi, CpythonColumn, Environment, Extension, Job, Project, Requirements, Sdist, Toolchain,
};

#[test]
fn the_proof_of_concept_builds_and_runs_on_cpython() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy]).unwrap();
    if let CpythonColumn::Missing { reason } = environment.cpython_column() {
        // Building on hpyvm is covered by the demo, which has one.
        assert!(reason.contains("3.11"), "{reason}");
        assert_eq!(environment.python_path().len(), 2);
        return;
    }
    let sdist = Sdist::fetch(&project, &environment).unwrap();
    let toolchain = Toolchain::cpython(&environment);
    let built = Extension::directory("pof", sdist.root().join("proof-of-concept"))
        .build(&project, &toolchain)
        .unwrap();
    let names: Vec<_> = built.modules.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["pof", "pofcpp", "pofpackage.bar", "pofpackage.foo"]);

    let mut command = environment.command();
    command.env("PYTHONPATH", &built.directory).args([
        "-c",
        "import pof, pofpackage.bar; print(pof.add_ints(30, 12))",
    ]);
    let finished = Job::new(command).check("using the modules").unwrap();
    assert_eq!(finished.text(), "42\n");

    let again = Extension::directory("pof", sdist.root().join("proof-of-concept"))
        .build(&project, &toolchain)
        .unwrap();
    assert_eq!(again.modules[0].sha256, built.modules[0].sha256);
    assert_eq!(again.directory, built.directory);
}

#[test]
fn sources_without_a_setup_build_for_every_abi() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy]).unwrap();
    if *environment.cpython_column() != CpythonColumn::Available {
        return;
    }
    let sources = tempfile::tempdir().unwrap();
    let source = sources.path().join("answer.c");
    fs::write(
        &source,
        r#"#include "hpy.h"
HPyDef_METH(give, "give", HPyFunc_NOARGS)
static HPy give_impl(HPyContext *ctx, HPy self) { return HPyLong_FromInt32_t(ctx, 42); }
static HPyDef *defines[] = { &give, NULL };
static HPyModuleDef module = { .defines = defines };
HPy_MODINIT(answer, module)
"#,
    )
    .unwrap();
    let toolchain = Toolchain::cpython(&environment);
    for (abi, suffix) in [
        (Abi::Universal, ".hpy0.so"),
        (Abi::Hybrid, ".so"),
        (Abi::Cpython, ".so"),
    ] {
        let built = Extension::files("inner.answer", [&source])
            .abi(abi)
            .build(&project, &toolchain)
            .unwrap();
        let module = built.module("inner.answer").unwrap();
        let file = module.binary.to_str().unwrap();
        assert!(file.ends_with(suffix), "{file}");
        let mut command = environment.command();
        command
            .env("PYTHONPATH", &built.directory)
            .args(["-c", "import inner.answer as a; print(a.give())"]);
        let finished = Job::new(command).check("using the module").unwrap();
        assert_eq!(finished.text(), "42\n", "{abi:?}");
    }
}

#[test]
fn a_compiler_error_reaches_the_reader() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy]).unwrap();
    if *environment.cpython_column() != CpythonColumn::Available {
        return;
    }
    let sources = tempfile::tempdir().unwrap();
    let source = sources.path().join("broken.c");
    fs::write(&source, "#include \"hpy.h\"\nint wrong = ;\n").unwrap();
    let error = Extension::files("broken", [&source])
        .build(&project, &Toolchain::cpython(&environment))
        .unwrap_err();
    let message = format!("{error:#}");
    assert!(message.contains("broken.c:2"), "{message}");
    assert!(message.contains("setup.py"), "{message}");
}

#[test]
fn a_broken_environment_is_made_again() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "repair", &[]).unwrap();
    fs::remove_dir_all(environment.site_packages().join("setuptools")).unwrap();
    let again = Environment::prepare(&project, "repair", &[]).unwrap();
    assert_eq!(again.root(), environment.root());
    assert!(again.site_packages().join("setuptools").is_dir());
    let status = Command::new(again.python())
        .args(["-c", "import setuptools"])
        .status()
        .unwrap();
    assert!(status.success());
}
