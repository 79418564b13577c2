//! The structure that the documentation draws is the structure of the sources.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
        .to_owned()
}

/// The layers of a crate, the top one first, as the first code block under the heading
/// "Layers" in the documentation of its root file has them: the names of modules, parted
/// by commas, two spaces, and what they are for.
fn layers(root_file: &Path) -> Vec<Vec<String>> {
    let source = fs::read_to_string(root_file).expect("the crate's root file");
    let drawn = source.split("//! # Layers").nth(1).expect("a heading");
    let block = drawn.split("//! ```").nth(1).expect("a code block");
    let lines = block.lines().skip(1);
    let lines = lines.filter_map(|line| line.strip_prefix("//! "));
    lines
        .filter(|line| !line.starts_with(' '))
        .map(|line| {
            let names = line.split("  ").next().unwrap_or(line);
            names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect()
        })
        .collect()
}

/// The top-level modules of a crate and their files.
fn modules(source: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut modules = BTreeMap::<String, Vec<PathBuf>>::new();
    for entry in walkdir::WalkDir::new(source) {
        let path = entry.expect("readable").into_path();
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let inside = path.strip_prefix(source).expect("inside");
        let name = inside.components().next().map(|first| first.as_os_str());
        let name = name.map(|name| name.to_string_lossy().replace(".rs", ""));
        if let (true, Some(name)) = (is_rust, name)
            && !["lib", "main"].contains(&name.as_str())
        {
            modules.entry(name).or_default().push(path);
        }
    }
    modules
}

/// How many modules deep a file is: 1 for `name.rs` and `name/mod.rs`.
fn depth(source: &Path, file: &Path) -> usize {
    let inside = file.strip_prefix(source).expect("inside");
    let parts = inside.components().count();
    match inside.file_name().is_some_and(|name| name == "mod.rs") {
        true => parts - 1,
        false => parts,
    }
}

/// Adds the names behind `crate::`, and behind as many `super::` as lead to the crate's
/// root, to `found`. Modules for tests do not count.
fn references(tokens: TokenStream, depth: usize, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: usize, text: &str| {
        tokens
            .get(index)
            .is_some_and(|token| token.to_string() == text)
    };
    let mut index = 0;
    while index < tokens.len() {
        if is(index, "#")
            && tokens.get(index + 1).is_some_and(|group| {
                let group = group.to_string();
                group.contains("cfg") && group.contains("test") && !group.contains("cfg_attr")
            })
            && is(index + 2, "mod")
        {
            // `#[cfg(test)] mod name { ... }`
            index += 5;
            continue;
        }
        let mut next = index;
        if is(index, "crate") {
            next = index + 1;
        } else {
            while (next - index) / 3 < depth && is(next, "super") && is(next + 1, ":") {
                next += 3;
            }
            next = match next - index == 3 * depth && depth > 0 {
                true => next - 2,
                false => index,
            };
        }
        if next > index && is(next, ":") && is(next + 1, ":") {
            match tokens.get(next + 2) {
                Some(TokenTree::Ident(name)) => {
                    found.insert(name.to_string());
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let mut is_first = true;
                    for token in group.stream() {
                        match &token {
                            TokenTree::Ident(name) if is_first => {
                                found.insert(name.to_string());
                                is_first = false;
                            }
                            TokenTree::Punct(mark) if mark.as_char() == ',' => is_first = true,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(TokenTree::Group(group)) = tokens.get(index) {
            references(group.stream(), depth, found);
        }
        index += 1;
    }
}

/// The names that the root file re-exports, each with its module.
fn reexports(root_file: &Path) -> BTreeMap<String, String> {
    let source = fs::read_to_string(root_file).expect("the crate's root file");
    let mut reexports = BTreeMap::new();
    for line in source.split(';') {
        let Some((_, path)) = line.split_once("pub use ") else {
            continue;
        };
        let Some((module, names)) = path.trim().split_once("::") else {
            continue;
        };
        for name in names.split([',', '{', '}', ':']) {
            let name = name.rsplit(' ').next().unwrap_or(name).trim();
            reexports.insert(name.to_owned(), module.to_owned());
        }
    }
    reexports
}

/// Asserts that modules refer only to modules below them.
fn assert_layers(crate_folder: &str, root_file: &str) {
    let source = root().join(crate_folder).join("src");
    let root_file = source.join(root_file);
    let layers = layers(&root_file);
    let modules = modules(&source);
    let reexports = reexports(&root_file);
    let layer_of = |name: &str| {
        layers
            .iter()
            .position(|layer| layer.iter().any(|module| module == name))
    };
    let mut wrong = Vec::new();
    for (module, files) in &modules {
        let Some(layer) = layer_of(module) else {
            wrong.push(format!("{module} is not among the layers"));
            continue;
        };
        for file in files {
            let text = fs::read_to_string(file).expect("readable");
            let tokens: TokenStream = text.parse().expect("Rust");
            let mut found = BTreeSet::new();
            references(tokens, depth(&source, file), &mut found);
            for name in found {
                let target = reexports.get(&name).unwrap_or(&name);
                let is_below = match layer_of(target) {
                    Some(below) => below > layer || target == module,
                    // A macro of the crate's root, or a name that is none of its modules.
                    None => true,
                };
                if !is_below {
                    let file = file.strip_prefix(&source).expect("inside");
                    wrong.push(format!("{} refers to {target}", file.display()));
                }
            }
        }
    }
    let drawn = layers.iter().flatten();
    wrong.extend(
        drawn
            .filter(|name| !modules.contains_key(*name))
            .map(|name| format!("{name} is drawn, and is no module")),
    );
    assert!(wrong.is_empty(), "{crate_folder}:\n{}", wrong.join("\n"));
}

#[test]
fn the_loaders_modules_refer_downwards_only() {
    assert_layers("hpy_loader", "lib.rs");
}

#[test]
fn the_vms_modules_refer_downwards_only() {
    assert_layers("vm", "main.rs");
}

/// The paths in backticks of a document that look like files or folders of the project.
fn named_paths(document: &str) -> BTreeSet<String> {
    let code = document.split('`').skip(1).step_by(2);
    let is_path = |text: &&str| {
        text.contains('/')
            && !text.contains([' ', '<', '*', ':', '(', '{', '$'])
            && !text.starts_with(['/', '-', '#'])
    };
    code.filter(is_path).map(str::to_owned).collect()
}

#[test]
fn the_files_that_documents_name_exist() {
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = fs::read_to_string(root().join(document)).expect(document);
        for path in named_paths(&text) {
            // What a build makes is not there before.
            if !path.starts_with("target/") && !root().join(&path).exists() {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_glossary_is_short() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let glossary = text.split("## Glossary").nth(1).expect("a glossary");
    let glossary = glossary.split("\n## ").next().unwrap_or(glossary);
    let terms = glossary
        .lines()
        .filter(|line| line.starts_with("| **"))
        .count();
    assert!((1..=25).contains(&terms), "{terms} terms");
}
