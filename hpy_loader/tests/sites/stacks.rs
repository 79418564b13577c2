//! Stacks of C frames.

use crate::subject::{Subject, author_frames, brief, marks};

#[test]
fn a_limit_is_a_number_of_the_authors_frames() {
    for flags in [
        &["-g", "-O0"],
        &["-g", "-O2"],
        &["-g", "-O3"],
        &["-gdwarf-4", "-O1"],
    ] {
        let subject = Subject::new(flags, |_| {});
        let expected = [("inner", "inner"), ("middle", "middle"), ("outer", "outer")];
        for limit in 1..=5 {
            let (sites, result) = subject.call("outer", limit);
            assert_eq!(result, 43);
            let frames = sites[0].frames();
            let visible = &expected[..limit.min(3)];
            // The walk ends where the VM begins.
            assert_eq!(author_frames(&frames), marks(visible), "{flags:?} {limit}");
        }
    }
}

#[test]
fn frames_of_unknown_size_are_walked() {
    for flags in [&["-g", "-O0"], &["-g", "-O2"]] {
        let subject = Subject::new(flags, |_| {});
        let (sites, _) = subject.call("grows", 9);
        assert_eq!(sites.len(), 2);
        for site in sites {
            assert_eq!(
                author_frames(&site.frames()),
                marks(&[("growing", "growing"), ("grows", "grows")]),
                "{flags:?}"
            );
        }
    }
}

#[test]
fn other_libraries_are_walked_through() {
    let subject = Subject::new(&["-g", "-O1"], |_| {});
    let (sites, _) = subject.call("sorts", 32);
    let frames = sites[0].frames();
    assert!(frames.first().is_some_and(|frame| frame.inlined));
    let own: Vec<_> = frames
        .iter()
        .filter(|frame| frame.object == subject.file && !frame.is_helper())
        .map(brief)
        .collect();
    assert_eq!(own, marks(&[("compare", "compare"), ("sorts", "sorts")]));
    assert!(frames.iter().any(|frame| frame.object != subject.file));
}

#[test]
fn deep_stacks_are_cut() {
    let subject = Subject::new(&["-g", "-O1", "-fno-optimize-sibling-calls"], |_| {});
    let (sites, _) = subject.call("recursive", usize::MAX);
    let frames = author_frames(&sites[0].frames());
    assert_eq!(frames.first(), marks(&[("descend", "bottom")]).first());
    assert!((200..300).contains(&frames.len()), "{}", frames.len());
}

#[test]
fn equal_stacks_are_one_site() {
    let subject = Subject::new(&["-g", "-O2"], |_| {});
    let (sites, _) = subject.call("outer", 3);
    let (again, _) = subject.call("outer", 3);
    assert_eq!(sites, again);
    let (shorter, _) = subject.call("outer", 2);
    assert_ne!(sites, shorter);
}

#[test]
fn threads_walk_their_own_stacks() {
    let subject = Subject::new(&["-g", "-O0"], |_| {});
    let (expected, _) = subject.call("outer", 3);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert_eq!(subject.call("outer", 3).0, expected);
                }
            });
        }
    });
}
