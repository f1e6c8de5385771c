//! Every Rust file says in its first line what lives there, and none is longer than a person can hold in mind.

use crate::rust::{code_only, without_tests};
use crate::tree::{Finding, Tree};

/// Lines that are not blank once tests are left out; comments count, for they are read too.
const LINES_MAX: usize = 600;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        let first = text
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        if !first.is_some_and(|line| line.starts_with("//! ")) {
            findings.push(Finding::new(
                path,
                1,
                "begin with `//!` and say what lives in this file",
            ));
        }
        let lines = length(text);
        if lines > LINES_MAX && !path.contains("/tests/") {
            let message = format!(
                "{lines} lines without tests, at most {LINES_MAX}: split it by what its parts are about"
            );
            findings.push(Finding::new(path, 0, message));
        }
    }
    findings
}

/// How many lines a file has apart from its tests.
fn length(text: &str) -> usize {
    let code = code_only(text);
    let kept = without_tests(&code);
    // Tests are gone from `kept`: a line counts if it held something before and no test was removed from it.
    text.lines()
        .zip(code.lines().zip(kept.lines()))
        .filter(|(line, (code, kept))| {
            !line.trim().is_empty() && (code == kept || !kept.trim().is_empty())
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_must_say_what_lives_there() {
        let tree = Tree::of(&[
            ("a.rs", "//! Rooms.\nfn a() {}\n"),
            ("b.rs", "#![forbid(unsafe_code)]\n\n//! Rooms.\n"),
            ("c.rs", "fn c() {}\n"),
            ("d.rs", ""),
        ]);
        let paths: Vec<_> = check(&tree)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(paths, ["c.rs", "d.rs"]);
    }

    #[test]
    fn tests_do_not_count_as_length() {
        let long = "fn f() {}\n".repeat(590);
        let tests = format!(
            "#[cfg(test)]\nmod tests {{\n{}}}\n",
            "fn t() {}\n".repeat(500)
        );
        let tree = Tree::of(&[("a.rs", &format!("//! A.\n{long}{tests}"))]);
        assert_eq!(check(&tree), []);
        let tree = Tree::of(&[("a.rs", &format!("//! A.\n{long}{long}"))]);
        assert_eq!(check(&tree).len(), 1);
        let tree = Tree::of(&[("crates/a/tests/a.rs", &format!("//! A.\n{long}{long}"))]);
        assert_eq!(check(&tree), []);
    }
}
