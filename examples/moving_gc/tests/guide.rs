//! The figures in `hpy_loader`'s guide are those of the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn lines_in(path: &Path) -> usize {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a directory");
        return entries
            .map(|entry| lines_in(&entry.expect("an entry").path()))
            .sum();
    }
    fs::read_to_string(path)
        .expect("a source file")
        .lines()
        .count()
}

#[test]
fn the_guide_counts_right() {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let guide = package.join("../../hpy_loader/src/guide.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let mut rows = 0;
    for line in guide.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let part = cells[1].trim_matches('`');
        let stated: usize = cells[3].parse().expect("a number of lines");
        let counted = lines_in(&package.join("src").join(part));
        let limit = 10 + counted / 20;
        assert!(
            stated.abs_diff(counted) <= limit,
            "the guide says {stated} lines of {part}, there are {counted}"
        );
        rows += 1;
    }
    assert_eq!(rows, 11, "all rows were found");
}

#[test]
fn the_guide_names_files_that_exist() {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let guide = source.join("../../../hpy_loader/src/guide.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let names = guide.split('`').skip(1).step_by(2);
    let files: Vec<&str> = names
        .filter(|name| name.starts_with("heap/") || name.starts_with("objects/"))
        .collect();
    assert!(files.len() > 10);
    for file in files {
        assert!(source.join(file).exists(), "{file}");
    }
}
