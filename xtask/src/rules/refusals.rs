//! What a refusal, or a failure of the command line, means for the reader's data is its `Effect`, from which one place
//! makes the sentence. Written into what happened or what to do next it would be told twice, or not at all.

use crate::rust::code_only;
use crate::tree::{Finding, Tree};

/// Where refusals are made.
const MAKERS: &[&str] = &[
    "crates/mesh-core/src/",
    "crates/mesh-edge/src/",
    "crates/mesh-link/src/",
    "crates/mesh-model/src/",
    "crates/mesh-node/src/",
    "crates/mesh-ops/src/",
    "crates/themesh/src/",
];
/// Where the sentences are made: those of the node, and those of the command line.
const SENTENCES: &[&str] = &[
    "crates/mesh-model/src/error.rs",
    "crates/themesh/src/failure.rs",
];
/// How all effects of the common kind begin.
const WORDS: &str = "nothing was ";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        if SENTENCES.contains(&path) || !MAKERS.iter().any(|maker| path.starts_with(maker)) {
            continue;
        }
        for line in told_by_hand(text) {
            findings.push(Finding::new(
                path,
                line,
                "what it means for the reader's data is the refusal's or failure's `Effect`",
            ));
        }
    }
    findings
}

/// The lines (from 1) whose strings say it by hand. A message of an error type is no refusal.
fn told_by_hand(text: &str) -> Vec<usize> {
    let code: Vec<char> = code_only(text).chars().collect();
    let mut begins = 0;
    let mut found = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let at = line
            .find(WORDS)
            .filter(|_| !line.trim_start().starts_with("//"));
        if let Some(at) = at {
            let at = begins + line[..at].chars().count();
            let before: String = code[..at].iter().collect();
            let blanked = code[at] == ' ';
            if blanked && !before.trim_end().ends_with("#[error(") {
                found.push(i + 1);
            }
        }
        begins += line.chars().count() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_told_by_hand_is_found_with_its_line() {
        let text =
            "// nothing was done\nlet a = 'é';\nlet b = f(\n    \"é; nothing was done\",\n);\n";
        assert_eq!(told_by_hand(text), [4]);
        let path = "crates/mesh-ops/src/a.rs";
        assert_eq!(check(&Tree::of(&[(path, text)])).len(), 1);
        let sentences = SENTENCES
            .iter()
            .map(|path| check(&Tree::of(&[(path, text)])));
        assert_eq!(sentences.map(|found| found.len()).sum::<usize>(), 0);
    }

    #[test]
    fn messages_of_error_types_and_names_are_none() {
        assert!(told_by_hand("#[error(\n    \"bad; nothing was done\"\n)]\n").is_empty());
        assert!(told_by_hand("let nothing_was = 1;\n").is_empty());
    }
}
