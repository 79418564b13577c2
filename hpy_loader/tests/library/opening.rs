//! Files that open.

use std::ffi::{CStr, c_void};
use std::path::Path;

use hpy_loader::library::Library;

use crate::fixture::{Module, RICH, Workshop, is_installed, open};

/// Reads a pointer variable of a library that is open already.
fn variable(path: &Path, name: &str) -> *mut c_void {
    // SAFETY: opening it again runs nothing, and the variable has this type.
    unsafe {
        let library = libloading::Library::new(path).expect("it is loaded");
        **library.get::<*mut *mut c_void>(name).expect("the variable")
    }
}

fn doc(library: &Library) -> &'static CStr {
    // SAFETY: the fixture's definition has a doc, and lives as the library does.
    unsafe {
        let definition = library.init().expect("a definition");
        CStr::from_ptr(definition.as_ref().doc)
    }
}

#[test]
fn a_module_opens_and_initialises() {
    let workshop = Workshop::new();
    let path = workshop.library("foo.hpy0.so", &Module::default().source());
    let library = open("foo", &path).expect("it opens");
    assert_eq!(library.name(), "foo");
    assert_eq!(library.path(), path);
    assert_eq!(library.required_version(), (0, 0));
    assert!(variable(&path, "context").is_null());

    let context = 0x1230 as *mut c_void;
    // SAFETY: the fixture only keeps the pointer.
    unsafe { library.init_global_context(context.cast()) };
    assert_eq!(doc(&library), c"by a test");
    assert_eq!(variable(&path, "context_at_init"), context);
}

#[test]
fn the_leaf_of_the_name_counts() {
    let workshop = Workshop::new();
    let module = Module {
        name: "_core_2",
        ..Module::default()
    };
    let path = workshop.library("whatever.hpy0.so", &module.source());
    for name in ["_core_2", "pkg._core_2", "pkg.sub._core-2"] {
        let library = open(name, &path).expect(name);
        assert_eq!(library.name(), name);
        assert_eq!(doc(&library), c"by a test");
    }
}

/// It loads on CPython, which is linked with the library of mathematics itself.
#[test]
fn a_module_that_forgets_to_link_the_mathematics_opens() {
    let workshop = Workshop::new();
    let module = Module {
        more: "double sin(double); double cos(double);\n\
               double both(double x) { return sin(x) + cos(x); }\n",
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    open("foo", &path).expect("it opens");
}

#[test]
fn the_same_path_twice_is_the_same_library() {
    let workshop = Workshop::new();
    let path = workshop.library("foo.hpy0.so", &Module::default().source());
    let first = open("foo", &path).expect("once");
    let second = open("foo", &path).expect("twice");
    // SAFETY: the fixture's init function returns an address.
    let definitions = unsafe { (first.init().unwrap(), second.init().unwrap()) };
    assert_eq!(definitions.0, definitions.1);
}

#[test]
fn a_dropped_library_stays_loaded() {
    let workshop = Workshop::new();
    let path = workshop.library("foo.hpy0.so", &Module::default().source());
    let library = open("foo", &path).expect("it opens");
    let doc = doc(&library);
    drop(library);
    assert_eq!(doc, c"by a test");
}

/// Without a slash in it, `dlopen` would look for the name in the system's
/// folders.
#[test]
fn a_bare_file_name_is_meant_in_the_current_folder() {
    let workshop = Workshop::new();
    workshop.library("foo.hpy0.so", &Module::default().source());
    // The other tests use absolute paths.
    std::env::set_current_dir(workshop.path("")).expect("change the folder");
    let library = open("foo", Path::new("foo.hpy0.so")).expect("it opens");
    assert_eq!(library.path(), Path::new("foo.hpy0.so"));
    std::env::set_current_dir("/").expect("change the folder");
}

#[test]
fn the_name_of_a_folder_is_no_tag() {
    let workshop = Workshop::new();
    std::fs::create_dir(workshop.path(".hpy7")).expect("a folder");
    let path = workshop.library(".hpy7/foo.hpy0.so", &Module::default().source());
    open("foo", &path).expect("it opens");
}

#[test]
fn a_weak_import_from_cpython_does_no_harm() {
    let workshop = Workshop::new();
    let module = Module {
        more: r"
            extern void Py_AtExit(void) __attribute__((weak));
            int embedded(void) { return &Py_AtExit != 0; }
        ",
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    open("foo", &path).expect("it opens");
}

/// What linkers and strippers do differently. Of the linkers, those that are installed.
#[cfg(target_os = "linux")]
#[test]
fn every_usual_shape_of_a_library_opens() {
    let workshop = Workshop::new();
    let module = Module {
        more: RICH,
        ..Module::default()
    };
    let for_each_linker = [
        &[] as &[&str],
        &["-s"],
        &["-g"],
        &["-Wl,-z,now"],
        &["-Wl,-z,norelro"],
        &["-Wl,--hash-style=sysv"],
        &["-Wl,--hash-style=gnu"],
        &["-Wl,--hash-style=both"],
        &["-nostartfiles"],
        &["-Wl,-z,max-page-size=65536"],
        &["-Wl,--no-eh-frame-hdr"],
        &["-fno-asynchronous-unwind-tables"],
        &["-Wl,-Bsymbolic"],
        &["-Wl,--build-id=none"],
        &["-Wl,-soname,libfoo.so"],
        &["-Wl,-z,nodelete"],
        &["-ffunction-sections", "-Wl,--gc-sections"],
    ];
    // Options that the others do not have.
    let for_gnu = [
        &["-Wl,-z,noseparate-code"] as &[&str],
        &["-Wl,-z,pack-relative-relocs"],
        &["-Wl,-z,nocombreloc"],
    ];
    let linkers = ["bfd", "gold", "lld", "mold"];
    let linkers = linkers.into_iter().filter(|linker| is_installed(linker));
    let linkers: Vec<String> = linkers.map(|linker| format!("-fuse-ld={linker}")).collect();
    let each = linkers.iter().flat_map(|linker| {
        let with_linker = move |flags: &&[&'static str]| [&[linker.as_str()], *flags].concat();
        for_each_linker.iter().map(with_linker)
    });
    let all = each.chain(for_gnu.map(<[_]>::to_vec));
    for (index, flags) in all.enumerate() {
        let path = workshop.library_with(&format!("foo{index}.hpy0.so"), &module.source(), &flags);
        let library = open("foo", &path).unwrap_or_else(|error| panic!("{flags:?}: {error}"));
        assert_eq!(doc(&library), c"by a test", "{flags:?}");
    }
}

/// Functions that are chosen when the library is loaded, thread-local data of all models,
/// symbols with versions.
#[cfg(target_os = "linux")]
#[test]
fn every_kind_of_symbol_opens() {
    let workshop = Workshop::new();
    let versions = workshop.file(
        "versions",
        b"ONE { global: HPy*; get*; }; TWO { local: up; } ONE;",
    );
    let versions = format!("-Wl,--version-script={}", versions.display());
    let module = Module {
        more: r#"
            static int one(void) { return 1; }
            static void *resolve(void) { return one; }
            int chosen(void) __attribute__((ifunc("resolve")));
            static int chosen_here(void) __attribute__((ifunc("resolve")));
            __thread int shared = 5;
            static __thread int own = 6;
            __thread int quick __attribute__((tls_model("initial-exec"))) = 7;
            extern int absent(void) __attribute__((weak));
            int sum;
            __attribute__((constructor)) static void up(void) {
                sum = chosen() + chosen_here() + shared + own + quick + (absent ? absent() : 0);
            }
        "#,
        ..Module::default()
    };
    for (index, flags) in [
        &[] as &[&str],
        &["-Wl,-z,now"],
        &[versions.as_str()],
        &["-mtls-dialect=gnu2"],
    ]
    .into_iter()
    .enumerate()
    {
        // For other machines the dialect has another name, and is the usual one.
        if !cfg!(target_arch = "x86_64") && flags.contains(&"-mtls-dialect=gnu2") {
            continue;
        }
        let path = workshop.library_with(&format!("foo{index}.hpy0.so"), &module.source(), flags);
        open("foo", &path).unwrap_or_else(|error| panic!("{flags:?}: {error}"));
    }
}

/// The section headers are for linkers and debuggers; some tools remove them.
#[cfg(target_os = "linux")]
#[test]
fn a_library_without_section_headers_opens() {
    let workshop = Workshop::new();
    let path = workshop.library("whole.hpy0.so", &Module::default().source());
    let mut image = std::fs::read(path).expect("read it");
    let table = u64::from_ne_bytes(image[40..48].try_into().unwrap()) as usize;
    image.truncate(table);
    image[40..48].fill(0);
    image[60..64].fill(0);
    let path = workshop.file("foo.hpy0.so", &image);
    let library = open("foo", &path).expect("it opens");
    assert_eq!(doc(&library), c"by a test");
}
