//! What is loaded is what was checked, and goes by its own path.

use std::ffi::{CStr, OsStr, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use hpy_loader::library::{Cause, Library};

use crate::fixture::{Module, Workshop, open};

/// The file that the dynamic linker names for a library's code.
fn file_of(library: &Library) -> PathBuf {
    // SAFETY: any address may be asked for; the name is a C string of the linker's.
    unsafe {
        let definition: *const c_void = library.init().expect("a definition").as_ptr().cast();
        let mut info: libc::Dl_info = std::mem::zeroed();
        assert_ne!(libc::dladdr(definition, &raw mut info), 0);
        let name = CStr::from_ptr(info.dli_fname);
        OsStr::from_bytes(name.to_bytes()).into()
    }
}

/// The files that the dynamic linker names for everybody.
fn loaded_files() -> Vec<PathBuf> {
    unsafe extern "C" fn note(
        info: *mut libc::dl_phdr_info,
        _: usize,
        files: *mut c_void,
    ) -> libc::c_int {
        // SAFETY: the linker's description, and the list from below.
        unsafe {
            let name = CStr::from_ptr((*info).dlpi_name);
            let files = &mut *files.cast::<Vec<PathBuf>>();
            files.push(OsStr::from_bytes(name.to_bytes()).into());
        }
        0
    }
    let mut files: Vec<PathBuf> = Vec::new();
    // SAFETY: the callback gets the list, which outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut files).cast()) };
    files
}

fn doc(library: &Library) -> &'static CStr {
    // SAFETY: the fixture's definition has a doc, and lives as the library does.
    unsafe { CStr::from_ptr(library.init().expect("a definition").as_ref().doc) }
}

/// A module that differs from the others in what its definition says.
fn library_saying(workshop: &Workshop, file_name: &str, words: &str) -> PathBuf {
    let source = Module::default().source().replace("by a test", words);
    workshop.library(file_name, &source)
}

#[test]
fn a_library_goes_by_its_own_path() {
    let workshop = Workshop::new();
    let path = workshop.library("foo.hpy0.so", &Module::default().source());
    let library = open("foo", &path).expect("it opens");
    assert_eq!(file_of(&library), path);
    let files = loaded_files();
    assert!(files.contains(&path), "{files:?}");
    let is_number = |file: &PathBuf| file.starts_with("/proc");
    assert!(!files.iter().any(is_number), "{files:?}");
}

/// Each is loaded by the number of an open file, and the numbers are the same.
#[test]
fn every_file_is_a_library_of_its_own() {
    let workshop = Workshop::new();
    for index in 0..20 {
        let words = format!("number {index}");
        let path = library_saying(&workshop, &format!("foo{index}.hpy0.so"), &words);
        let library = open("foo", &path).expect("it opens");
        assert_eq!(doc(&library).to_str(), Ok(words.as_str()));
        assert_eq!(file_of(&library), path);
    }
}

#[test]
fn another_file_of_the_same_path_is_another_library() {
    let workshop = Workshop::new();
    let path = library_saying(&workshop, "foo.hpy0.so", "the first");
    let first = open("foo", &path).expect("it opens");
    std::fs::rename(
        library_saying(&workshop, "other.hpy0.so", "the second"),
        &path,
    )
    .unwrap();
    let second = open("foo", &path).expect("it opens");
    assert_eq!((doc(&first), doc(&second)), (c"the first", c"the second"));
    // By whatever name it is opened again.
    let link = workshop.path("link.hpy0.so");
    std::fs::hard_link(&path, &link).expect("a second name");
    let again = open("foo", &link).expect("it opens");
    // SAFETY: the fixture's init function returns an address.
    unsafe { assert_eq!(second.init().unwrap(), again.init().unwrap()) };
}

/// The initialiser keeps what it is told, as libraries do that look for files beside theirs.
#[test]
fn initialisers_see_the_path() {
    let workshop = Workshop::new();
    let module = Module {
        more: r#"
            typedef struct { const char *file; void *base; const char *name; void *at; } Info;
            int dladdr(const void *, Info *);
            char *strdup(const char *);
            __attribute__((constructor)) static void up(void) {
                Info info;
                if (dladdr(&definition, &info)) { definition.doc = strdup(info.file); }
            }
        "#,
        ..Module::default()
    };
    let path = workshop.library("foo.hpy0.so", &module.source());
    let library = open("foo", &path).expect("it opens");
    assert_eq!(doc(&library).to_bytes(), path.as_os_str().as_bytes());
}

#[test]
fn libraries_beside_the_file_are_found() {
    let workshop = Workshop::new();
    let module = Module {
        more: "int helper(void); int use(void) { return helper(); }",
        ..Module::default()
    };
    for (folder, tags) in [
        ("one", "--enable-new-dtags"),
        ("two", "--disable-new-dtags"),
    ] {
        std::fs::create_dir(workshop.path(folder)).expect("a folder");
        let helper = workshop.library_with(
            &format!("{folder}/lib{folder}.so"),
            "int helper(void) { return 7; }",
            &[&format!("-Wl,-soname,lib{folder}.so")],
        );
        let flags = [
            "-Wl,-rpath,$ORIGIN",
            &format!("-Wl,{tags}"),
            helper.to_str().expect("a temporary path is text"),
        ];
        // Before the sources, which need it.
        let flags = ["-Wl,--no-as-needed"].into_iter().chain(flags);
        let flags: Vec<&str> = flags.collect();
        let path =
            workshop.library_with(&format!("{folder}/foo.hpy0.so"), &module.source(), &flags);
        let library = open("foo", &path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file_of(&library), path);
    }
}

#[test]
fn opening_leaves_no_descriptor_open() {
    let workshop = Workshop::new();
    let open_here = || {
        let descriptors = std::fs::read_dir("/proc/self/fd").expect("descriptors");
        let targets = descriptors.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
        targets
            .filter(|file| file.starts_with(workshop.path("")))
            .count()
    };
    let good = workshop.library("foo.hpy0.so", &Module::default().source());
    let bad = workshop.file("bad.hpy0.so", b"nothing");
    open("foo", &good).expect("it opens");
    open("bad", &bad).expect_err("it does not open");
    assert_eq!(open_here(), 0);
}

/// Its own initialiser writes into it.
#[test]
fn a_file_that_is_written_to_meanwhile_is_refused() {
    let workshop = Workshop::new();
    let path = workshop.path("foo.hpy0.so");
    let more = format!(
        "#include <stdio.h>\n\
         __attribute__((constructor)) static void up(void) {{\n\
             FILE *file = fopen({path:?}, \"a\"); fputs(\"more\", file); fclose(file); }}"
    );
    let module = Module {
        more: more.leak(),
        ..Module::default()
    };
    workshop.library("foo.hpy0.so", &module.source());
    let error = open("foo", &path).expect_err("it must not open");
    assert!(matches!(error.cause(), Cause::Changed), "{error}");
}

/// A thread puts good and damaged files in one place by turns. Each import has one or the
/// other: a library that works, or an error that names the damage.
#[test]
fn a_file_that_is_replaced_meanwhile_is_the_old_one_or_the_new() {
    let workshop = Workshop::new();
    let path = workshop.path("foo.hpy0.so");
    let good = workshop.library("good.so", &Module::default().source());
    let good = std::fs::read(good).expect("read it");
    // The system's loader dies of this one.
    let damaged = damaged(&good);
    std::fs::write(&path, &good).expect("write it");
    let is_over = AtomicBool::new(false);
    let (mut opened, mut refused, mut wrong) = (0, 0, None);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let next = workshop.path("next");
            for image in [&damaged, &good].into_iter().cycle() {
                std::fs::write(&next, image).expect("write it");
                std::fs::rename(&next, &path).expect("put it there");
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        // Refusing is faster, so there are more of those.
        for _ in 0..20_000 {
            if wrong.is_some() || (opened >= 40 && refused >= 40) {
                break;
            }
            // Not asserted here, where the other thread would wait for the end.
            match open("foo", &path) {
                Ok(library) if doc(&library) == c"by a test" => opened += 1,
                Ok(_) => wrong = Some("a strange library".to_owned()),
                Err(error) if matches!(error.cause(), Cause::Damaged(_)) => refused += 1,
                Err(error) => wrong = Some(error.to_string()),
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(wrong, None);
    assert!(
        opened >= 40 && refused >= 40,
        "{opened} opened, {refused} refused"
    );
}

/// With relocations that lead nowhere.
fn damaged(good: &[u8]) -> Vec<u8> {
    use object::{Object as _, ObjectSection as _};
    let file = object::File::parse(good).expect("an ELF file");
    let section = file.section_by_name(".rela.dyn").expect("relocations");
    let (offset, size) = section.file_range().expect("in the file");
    let mut image = good.to_vec();
    image[offset as usize..(offset + size) as usize].fill(0x41);
    image
}
