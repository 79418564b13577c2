//! Libraries without debug information.

use crate::subject::{Subject, brief};

#[test]
fn symbols_name_functions() {
    let subject = Subject::new(&["-O2"], |_| {});
    let frames = subject.frames("outer", 3);
    let names: Vec<_> = frames.iter().map(brief).collect();
    assert_eq!(names, ["inner", "middle", "outer"]);
    let frame = &frames[0];
    assert!(frame.place.is_none());
    let distance = frame.distance.expect("a symbol");
    assert!((1..64).contains(&distance), "{distance}");
    assert_eq!(
        frame.to_string(),
        format!(
            "inner+{distance:#x} in {}+{:#x}",
            subject.file.display(),
            frame.offset
        )
    );
}

#[test]
fn helpers_are_known_by_their_symbols() {
    let subject = Subject::new(&["-O0"], |_| {});
    let names: Vec<_> = subject.frames("direct", 1).iter().map(brief).collect();
    assert_eq!(names, ["HPy_Open", "direct"]);
}

#[test]
fn a_stripped_library_has_its_exports_and_offsets() {
    let subject = Subject::new(&["-O2", "-s"], |_| {});
    let frames = subject.frames("outer", 3);
    assert_eq!(frames.len(), 3);
    let names: Vec<_> = frames.iter().map(brief).collect();
    // `inner` and `middle` must not be called by whatever is exported before them.
    assert_eq!(names, ["?", "?", "outer"]);
    let frame = &frames[0];
    assert_eq!(
        frame.to_string(),
        format!("{}+{:#x}", subject.file.display(), frame.offset)
    );
}

#[test]
fn without_tables_there_is_one_frame() {
    let subject = Subject::new(&["-O2", "-fno-asynchronous-unwind-tables"], |_| {});
    let names: Vec<_> = subject.frames("outer", 3).iter().map(brief).collect();
    assert_eq!(names.first().map(String::as_str), Some("inner"));
}
