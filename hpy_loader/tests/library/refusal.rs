//! Files that do not open: each says why, and with which exception.

use std::error::Error as _;
use std::path::Path;

use hpy_loader::Library;
use hpy_loader::library::CApi;
use hpy_loader::library::ExceptionKind::{self, ImportError, RuntimeError, UnicodeEncodeError};

use crate::fixture::{Module, Workshop, open};

/// The whole text of the error, after the part that names module and file.
#[track_caller]
fn refused(name: &str, path: &Path, exception: ExceptionKind) -> String {
    let error = open(name, path).expect_err("it must not open");
    assert_eq!(error.name(), name);
    assert_eq!(error.path(), path);
    let text = error.to_string();
    assert_eq!(error.exception(), exception, "{text}");
    let leaf = name.rsplit('.').next().unwrap();
    let start = format!(
        "HPy extension module '{leaf}' at path '{}': ",
        path.display()
    );
    match text.strip_prefix(&start) {
        Some(reason) => reason.to_owned(),
        None => panic!("{text:?} does not begin with {start:?}"),
    }
}

#[test]
fn no_file() {
    let workshop = Workshop::new();
    let path = workshop.path("foo.hpy0.so");
    let reason = refused("foo", &path, RuntimeError);
    assert!(reason.starts_with("cannot open it: "), "{reason}");
    let error = open("foo", &path).unwrap_err();
    let source = error.source().and_then(|source| source.downcast_ref());
    let kind = source.map(std::io::Error::kind);
    assert_eq!(kind, Some(std::io::ErrorKind::NotFound));
}

#[test]
fn no_bytes() {
    let workshop = Workshop::new();
    let path = workshop.file("foo.hpy0.so", b"");
    assert_eq!(refused("foo", &path, RuntimeError), "the file is empty");
}

#[test]
fn a_folder() {
    let workshop = Workshop::new();
    let path = workshop.path("foo.hpy0.so");
    std::fs::create_dir(&path).expect("a folder");
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "it is a directory, not a regular file"
    );
}

#[test]
fn another_module() {
    let workshop = Workshop::new();
    let module = Module {
        name: "bar",
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    assert_eq!(
        refused("pkg.foo", &path, RuntimeError),
        "it does not define HPyInit_foo, it defines HPyInit_bar"
    );
}

#[test]
fn a_name_that_is_not_ascii() {
    let workshop = Workshop::new();
    let path = workshop.library("foo.hpy0.so", &Module::default().source());
    assert_eq!(
        refused("pkg.naïve", &path, UnicodeEncodeError),
        "the module name 'naïve' is not ASCII (characters 2 to 3)"
    );
}

#[test]
fn nothing_of_a_library_runs_that_is_no_module() {
    let workshop = Workshop::new();
    let trace = workshop.path("trace");
    let source = format!(
        "#include <stdio.h>\n\
         __attribute__((constructor)) static void up(void) {{ fclose(fopen({trace:?}, \"w\")); }}"
    );
    let path = workshop.library("foo.hpy0.so", &source);
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "it does not define HPyInit_foo"
    );
    assert!(!trace.exists(), "its initialiser has run");
    // The same library does leave the trace when it is loaded.
    // SAFETY: it is the one above.
    let library = unsafe { libloading::Library::new(&path) };
    assert!(library.is_ok() && trace.exists());
}

#[test]
fn some_functions_missing() {
    let workshop = Workshop::new();
    let source = Module::default().source_without_init();
    let path = workshop.library("foo.hpy0.so", &source);
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "it does not define HPyInit_foo"
    );

    let source = Module::default().source();
    for missing in [
        "get_required_hpy_major_version_foo",
        "get_required_hpy_minor_version_foo",
        "HPyInitGlobalContext_foo",
    ] {
        let source = source.replace(missing, "something_else");
        let path = workshop.library(&format!("{missing}.hpy0.so"), &source);
        assert_eq!(
            refused("foo", &path, RuntimeError),
            format!("it defines HPyInit_foo but not {missing}; HPy_MODINIT defines both")
        );
    }
}

#[test]
fn functions_that_are_hidden_or_none() {
    let workshop = Workshop::new();
    let source = Module::default().source();
    let path = workshop.library_with("hidden.hpy0.so", &source, &["-fvisibility=hidden"]);
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "it does not define HPyInit_foo"
    );
    let source = Module::default().source_without_init() + "int HPyInit_foo = 7;";
    let path = workshop.library("data.hpy0.so", &source);
    assert_eq!(
        refused("foo", &path, ImportError),
        "damaged: its HPyInit_foo is not a function"
    );
}

#[test]
fn another_version() {
    let workshop = Workshop::new();
    for (version, text) in [((999, 0), "999.0"), ((0, 3), "0.3")] {
        let module = Module {
            version,
            ..Module::default()
        };
        let path = workshop.library(&format!("{text}.hpy0.so"), &module.source());
        let error = open("pkg.foo", &path).expect_err("it must not open");
        assert_eq!(
            error.to_string(),
            format!(
                "HPy extension module 'foo' requires unsupported version of the HPy runtime. \
                 Requested version: {text}. Current HPy version: 0.0."
            )
        );
        assert_eq!(error.exception(), RuntimeError);
        assert_eq!(error.path(), path);
    }
}

#[test]
fn another_tag() {
    let workshop = Workshop::new();
    let source = Module::default().source();
    let path = workshop.library("foo.hpy999.so", &source);
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "mismatch between the HPy ABI tag encoded in the filename and the major version \
         requested by the HPy extension itself. Major version tag parsed from filename: 999. \
         Requested version: 0.0."
    );
    for name in ["foo.so", "foo.hpy.so", "foo.hpy-0.so"] {
        let path = workshop.library(name, &source);
        assert_eq!(
            refused("foo", &path, RuntimeError),
            "could not find HPy ABI tag encoded in the filename. The extension claims to be \
             compiled with HPy ABI version: 0.0.",
            "{name}"
        );
    }
}

#[test]
fn no_definition() {
    let workshop = Workshop::new();
    let module = Module {
        definition: "NULL",
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    let library = open("foo", &path).expect("it opens");
    // SAFETY: the fixture's init function returns nothing at all.
    let error = unsafe { library.init() }.expect_err("no definition");
    assert_eq!(error.exception(), RuntimeError);
    assert_eq!(
        error.to_string(),
        format!(
            "HPy extension module 'foo' at path '{}': HPyInit_foo returned NULL",
            path.display()
        )
    );
}

#[test]
fn a_cpython_extension() {
    let workshop = Workshop::new();
    let imports = "extern void *PyModuleDef_Init(void *);";
    for (index, init) in ["PyInit_foo", "PyInit_bar"].into_iter().enumerate() {
        let source = format!("{imports} void *{init}(void) {{ return PyModuleDef_Init(0); }}");
        let path = workshop.library(&format!("foo{index}.hpy0.so"), &source);
        assert_eq!(
            refused("foo", &path, RuntimeError),
            format!(
                "a CPython-ABI extension (it defines {init}), not an HPy universal one, and only \
                 CPython can run it; port it to HPy and build it with --hpy-abi=universal"
            )
        );
    }
}

/// Imports two things of CPython's.
const USES_CPYTHON: &str = r"
    extern void *PyLong_FromLong(long);
    extern int _Py_NoneStruct;
    void *one(void) { return _Py_NoneStruct ? PyLong_FromLong(1) : 0; }
";

#[test]
fn a_hybrid_extension() {
    let workshop = Workshop::new();
    let module = Module {
        more: USES_CPYTHON,
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    let reason = refused("foo", &path, ImportError);
    assert!(
        reason
            .starts_with("a hybrid-ABI extension, not a universal one: it uses CPython's C API (")
            && reason.ends_with(" ... 2 symbols)"),
        "{reason}"
    );

    // Macros of CPython leave no symbols behind, so the name counts as well.
    let path = workshop.library("foo.hpy0-cp312.so", &Module::default().source());
    assert_eq!(
        refused("foo", &path, ImportError),
        "a hybrid-ABI extension for cp312: part HPy and part CPython's C API, which is not to be \
         had, since this VM's objects look different from CPython's; port the rest of it to HPy and build \
         it with --hpy-abi=universal"
    );
}

#[test]
fn a_hybrid_extension_for_a_vm_that_runs_some() {
    const C_API: CApi = CApi::Present(&["_Py_NoneStruct"]);
    let open = |path: &Path| {
        // SAFETY: the library is of this test.
        let opened = unsafe { Library::open_for("foo", path, C_API) };
        opened.map(|library| library.is_hybrid()).map_err(|error| {
            assert_eq!(error.exception(), ImportError);
            error.cause().to_string()
        })
    };
    let workshop = Workshop::new();
    let plain = Module::default().source();
    assert_eq!(open(&workshop.library("foo.hpy0.so", &plain)), Ok(false));
    assert_eq!(
        open(&workshop.library("foo.hpy0-cp311.so", &plain)),
        Ok(true)
    );
    assert_eq!(
        open(&workshop.library("foo.hpy0-cp312.so", &plain)).unwrap_err(),
        "a hybrid-ABI extension for cp312: part of it is compiled for the objects of that \
         interpreter, and those here are as cp311 has them; build it with CPython 3.11, or port the \
         rest of it to HPy and build it with --hpy-abi=universal"
    );
    let module = Module {
        more: USES_CPYTHON,
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0-cp311.so", &module.source());
    assert_eq!(
        open(&path).unwrap_err(),
        "a hybrid-ABI extension that uses what is missing here of CPython's C API: \
         PyLong_FromLong; port what uses it to HPy"
    );
}

#[test]
fn what_the_system_refuses_is_passed_on() {
    let workshop = Workshop::new();
    let module = Module {
        more: "void nowhere_to_be_found(void); void use(void) { nowhere_to_be_found(); }",
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    let reason = refused("foo", &path, RuntimeError);
    assert!(
        reason.starts_with("the system cannot load it: ") && reason.contains("nowhere_to_be_found"),
        "{reason}"
    );
    let error = open("foo", &path).unwrap_err();
    let source = error.source().expect("a source");
    assert!(source.is::<libloading::Error>(), "{source:?}");
}

#[test]
fn what_is_no_regular_file_holds_nobody_up() {
    let workshop = Workshop::new();
    let fifo = workshop.path("foo.hpy0.so");
    let status = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(status.is_ok_and(|status| status.success()));
    assert_eq!(
        refused("foo", &fifo, RuntimeError),
        "it is a FIFO, not a regular file"
    );
    assert_eq!(
        refused("foo", Path::new("/dev/zero"), RuntimeError),
        "it is a device, not a regular file"
    );
    let path = workshop.path("socket.hpy0.so");
    let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    assert_eq!(
        refused("foo", &path, RuntimeError),
        "it is a socket, not a regular file"
    );
}
