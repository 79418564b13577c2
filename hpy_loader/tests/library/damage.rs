//! Files that are not ELF, not for us, not whole or not as the linker left
//! them. None may end the process.

use std::ops::Range;
use std::sync::LazyLock;

use hpy_loader::library::{Cause, ExceptionKind, inspect};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::fixture::{Module, RICH, Workshop, open};

/// The bytes of a module that opens.
static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let module = Module {
        more: RICH,
        ..Module::default()
    };
    let workshop = Workshop::new();
    let path = workshop.library("good.hpy0.so", &module.source());
    let image = std::fs::read(path).expect("read it");
    inspect("foo", &image).expect("it is good");
    image
});

fn patched(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut image = GOOD.clone();
    image[offset..offset + bytes.len()].copy_from_slice(bytes);
    image
}

/// The reason, which is the same for the bytes and for a file.
#[track_caller]
fn refused(image: &[u8]) -> (String, ExceptionKind) {
    let cause = inspect("foo", image).expect_err("it must not pass");
    let workshop = Workshop::new();
    let path = workshop.file("foo.hpy0.so", image);
    let error = open("foo", &path).expect_err("it must not open");
    let reason = cause.to_string();
    assert!(error.to_string().ends_with(&reason), "{error}; {reason}");
    assert_eq!(error.exception(), cause.exception());
    (reason, cause.exception())
}

#[test]
fn other_kinds_of_files_are_recognised() {
    let cases: [(&[u8], &str); 8] = [
        (
            b"just a text",
            "not an ELF file: it begins with \"just a text\"",
        ),
        (&[0; 5000], "not an ELF file: it begins with zeros"),
        (
            b"\xff\xd8\n",
            "not an ELF file: it begins with \"\\xff\\xd8\\n\"",
        ),
        (
            b"MZ\x90\0",
            "not an ELF file: it looks like a Windows library or program",
        ),
        (b"#!/bin/sh\n", "not an ELF file: it looks like a script"),
        (
            b"!<arch>\nfoo.o/",
            "not an ELF file: it looks like a static library",
        ),
        (
            b"\x7fE",
            "truncated: the file has 2 bytes, its ELF header needs 64",
        ),
        (
            b"\x7fELF\x02\x01\x01",
            "truncated: the file has 7 bytes, its ELF header needs 64",
        ),
    ];
    for (image, reason) in cases {
        let (refusal, exception) = refused(image);
        assert_eq!(refusal, reason);
        assert_eq!(exception, ExceptionKind::RuntimeError);
    }
}

#[test]
fn libraries_for_other_machines_are_recognised() {
    let ours = match std::env::consts::ARCH {
        "x86_64" => "64-bit x86-64",
        "aarch64" => "64-bit AArch64",
        other => panic!("teach this test about {other}"),
    };
    for (offset, bytes, built_for) in [
        (18, &21_u16.to_ne_bytes() as &[u8], "64-bit PowerPC"),
        (18, &243_u16.to_ne_bytes(), "64-bit RISC-V"),
        (18, &4711_u16.to_ne_bytes(), "64-bit machine 4711"),
        (4, &[1], &ours.replace("64-bit", "32-bit")),
        (4, &[9], &ours.replace("64-bit", "(ELF class 9)")),
    ] {
        let (reason, exception) = refused(&patched(offset, bytes));
        assert_eq!(
            reason,
            format!("built for {built_for}, but this process is {ours}")
        );
        assert_eq!(exception, ExceptionKind::RuntimeError);
    }
    let mut big_endian = patched(5, &[2]);
    big_endian[18..20].reverse();
    let (reason, _) = refused(&big_endian);
    let theirs = ours.replace("64-bit", "64-bit big-endian");
    assert!(
        reason.starts_with(&format!("built for {theirs}, but")),
        "{reason}"
    );
}

#[test]
fn what_is_no_shared_library_is_recognised() {
    let workshop = Workshop::new();
    let source = Module::default().source();
    for (name, flags, what) in [
        ("object.hpy0.so", &["-c"] as &[&str], "an object file"),
        (
            "program.hpy0.so",
            &["-no-pie", "-Dmain=x", "-Wl,-e,0", "-nostdlib"],
            "a program",
        ),
    ] {
        let image = std::fs::read(workshop.compile(name, &source, flags)).expect("read it");
        let (reason, exception) = refused(&image);
        assert_eq!(reason, format!("not a shared library but {what}"));
        assert_eq!(exception, ExceptionKind::RuntimeError);
    }
    let (reason, _) = refused(&patched(16, &4_u16.to_ne_bytes()));
    assert_eq!(reason, "not a shared library but a core dump");
}

/// Mapped by `dlopen`, most of these end the process with SIGBUS.
#[test]
fn a_truncated_file_never_reaches_the_system() {
    for len in (512..GOOD.len()).step_by(512) {
        let (reason, _) = refused(&GOOD[..len]);
        let start = format!("truncated: the file has {}", grouped(len));
        assert!(reason.starts_with(&start), "{len}: {reason}");
    }
    for len in 1..GOOD.len() {
        let cause = inspect("foo", &GOOD[..len]).expect_err("it must not pass");
        assert!(
            matches!(cause, Cause::Truncated { .. } | Cause::HeaderCut { .. }),
            "{len}: {cause}"
        );
    }
}

fn grouped(number: usize) -> String {
    match number {
        0..1000 => format!("{number} bytes, "),
        _ => format!("{},{:03} bytes, ", number / 1000, number % 1000),
    }
}

#[test]
fn a_truncated_file_says_what_it_lacks() {
    let segment = loadable_segments().last().copied().expect("segments");
    let end = segment.offset + segment.file_size;
    let image = &GOOD[..end as usize - 1];
    let (reason, exception) = refused(image);
    assert_eq!(
        reason,
        format!(
            "truncated: the file has {}its loadable segment (program header {}) needs {},{:03}",
            grouped(image.len()),
            segment.index,
            end / 1000,
            end % 1000
        )
    );
    assert_eq!(exception, ExceptionKind::ImportError);

    let image = &GOOD[..GOOD.len() - 1];
    let (reason, exception) = refused(image);
    let whole = grouped(GOOD.len()).replace(" bytes, ", "");
    assert_eq!(
        reason,
        format!(
            "truncated: the file has {}its table of sections needs {whole}",
            grouped(image.len())
        )
    );
    assert_eq!(exception, ExceptionKind::ImportError);
}

#[derive(Clone, Copy)]
struct Loadable {
    index: usize,
    offset: u64,
    file_size: u64,
}

fn loadable_segments() -> Vec<Loadable> {
    let field = |index: usize, at: usize| {
        let start = 64 + 56 * index + at;
        u64::from_ne_bytes(GOOD[start..start + 8].try_into().unwrap())
    };
    (0..program_headers())
        .filter(|&index| field(index, 0) as u32 == 1)
        .map(|index| Loadable {
            index,
            offset: field(index, 8),
            file_size: field(index, 32),
        })
        .collect()
}

fn program_headers() -> usize {
    usize::from(u16::from_ne_bytes([GOOD[56], GOOD[57]]))
}

/// The ELF header and the program headers.
fn headers() -> usize {
    64 + 56 * program_headers()
}

/// Opens and initialises it, or not: either is fine, as long as we come back.
fn survives(image: &[u8]) {
    // A path of its own: the system would take a path that it has loaded before
    // for the same library.
    let workshop = Workshop::new();
    let path = workshop.file("foo.hpy0.so", image);
    if let Ok(library) = open("foo", &path) {
        // SAFETY: the fixture keeps the pointer and returns an address.
        unsafe {
            library.init_global_context(std::ptr::dangling_mut());
            let _ = library.init();
        }
    }
}

/// One to four bytes somewhere in a range: a bit flipped, or any value.
fn damage(range: Range<usize>) -> impl Strategy<Value = Vec<(usize, u8)>> {
    let change = prop_oneof![(0..8_u8).prop_map(|bit| 1 << bit), 1..=255_u8];
    prop::collection::vec((range, change), 1..=4)
}

fn damaged(changes: &[(usize, u8)]) -> Vec<u8> {
    let mut image = GOOD.clone();
    for &(offset, change) in changes {
        image[offset] ^= change;
    }
    image
}

/// A field of a table, and what is said if it has another value.
struct Field {
    section: &'static str,
    /// Where in the section.
    at: usize,
    value: &'static [u8],
    reason: &'static str,
}

const fn field(
    section: &'static str,
    at: usize,
    value: &'static [u8],
    reason: &'static str,
) -> Field {
    Field {
        section,
        at,
        value,
        reason,
    }
}

/// The system's loader survives none of these.
#[test]
fn each_entry_of_a_table_is_looked_at() {
    use object::{Object as _, ObjectSection as _};

    const FAR: &[u8] = &[0xff; 8];
    const ODD: &[u8] = &[3, 0, 0, 0];
    let workshop = Workshop::new();
    let more = format!("{RICH}\nint puts(const char *); void say(void) {{ puts(pick(1)); }}");
    let module = Module {
        more: more.leak(),
        ..Module::default()
    };
    let flags = ["-Wl,--hash-style=both", "-Wl,-z,lazy"];
    let path = workshop.library_with("good.hpy0.so", &module.source(), &flags);
    let good = std::fs::read(path).expect("read it");
    let fields = [
        field(
            ".dynsym",
            24,
            FAR,
            "the name of a symbol lies outside its strings",
        ),
        // Its first entry names a library that it needs.
        field(
            ".dynamic",
            0,
            &[0xff, 0xff, 0xff, 0x7f],
            "it stands in for another library",
        ),
        field(
            ".dynamic",
            0,
            &[0xfd, 0xff, 0xff, 0x7f],
            "it stands in for another library",
        ),
        field(".dynsym", 24 + 4, b"\xff", "its symbol"),
        field(
            ".rela.dyn",
            0,
            FAR,
            "one of its relocations lies outside its writable segments",
        ),
        field(
            ".rela.dyn",
            8,
            b"\xff",
            "one of its relocations is of a kind that does not belong",
        ),
        field(".rela.dyn", 8, b"\0", "one of its relocations is void"),
        field(
            ".rela.dyn",
            12,
            FAR,
            "one of its relocations uses a symbol that is not there",
        ),
        field(
            ".rela.dyn",
            16,
            FAR,
            "one of its relocations does not fit its symbol",
        ),
        field(
            ".rela.plt",
            12,
            FAR,
            "one of its linkage relocations uses a symbol that is not",
        ),
        field(
            ".gnu.version",
            2,
            &[0x7f; 2],
            "its symbol versions are in none of its tables",
        ),
        field(
            ".gnu.version_r",
            0,
            ODD,
            "its table of needed versions contradicts itself",
        ),
        field(
            ".gnu.version_r",
            4,
            ODD,
            "its table of needed versions contradicts itself",
        ),
        field(
            ".gnu.version_r",
            8,
            FAR,
            "its table of needed versions contradicts itself",
        ),
        field(
            ".gnu.hash",
            0,
            &[0; 4],
            "its symbol hash table contradicts itself",
        ),
        field(
            ".gnu.hash",
            8,
            ODD,
            "its symbol hash table contradicts itself",
        ),
        field(
            ".gnu.hash",
            16,
            &[0; 8],
            "its symbol hash table does not lead to its symbols",
        ),
        field(".hash", 0, FAR, "its symbol hash table"),
        field(
            ".hash",
            8,
            FAR,
            "its symbol hash table does not lead to its symbols",
        ),
        field(
            ".eh_frame_hdr",
            12,
            FAR,
            "its unwind table contradicts itself",
        ),
    ];
    let file = object::File::parse(&*good).expect("an ELF file");
    for Field {
        section,
        at,
        value,
        reason,
    } in fields
    {
        let range = file.section_by_name(section).expect(section).file_range();
        let start = range.expect("in the file").0 as usize + at;
        let mut image = good.clone();
        image[start..start + value.len()].copy_from_slice(value);
        let (said, exception) = refused(&image);
        let expected = format!("damaged: {reason}");
        assert!(said.starts_with(&expected), "{section}+{at}: {said}");
        assert_eq!(exception, ExceptionKind::ImportError);
    }
}

/// A chain that leads back to itself, which the system's loader would follow for ever.
#[test]
fn a_chain_of_symbols_without_an_end_is_found() {
    use object::{Object as _, ObjectSection as _};

    let workshop = Workshop::new();
    let source = Module::default().source();
    let path = workshop.library_with("good.hpy0.so", &source, &["-Wl,--hash-style=sysv"]);
    let good = std::fs::read(path).expect("read it");
    let file = object::File::parse(&*good).expect("an ELF file");
    let section = file.section_by_name(".hash").expect("a table");
    let start = section.file_range().expect("in the file").0 as usize;
    let word = |index: usize| {
        let at = start + 4 * index;
        u32::from_ne_bytes(good[at..at + 4].try_into().unwrap())
    };
    let (buckets, symbols) = (word(0) as usize, word(1) as usize);
    for symbol in 1..symbols {
        let mut image = good.clone();
        let at = start + 4 * (2 + buckets + symbol);
        image[at..at + 4].copy_from_slice(&(symbol as u32).to_ne_bytes());
        let (reason, _) = refused(&image);
        assert_eq!(
            reason,
            "damaged: its symbol hash table does not lead to its symbols"
        );
    }
}

proptest! {
    // In a process of their own, whose death is a failed test. Always the same
    // ones: a few bytes can be chosen so that what they say is consistent and
    // wrong, and once in a hundred thousand runs chance would choose them.
    #![proptest_config(ProptestConfig {
        fork: true,
        timeout: 20_000,
        rng_seed: RngSeed::Fixed(0x48_50_79),
        cases: 2048,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_headers_end_no_process(changes in damage(0..headers())) {
        survives(&damaged(&changes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damage_anywhere_is_looked_at_without_a_panic(changes in damage(0..GOOD.len())) {
        let _ = inspect("foo", &damaged(&changes));
    }

    #[test]
    fn damaged_tables_are_looked_at_without_a_panic(
        changes in damage(0..loadable_segments()[0].file_size as usize),
    ) {
        let _ = inspect("foo", &damaged(&changes));
    }

    #[test]
    fn any_bytes_are_looked_at_without_a_panic(
        mut image in prop::collection::vec(any::<u8>(), 0..4096),
        start in 0..=64_usize,
    ) {
        let start = start.min(image.len());
        image[..start].copy_from_slice(&GOOD[..start]);
        prop_assert!(inspect("foo", &image).is_err());
    }
}

/// Every bit of the headers, one at a time, without loading it.
#[test]
fn every_flipped_bit_is_looked_at_without_a_panic() {
    let mut refused = 0;
    for bit in 0..headers() * 8 {
        refused += usize::from(inspect("foo", &damaged(&[(bit / 8, 1 << (bit % 8))])).is_err());
    }
    // About half of the bits have a meaning for a loader.
    assert!(refused > headers() * 8 / 3, "{refused}");
}
