//! What the guide states is so.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hpy_loader::abi::context::{ROWS, RowKind};
use toy_vm::{Embedder, Toy};

const GUIDE: &str = include_str!("../src/guide.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn toy() -> PathBuf {
    root().join("examples/toy_vm/src")
}

fn lines_in(path: &Path) -> usize {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a directory");
        return entries
            .map(|entry| lines_in(&entry.expect("an entry").path()))
            .sum();
    }
    let text = fs::read_to_string(path).expect("a source file");
    text.lines().count()
}

#[test]
fn the_table_counts_right() {
    let mut rows = 0;
    for line in GUIDE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let part = cells[1].trim_matches('`');
        let stated: usize = cells[3].parse().expect("a number of lines");
        let counted = lines_in(&toy().join(part));
        let limit = 10 + counted / 20;
        assert!(
            stated.abs_diff(counted) <= limit,
            "the guide says {stated} lines of {part}, there are {counted}"
        );
        rows += 1;
    }
    assert_eq!(rows, 10, "all rows were found");
}

#[test]
fn the_toy_is_small() {
    let lines = lines_in(&toy());
    assert!(lines < 2000, "{lines} lines");
}

#[test]
fn the_files_exist() {
    let names: Vec<&str> = GUIDE.split('`').skip(1).step_by(2).collect();
    let is_path = |name: &&&str| name.ends_with(".rs") || name.ends_with('/');
    let files: Vec<&&str> = names.iter().filter(is_path).collect();
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let exists = toy().join(file).exists() || root().join(file).exists();
        assert!(exists, "{file}");
    }
}

#[test]
fn the_number_of_constants_is_right() {
    let constants = ROWS
        .iter()
        .filter(|row| matches!(row.kind, RowKind::Handle { .. }))
        .count();
    let statement = format!("each of the {constants} constants");
    assert!(GUIDE.contains(&statement), "{constants}");
}

struct Counter(Arc<AtomicUsize>);

impl Embedder for Counter {
    fn makes_exception(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_new_loader_has_asked_for_one_exception() {
    let made = Arc::new(AtomicUsize::new(0));
    Toy::<false>::boot(Counter(Arc::clone(&made)));
    assert_eq!(made.load(Ordering::SeqCst), 1);
}
