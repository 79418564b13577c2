//! The recorded transcripts are what the examples print on CPython now.

use std::time::Duration;

use hpyvm_examples::{
    Comparison, CpythonColumn, Environment, Example, Project, Requirements, Toolchain,
};

#[test]
fn cpython_prints_what_is_recorded() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy]).unwrap();
    let examples = Example::all(&project).unwrap();
    assert!(examples.len() >= 3);
    for example in examples {
        let recorded = example.transcript().unwrap();
        assert!(recorded.lines().count() >= 20, "{}", example.name);
        // Where there is no CPython column, the recordings are all there is.
        if *environment.cpython_column() != CpythonColumn::Available {
            continue;
        }
        let built = example
            .extension()
            .build(&project, &Toolchain::cpython(&environment))
            .unwrap();
        let finished = example
            .run(&environment.command(), &built, Duration::from_secs(120))
            .unwrap();
        assert!(finished.success(), "{}", finished.failure());
        let comparison = Comparison::new("recorded", &recorded, "now", &finished.text());
        assert!(comparison.is_same(), "{}", comparison.render(160, false));
    }
}

#[test]
fn the_sources_compile_without_warnings() {
    let project = Project::locate().unwrap();
    let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy]).unwrap();
    if *environment.cpython_column() != CpythonColumn::Available {
        return;
    }
    for example in Example::all(&project).unwrap() {
        let built = example
            .extension()
            .build(&project, &Toolchain::cpython(&environment))
            .unwrap();
        assert_eq!(built.warnings, "", "{}", example.name);
    }
}
