//! The command `hpyvm` as a user meets it, as far as it goes without a compiled
//! extension: the command line, the import system, `hpy.universal`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `hpyvm` in `directory`, with nothing but the standard library on its
/// path.
fn hpyvm(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hpyvm"))
        .args(arguments)
        .current_dir(directory)
        .env_remove("PYTHONPATH")
        .env_remove("RUSTPYTHONPATH")
        .env_remove("HPY")
        .env_remove("HPY_LOG")
        .envs(environment.iter().copied())
        .output()
        .expect("hpyvm starts")
}

/// What a Python program prints. It must succeed.
fn prints(directory: &Path, program: &str, environment: &[(&str, &str)]) -> String {
    let output = hpyvm(directory, &["-c", program], environment);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}\n{text}{errors}");
    text
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

#[test]
fn the_command_line_is_a_python_interpreter() {
    let directory = directory();
    let help = hpyvm(directory.path(), &["--help"], &[]);
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("-m mod"));

    fs::write(
        directory.path().join("script.py"),
        "import sys; print(sys.argv[1:])",
    )
    .unwrap();
    let script = hpyvm(directory.path(), &["script.py", "a", "b"], &[]);
    assert_eq!(script.stdout, b"['a', 'b']\n");

    let module = hpyvm(
        directory.path(),
        &["-m", "json.tool", "--compact", "/dev/null"],
        &[],
    );
    assert!(!module.status.success());
    assert!(String::from_utf8_lossy(&module.stderr).contains("Expecting value"));

    let exit = hpyvm(directory.path(), &["-c", "raise SystemExit(7)"], &[]);
    assert_eq!(exit.status.code(), Some(7));
}

#[test]
fn subprocesses_run_the_same_vm() {
    let directory = directory();
    let program = "import subprocess, sys\n\
                   code = 'import hpy.universal; print(hpy.universal.get_version()[0])'\n\
                   print(subprocess.check_output([sys.executable, '-c', code], text=True), end='')";
    assert_eq!(prints(directory.path(), program, &[]), "0.9.0\n");
}

#[test]
fn the_import_system_knows_the_suffix() {
    let directory = directory();
    let program = "import importlib.machinery, importlib.util, inspect\n\
                   print(importlib.machinery.EXTENSION_SUFFIXES)\n\
                   print('.hpy0.so' in importlib.machinery.all_suffixes())\n\
                   print(inspect.getmodulename('p/foo.hpy0.so'))\n\
                   spec = importlib.util.spec_from_file_location('foo', 'foo.hpy0.so')\n\
                   print(type(spec.loader).__name__)";
    assert_eq!(
        prints(directory.path(), program, &[]),
        "['.hpy0.so', '.hpy0-cp311.so']\nTrue\nfoo\nExtensionFileLoader\n"
    );
}

#[test]
fn hpy_universal_needs_no_hpy() {
    let directory = directory();
    let program = "import hpy, hpy.universal as u\n\
                   print(list(hpy.__path__), u.get_version())\n\
                   print(u.MODE_UNIVERSAL, u.MODE_DEBUG, u.MODE_TRACE)\n\
                   import hpy.devel";
    let output = hpyvm(directory.path(), &["-c", program], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "[] ('0.9.0', 'f611473')\n0 1 2\n");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("No module named 'hpy.devel'"), "{errors}");
}

#[test]
fn an_installed_hpy_comes_first_and_its_universal_does_not() {
    let directory = directory();
    let package = directory.path().join("hpy");
    fs::create_dir(&package).unwrap();
    fs::write(package.join("__init__.py"), "ORIGIN = 'installed'").unwrap();
    fs::write(
        package.join("universal.py"),
        "raise SystemError('the wrong one')",
    )
    .unwrap();
    fs::write(package.join("devel.py"), "NAME = __name__").unwrap();
    let program = "import hpy.universal, hpy.devel\n\
                   print(hpy.ORIGIN, hpy.devel.NAME, hpy.universal.MODE_TRACE)";
    assert_eq!(
        prints(directory.path(), program, &[]),
        "installed hpy.devel 2\n"
    );
}

#[test]
fn the_front_of_the_modes_is_ours_with_an_installed_hpy_and_without() {
    let program = "import hpy.debug.leakdetector, hpy.trace\n\
                   print(sorted(set(hpy.debug.__all__) - {'LeakDetector'}))\n\
                   print(sorted(hpy.trace.__all__))\n\
                   with hpy.debug.LeakDetector() as detector: print(detector.generation > 0)\n\
                   print(hpy.trace.get_call_counts()['ctx_Add'], hpy.trace.get_frequency() > 0)";
    let expected = "['HPyDebugError', 'HPyLeakError', 'disable_handle_stack_traces', \
                    'set_handle_stack_trace_limit']\n\
                    ['get_call_counts', 'get_durations', 'get_frequency', 'set_trace_functions']\n\
                    True\n0 True\n";
    let directory = directory();
    assert_eq!(prints(directory.path(), program, &[]), expected);
    for mode in ["debug", "trace"] {
        let package = directory.path().join("hpy").join(mode);
        fs::create_dir_all(&package).unwrap();
        fs::write(
            package.join("__init__.py"),
            "raise SystemError('installed')",
        )
        .unwrap();
    }
    assert_eq!(prints(directory.path(), program, &[]), expected);
}

#[test]
fn programs_run_in_a_mode_as_they_do_without() {
    let directory = directory();
    let script = "import sys\n\
                  print(sys.argv, sys.path[0] != '', __name__, __file__)\n\
                  sys.exit(int(sys.argv[1]))";
    fs::write(directory.path().join("script.py"), script).unwrap();
    for mode in ["hpy.debug", "hpy.trace"] {
        let run = |arguments: &[&str]| {
            let all = [&["-m", mode], arguments].concat();
            let output = hpyvm(directory.path(), &all, &[]);
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (
                output.status.code(),
                text(&output.stdout),
                text(&output.stderr),
            )
        };
        for status in ["0", "5"] {
            let (code, out, err) = run(&["script.py", status, "--help"]);
            assert_eq!(code, status.parse().ok(), "{err}");
            let expected = format!("['script.py', '{status}', '--help'] True __main__ script.py\n");
            assert_eq!(out, expected);
            assert!(err.starts_with(&format!("{mode}: no ")), "{err}");
        }
        let (code, out, _) = run(&["-m", "script", "7"]);
        assert_eq!(code, Some(7));
        assert!(out.contains("/script.py', '7'] True __main__"), "{out}");
        let (code, _, err) = run(&["nowhere.py"]);
        assert_eq!(code, Some(2));
        assert!(err.contains("can't open file 'nowhere.py'"), "{err}");
        let (code, out, _) = run(&["--help"]);
        assert_eq!(code, Some(0));
        assert!(out.starts_with(&format!(
            "usage: hpyvm -m {mode} [options] (script | -m module | -c code)"
        )));
        let (code, _, err) = run(&[]);
        assert_eq!(code, Some(2));
        assert!(err.contains("required: program"), "{err}");
    }
}

#[test]
fn an_hpy_that_turns_up_later_is_found() {
    let directory = directory();
    let later = directory.path().join("later").join("hpy");
    fs::create_dir_all(&later).unwrap();
    fs::write(later.join("devel.py"), "NAME = __name__").unwrap();
    let program = "import sys, hpy.universal\n\
                   sys.path.append('later')\n\
                   import hpy.devel; print(hpy.devel.NAME)";
    assert_eq!(prints(directory.path(), program, &[]), "hpy.devel\n");
}

#[test]
fn a_broken_binary_is_an_import_error_and_not_the_end() {
    let directory = directory();
    for (name, contents) in [
        ("empty", &b""[..]),
        ("text", b"no library at all"),
        ("cut", b"\x7fELF\x02\x01\x01\0"),
    ] {
        fs::write(directory.path().join(format!("{name}.hpy0.so")), contents).unwrap();
        // The stub that the toolchain puts beside a binary is not in the way.
        let stub = format!("raise SystemError('the stub of {name}')");
        fs::write(directory.path().join(format!("{name}.py")), stub).unwrap();
    }
    let program = "for name in ['empty', 'text', 'cut']:\n    \
                       try: __import__(name)\n    \
                       except ImportError as error:\n        \
                           print(error.name, error.path.endswith(name + '.hpy0.so'))\n        \
                           assert error.path in str(error), error\n        \
                           assert isinstance(error, RuntimeError), error\n\
                   print('alive')";
    assert_eq!(
        prints(directory.path(), program, &[]),
        "empty True\ntext True\ncut True\nalive\n"
    );
}

#[test]
fn the_environment_chooses_a_mode() {
    let directory = directory();
    fs::write(directory.path().join("m.hpy0.so"), "").unwrap();
    let import = "try: import m\n\
                  except Exception as error: print(type(error).__name__, error)";
    for (mode, expected) in [
        ("debug", "LoadError HPy extension module 'm'"),
        ("n:debug,m:trace", "LoadError HPy extension module 'm'"),
        ("n:debug", "LoadError HPy extension module 'm'"),
        ("nonsense", "ValueError invalid HPy mode: nonsense"),
    ] {
        let text = prints(directory.path(), import, &[("HPY", mode)]);
        assert!(text.starts_with(expected), "HPY={mode}: {text}");
    }
    let text = prints(directory.path(), import, &[("HPY_LOG", "1")]);
    assert!(
        text.starts_with("Loading 'm' in HPy universal mode\n"),
        "{text}"
    );
}

#[test]
fn extensions_are_compiled_as_shared_libraries_need_it() {
    let directory = directory();
    let program = "import sysconfig\n\
                   print(*sysconfig.get_config_vars('CCSHARED', 'LDSHARED', 'LDCXXSHARED'), sep=',')";
    assert_eq!(
        prints(directory.path(), program, &[]),
        "-fPIC,cc -shared,c++ -shared\n"
    );
}
