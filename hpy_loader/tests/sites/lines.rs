//! Lines of code, as every kind of build has them.

use crate::subject::{Subject, author_frames, brief, line, marks, run};
use std::path::Path;
use std::process::Command;

/// How people compile extensions that they debug, and those that they ship.
const BUILDS: &[&[&str]] = &[
    &["-g", "-O0"],
    &["-g", "-O1"],
    &["-g", "-O2"],
    &["-g", "-O3"],
    &["-g", "-O2", "-fno-omit-frame-pointer"],
    &["-g3", "-Og", "-gdwarf-4"],
    &["-g", "-O2", "-fcf-protection", "-fno-plt"],
    &["-g", "-O2", "-gz"],
];

fn each_build(check: impl Fn(&Subject, &[&str])) {
    for flags in BUILDS {
        check(&Subject::new(flags, |_| {}), flags);
    }
}

#[test]
fn a_site_names_function_and_line() {
    each_build(|subject, flags| {
        for (name, result) in [("direct", 11), ("with_double", 11), ("with_many", 2102)] {
            let (sites, returned) = subject.call(name, 1);
            assert_eq!(returned, result, "{name} {flags:?}");
            let frames = sites[0].frames();
            let own = author_frames(&frames);
            assert_eq!(own, marks(&[(name, name)]), "{flags:?}");
            let frame = frames.last().expect("a frame");
            let place = frame.place.as_ref().expect("a place");
            assert_eq!(place.file, subject.source, "{flags:?}");
            assert_eq!(frame.object, subject.file, "{flags:?}");
            assert_eq!(
                frame.to_string(),
                format!("{name} at {}:{}", subject.source.display(), line(name))
            );
        }
    });
}

#[test]
fn two_calls_in_one_function_are_two_sites() {
    each_build(|subject, flags| {
        let (once, _) = subject.call("twice", 1);
        let (again, _) = subject.call("twice", 1);
        assert_eq!(once, again, "{flags:?}");
        assert_ne!(once[0], once[1], "{flags:?}");
        for (site, mark) in once.iter().zip(["first", "second"]) {
            assert_eq!(
                author_frames(&site.frames()),
                marks(&[("twice", mark)]),
                "{flags:?}"
            );
        }
    });
}

#[test]
fn inlined_functions_are_frames() {
    let subject = Subject::new(&["-g", "-O2"], |_| {});
    let frames = subject.frames("inlines", 1);
    let names: Vec<_> = frames
        .iter()
        .map(|frame| frame.function.as_deref())
        .collect();
    assert_eq!(names, [Some("HPy_Open"), Some("small"), Some("inlines")]);
    let inlined: Vec<_> = frames.iter().map(|frame| frame.inlined).collect();
    assert_eq!(inlined, [true, true, false]);
    assert_eq!(
        author_frames(&frames),
        marks(&[("small", "small"), ("inlines", "inlines")])
    );
}

#[test]
fn a_helper_that_was_not_inlined_counts_for_nothing() {
    let subject = Subject::new(&["-g", "-O0"], |_| {});
    let frames = subject.frames("direct", 1);
    let names: Vec<_> = frames
        .iter()
        .map(|frame| frame.function.as_deref())
        .collect();
    assert_eq!(names, [Some("HPy_Open"), Some("direct")]);
    assert!(frames.iter().all(|frame| !frame.inlined));
}

#[test]
fn a_jump_is_found_in_the_function_that_was_left_by_it() {
    each_build(|subject, flags| {
        for name in ["tail", "branches"] {
            let frames = subject.frames(name, 4);
            assert_eq!(author_frames(&frames), marks(&[(name, name)]), "{flags:?}");
            assert!(frames.iter().all(|frame| !frame.whole_function));
        }
        let frames = author_frames(&subject.frames("calls_jumping", 4));
        let expected = [("jumping", "jumping"), ("calls_jumping", "calls_jumping")];
        assert_eq!(frames, marks(&expected), "{flags:?}");
        let frames = author_frames(&subject.frames("calls_jumping", 1));
        assert_eq!(frames, marks(&expected[..1]), "{flags:?}");
    });
}

#[test]
fn of_several_jumps_none_is_named() {
    let subject = Subject::new(&["-g", "-O2", "-fno-crossjumping"], |_| {});
    let frames = subject.frames("ambiguous", 1);
    assert_eq!(frames.len(), 1);
    assert!(frames[0].whole_function, "{}", frames[0]);
    assert_eq!(frames[0].function.as_deref(), Some("ambiguous"));
    assert!(frames[0].place.is_some());
}

#[test]
fn debug_information_may_lie_in_another_file() {
    let split = |hidden: bool| {
        move |library: &Path| {
            let directory = library.parent().expect("a folder");
            let debug = match hidden {
                true => directory.join(".debug/subject.debug"),
                false => directory.join("subject.debug"),
            };
            std::fs::create_dir_all(debug.parent().expect("a folder")).expect("a folder");
            let objcopy = || Command::new("objcopy");
            run(objcopy().arg("--only-keep-debug").arg(library).arg(&debug));
            run(Command::new("strip").arg(library));
            let mut link = std::ffi::OsString::from("--add-gnu-debuglink=");
            link.push(&debug);
            run(objcopy().arg(link).arg(library));
        }
    };
    for hidden in [false, true] {
        let subject = Subject::new(&["-g", "-O2"], split(hidden));
        let frames = subject.frames("outer", 3);
        let expected = [("inner", "inner"), ("middle", "middle"), ("outer", "outer")];
        assert_eq!(author_frames(&frames), marks(&expected));
        assert_eq!(
            frames.last().map(|frame| &frame.object),
            Some(&subject.file)
        );
    }
}

#[test]
fn split_units_are_read() {
    let subject = Subject::new(&["-g", "-O2", "-gsplit-dwarf"], |_| {});
    let frames = subject.frames("direct", 1);
    assert_eq!(
        frames.last().map(brief),
        marks(&[("direct", "direct")]).pop()
    );
}
