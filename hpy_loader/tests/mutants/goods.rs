//! The libraries that are damaged, and what in them.

use std::ops::Range;

use hpy_loader::library::inspect;
use object::{Object as _, ObjectSection as _};

use crate::fixture::{Module, RICH, Workshop, is_installed};

/// A library, and the parts that are not its code or data.
pub struct Good {
    pub name: String,
    pub image: Vec<u8>,
    pub regions: Vec<Region>,
}

/// A part of a file, made of entries of one size.
pub struct Region {
    pub name: String,
    pub range: Range<usize>,
    pub entry: usize,
}

/// More for the tables: symbols of all kinds, versions, pointers to relocate.
const SYMBOLS: &str = r#"
    double sin(double), floor(double);
    int printf(const char *, ...);
    __thread int exported_local = 4;
    int exported_number = 7;
    const char *weakly(int i) __attribute__((weak));
    const char *weakly(int i) { return pick(i + 1); }
    const char *(*functions[])(int) = {pick, weakly};
    double mathematics(double x) { return sin(x) + floor(x); }
    void say(void) { printf("%d\n", exported_number + exported_local); }
    __attribute__((destructor)) static void down(void) { more[7] = table[3]; }
"#;

/// What a module of C++ has besides.
const OBJECTS: &str = r#"
    #include <map>
    #include <string>
    #include <vector>
    thread_local std::vector<std::string> local{"a", "b"};
    inline int counter() { static std::string text("x"); return text.size(); }
    struct Base { virtual ~Base() {} virtual int get() { return counter(); } };
    template <class T> struct Holder : Base {
        static std::map<int, T> all;
        int get() override { return all.size() + local.size(); }
    };
    template <class T> std::map<int, T> Holder<T>::all{{1, T()}};
    template struct Holder<std::string>;
    int use() { try { throw std::string("x"); } catch (std::string &) { return 1; } }
"#;

/// What differs between compilers and linkers: options, and whether it is C++. Linkers that
/// are not installed are left out.
const SHAPES: &[(&str, bool)] = &[
    ("", false),
    ("-Wl,--hash-style=sysv -Wl,-z,now", false),
    (
        "-Wl,--hash-style=both -Wl,-z,pack-relative-relocs -s",
        false,
    ),
    ("-mtls-dialect=gnu2 -Wl,-z,noseparate-code", false),
    ("-Wl,--version-script=versions -fcf-protection", false),
    ("", true),
    ("-s -Wl,-z,now", true),
    ("-fuse-ld=gold", false),
    ("-fuse-ld=lld", false),
    ("-fuse-ld=lld", true),
    ("-fuse-ld=mold", false),
    ("-fuse-ld=mold", true),
];

const VERSIONS: &[u8] = b"FIRST { global: HPyInit_foo; HPyInitGlobalContext_foo; };\n\
    SECOND { global: get_required_hpy_*; pick; weakly; exported_*; } FIRST;\n";

pub fn build(workshop: &Workshop) -> Vec<Good> {
    workshop.file("versions", VERSIONS);
    let mut goods = Vec::new();
    for &(options, is_cpp) in SHAPES {
        let more = format!("{RICH}{SYMBOLS}");
        let source = match is_cpp {
            false => Module {
                more: more.leak(),
                ..Module::default()
            }
            .source(),
            true => format!(
                "extern \"C\" {{ {} }}\n{OBJECTS}",
                Module::default().source()
            ),
        };
        let name = format!("{}{options}", if is_cpp { "C++ " } else { "C " });
        let options = options.replace(
            "=versions",
            &format!("={}", workshop.path("versions").display()),
        );
        let mut flags = vec!["-shared", "-fPIC"];
        flags.extend(options.split_whitespace());
        if is_cpp {
            flags.extend(["-x", "c++", "-lstdc++"]);
        }
        let linker = options
            .split_whitespace()
            .find_map(|option| option.strip_prefix("-fuse-ld="));
        if linker.is_some_and(|linker| !is_installed(linker)) {
            println!("not installed, so left out: {name}");
            continue;
        }
        let path = workshop.compile(&format!("good{}.hpy0.so", goods.len()), &source, &flags);
        let image = std::fs::read(path).expect("read it");
        inspect("foo", &image).unwrap_or_else(|cause| panic!("{name}: {cause}"));
        let regions = regions(&image);
        goods.push(Good {
            name,
            image,
            regions,
        });
    }
    goods
}

/// Sections that describe the file, and the size of an entry.
const SECTIONS: &[(&str, usize)] = &[
    (".dynamic", 16),
    (".dynsym", 24),
    (".dynstr", 1),
    (".gnu.hash", 4),
    (".hash", 4),
    (".gnu.version", 2),
    (".gnu.version_r", 16),
    (".gnu.version_d", 4),
    (".rela.dyn", 24),
    (".rela.plt", 24),
    (".relr.dyn", 8),
    (".init_array", 8),
    (".fini_array", 8),
    (".got", 8),
    (".got.plt", 8),
    (".eh_frame_hdr", 4),
    (".note.gnu.property", 4),
    (".note.gnu.build-id", 4),
    (".shstrtab", 1),
];

fn regions(image: &[u8]) -> Vec<Region> {
    let word = |at: usize| u64::from_ne_bytes(image[at..at + 8].try_into().unwrap()) as usize;
    let half = |at: usize| usize::from(u16::from_ne_bytes([image[at], image[at + 1]]));
    let (segments, sections) = (word(32), word(40));
    let region = |name: &str, range, entry| Region {
        name: name.to_owned(),
        range,
        entry,
    };
    let mut regions = vec![
        region("ELF header", 0..64, 8),
        region("program headers", segments..segments + 56 * half(56), 56),
        region("section headers", sections..sections + 64 * half(60), 64),
    ];
    let file = object::File::parse(image).expect("an ELF file");
    for section in file.sections() {
        let known = SECTIONS
            .iter()
            .find(|(name, _)| Ok(*name) == section.name());
        if let (Some(&(name, entry)), Some((offset, size))) = (known, section.file_range()) {
            let (start, end) = (offset as usize, (offset + size) as usize);
            regions.push(region(name, start..end, entry));
        }
    }
    regions
}
