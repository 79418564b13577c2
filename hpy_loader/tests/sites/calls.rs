//! What is known of the call into C that a site is in.

use crate::subject::{Subject, author_frames, line, marks};
use hpy_loader::sites::{Caller, Site};

#[test]
fn nested_calls_are_told_apart() {
    let subject = Subject::new(&["-g", "-O2"], |_| {});
    let (sites, _) = subject.call("nested", 8);
    let frames: Vec<_> = sites
        .iter()
        .map(|site| author_frames(&site.frames()))
        .collect();
    let expected = [
        ("nested", "before"),
        ("nested", "nested"),
        ("direct", "direct"),
        ("nested", "after"),
    ];
    for (frames, expected) in frames.iter().zip(expected) {
        // The inner call's stack ends where the VM was in between.
        assert_eq!(*frames, marks(&[expected]));
    }
}

#[test]
fn interrupted_code_is_where_it_was() {
    let subject = Subject::new(&["-g", "-O2"], |_| {});
    let frame = &subject.frames("direct", 1)[0];
    let (sites, _) = subject.call("direct", 1);
    let base = format!("{:?}", sites[0]);
    let address = usize::from_str_radix(&base[7..base.len() - 1], 16).expect("an address");
    // The instruction before the one that a call returns to is the call.
    let site = Site::capture(Caller::interrupted(address - 1, 0, 0), 8);
    assert_eq!(site.frames().first(), Some(frame));
    assert_eq!(
        author_frames(&site.frames()),
        [format!("direct:{}", line("direct"))]
    );
}

#[test]
fn nobody_is_nowhere() {
    assert!(Site::capture(Caller::UNKNOWN, 1).is_unknown());
    assert!(Site::capture(Caller::UNKNOWN, 9).is_unknown());
    assert!(Site::default().frames().is_empty());
    assert!(Site::of_function(std::ptr::null()).is_unknown());
    // No file was mapped there.
    let site = Site::capture(Caller::interrupted(0x10, 0, 0), 9);
    assert_eq!(site.frames()[0].to_string(), "?+0x10");
}
