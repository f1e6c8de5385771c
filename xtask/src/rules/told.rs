//! Words that somebody wrote become an answer by one function, which knows whose they are and who reads.

use crate::tree::{Finding, Tree};

/// Where the type is, and the function.
const MAKERS: &[&str] = &[
    "crates/mesh-model/src/told.rs",
    "crates/mesh-node/src/machine/reader.rs",
];
/// What makes the type of anything.
const MADE: &[&str] = &["Told::plain(", "ToldData::plain(", "ToldValue::plain("];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        if MAKERS.contains(&path) || !path.starts_with("crates/") {
            continue;
        }
        for (line, code) in text.lines().enumerate() {
            if MADE.iter().any(|made| code.contains(made)) {
                let what = "`mesh_node::machine::Reader` alone turns words into what a reader gets";
                findings.push(Finding::new(path, line + 1, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_told_by_hand_are_found() {
        let text = "let a = 1;\nlet b = Told::plain(text);\n";
        assert_eq!(
            check(&Tree::of(&[("crates/mesh-ops/src/a.rs", text)])).len(),
            1
        );
        assert!(check(&Tree::of(&[(MAKERS[1], text)])).is_empty());
    }
}
