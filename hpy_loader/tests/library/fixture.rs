//! Small shared libraries, compiled on the spot. They export the functions of
//! a universal module and nothing else, so no headers are needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use hpy_loader::library::{Library, LoadError};
use tempfile::TempDir;

/// A temporary folder with a C compiler.
pub struct Workshop(TempDir);

impl Workshop {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, file_name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(file_name)
    }

    pub fn file(&self, file_name: &str, contents: &[u8]) -> PathBuf {
        let path = self.path(file_name);
        std::fs::write(&path, contents).expect("write a file");
        path
    }

    /// Compiles `source` to a shared library.
    pub fn library(&self, file_name: &str, source: &str) -> PathBuf {
        self.library_with(file_name, source, &[])
    }

    pub fn library_with(&self, file_name: &str, source: &str, flags: &[&str]) -> PathBuf {
        let mut all = vec!["-shared", "-fPIC"];
        all.extend(flags);
        self.compile(file_name, source, &all)
    }

    pub fn compile(&self, file_name: &str, source: &str, flags: &[&str]) -> PathBuf {
        let output = self.path(file_name);
        let input = self.file(&format!("{file_name}.c"), source.as_bytes());
        // Libraries are looked through for what files before them lack.
        let (libraries, flags): (Vec<&str>, Vec<&str>) =
            flags.iter().partition(|flag| flag.starts_with("-l"));
        let result = Command::new(compiler())
            .args(["-O1", "-o"])
            .arg(&output)
            .args(flags)
            .arg(&input)
            .args(libraries)
            .output()
            .expect("run the C compiler");
        let errors = String::from_utf8_lossy(&result.stderr);
        assert!(result.status.success(), "{file_name}: {errors}");
        output
    }
}

/// A universal module in C, as much of it as loading looks at.
pub struct Module {
    pub name: &'static str,
    pub version: (u32, u32),
    /// The expression that the init function returns.
    pub definition: &'static str,
    /// More C, before the init function.
    pub more: &'static str,
}

impl Default for Module {
    fn default() -> Self {
        Self {
            name: "foo",
            version: (0, 0),
            definition: "&definition",
            more: "",
        }
    }
}

impl Module {
    pub fn source(&self) -> String {
        let Self {
            name, definition, ..
        } = self;
        let init = format!(
            "void *HPyInit_{name}(void) {{ context_at_init = context; return {definition}; }}\n"
        );
        self.source_without_init() + &init
    }

    pub fn source_without_init(&self) -> String {
        let Self {
            name,
            version: (major, minor),
            more,
            ..
        } = self;
        format!(
            r#"
            #include <stddef.h>
            #include <stdint.h>
            struct {{ const char *doc; ptrdiff_t size; void *rest[3]; }} definition = {{ "by a test" }};
            void *context, *context_at_init;
            uint32_t get_required_hpy_major_version_{name}(void) {{ return {major}; }}
            uint32_t get_required_hpy_minor_version_{name}(void) {{ return {minor}; }}
            void HPyInitGlobalContext_{name}(void *given) {{ context = given; }}
            {more}
            "#
        )
    }
}

/// A module with what an ordinary one has besides: initialisers, thread-local
/// data, more than a page of variables, and pointers to relocate.
pub const RICH: &str = r#"
    static __thread int calls = 3;
    static __thread char zeros[100];
    static char table[20000] = {1}, more[9000];
    static const char *const names[] = {"one", "two", "three"};
    const char *pick(int i) { return names[i % 3]; }
    __attribute__((constructor)) static void up(void) {
        table[10000] = ++calls;
        more[5000] = zeros[3] = 1;
    }
"#;

/// Whether the compiler can use this linker. Only the compiler knows: one that finds a
/// program `mold` may still look for `ld.mold` in folders of its own.
pub fn is_installed(linker: &str) -> bool {
    let result = Command::new(compiler())
        .args([&format!("-fuse-ld={linker}"), "-Wl,--version"])
        .output()
        .expect("run the C compiler");
    result.status.success()
}

fn compiler() -> OsString {
    std::env::var_os("CC").unwrap_or_else(|| "cc".into())
}

/// Opens a library that a test has made.
pub fn open(name: &str, path: &Path) -> Result<Library, LoadError> {
    // SAFETY: the tests compile what they open, and nobody writes into it. Of
    // damaged files only a few bytes are changed; what comes of it is the
    // question that those tests ask.
    unsafe { Library::open(name, path) }
}
