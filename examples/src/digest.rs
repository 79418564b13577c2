//! SHA-256 of files and of trees of files, written as lower-case hex.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// A digest under construction from named parts.
///
/// Every part goes in with its length, so that two different lists of parts
/// never run together into the same bytes.
#[derive(Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// An empty fingerprint.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one part.
    pub fn part(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds every file below `directory`, by relative path and content, in an
    /// order that does not depend on the file system.
    pub fn tree(&mut self, directory: &Path) -> Result<&mut Self> {
        for entry in WalkDir::new(directory).sort_by_file_name() {
            let entry = entry.with_context(|| format!("reading {}", directory.display()))?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(directory)?;
                let content = fs::read(entry.path())
                    .with_context(|| format!("reading {}", entry.path().display()))?;
                self.part(name.as_os_str().as_encoded_bytes()).part(content);
            }
        }
        Ok(self)
    }

    /// The first 16 hex digits, enough to name a directory.
    pub fn short(&self) -> String {
        let mut hex = hex(&self.0.clone().finalize());
        hex.truncate(16);
        hex
    }
}

/// The line in which a demo says what a binary is.
pub fn line(sha256: &str, file: &Path) -> String {
    format!("  sha256 {sha256}  {}", file.display())
}

/// The digests in a demo's output, by file: what is in lines that [`line`] has
/// made.
pub fn lines_in(output: &str) -> BTreeMap<String, String> {
    let lines = output.lines().filter_map(|line| {
        let mut words = line.strip_prefix("  sha256 ")?.split_whitespace();
        let (sha256, file) = (words.next()?, words.next()?);
        Some((file.to_owned(), sha256.to_owned()))
    });
    lines.collect()
}

/// The SHA-256 of a file's content.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher).with_context(|| format!("reading {}", path.display()))?;
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let mut one = Fingerprint::new();
        one.part("ab").part("c");
        let mut two = Fingerprint::new();
        two.part("a").part("bc");
        assert_ne!(one.short(), two.short());
    }

    #[test]
    fn a_file_has_the_published_digest() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("abc");
        fs::write(&path, "abc").unwrap();
        assert_eq!(
            sha256_of_file(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_a_demo_writes_can_be_read() {
        let written = line("12ab", Path::new("a/b.hpy0.so")) + " (built with CPython)";
        let read = lines_in(&format!("x\n{written}\n  sha256\nsha256 1 2\n"));
        assert_eq!(read.len(), 1);
        assert_eq!(read["a/b.hpy0.so"], "12ab");
    }

    #[test]
    fn a_tree_changes_with_names_and_contents() {
        let directory = tempfile::tempdir().unwrap();
        let fingerprint = |directory: &Path| {
            let mut fingerprint = Fingerprint::new();
            fingerprint.tree(directory).unwrap();
            fingerprint.short()
        };
        fs::write(directory.path().join("a.c"), "1").unwrap();
        let first = fingerprint(directory.path());
        fs::write(directory.path().join("a.c"), "2").unwrap();
        let second = fingerprint(directory.path());
        fs::rename(directory.path().join("a.c"), directory.path().join("b.c")).unwrap();
        let third = fingerprint(directory.path());
        assert!(first != second && second != third && first != third);
    }
}
