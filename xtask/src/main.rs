//! Chores that cargo has no command for. `cargo xtask tidy` checks the rules of the house that clippy cannot know;
//! `cargo xtask goldens` writes the reference pages that come from the registry of operations.

mod goldens;
mod rules;
mod rust;
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tree::Tree;

const USAGE: &str = "\
usage: cargo xtask tidy [--mesh PATH]    check the tree; with a mesh binary, its reference pages too
       cargo xtask goldens --mesh PATH   write the reference pages that binary prints";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["tidy"] => tidy(None),
        ["tidy", "--mesh", mesh] => tidy(Some(Path::new(mesh))),
        ["goldens", "--mesh", mesh] => goldens::write(&root(), Path::new(mesh)).map(|()| true),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// The root of the repository, wherever cargo was called.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn tidy(mesh: Option<&Path>) -> Result<bool, String> {
    let tree = Tree::read(&root())?;
    let mut findings = rules::check(&tree);
    if let Some(mesh) = mesh {
        findings.extend(goldens::compare(&tree, mesh)?);
    }
    for finding in &findings {
        println!("{finding}");
    }
    let (files, found) = (tree.len(), findings.len());
    println!("tidy: {files} files, {found} findings");
    Ok(findings.is_empty())
}
