//! The core is pure: the same log gives the same state on every machine, so nothing in it may ask the clock, a die, a
//! file, the network or the order of a hash map. What they would answer is given to it as an argument.

use crate::rust::{code_only, lines_with, without_tests};
use crate::tree::{Finding, Tree};

const PURE: &[&str] = &[
    "crates/mesh-core/src/",
    "crates/mesh-model/src/",
    "crates/mesh-proof/src/",
];

/// What may not be named there, and why.
const BANNED: &[(&str, &str)] = &[
    ("SystemTime", "time is an argument"),
    ("Instant", "time is an argument"),
    ("now_v7", "ids are an argument"),
    ("new_v4", "ids are an argument"),
    ("rand::", "chance is an argument"),
    ("getrandom", "chance is an argument"),
    ("OsRng", "chance is an argument"),
    ("RandomState", "its order differs from run to run"),
    (
        "HashMap",
        "its order differs from run to run: BTreeMap or imbl::OrdMap",
    ),
    (
        "HashSet",
        "its order differs from run to run: BTreeSet or imbl::OrdSet",
    ),
    ("tokio", "the core does not wait"),
    ("std::fs", "the core has no files"),
    ("std::net::TcpStream", "the core has no network"),
    ("std::thread", "the core has no threads"),
    ("std::env", "the core does not know where it runs"),
    ("std::process", "the core does not know where it runs"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".rs") {
        if !PURE.iter().any(|pure| path.starts_with(pure)) {
            continue;
        }
        let code = without_tests(&code_only(text));
        for (name, why) in BANNED {
            for line in lines_with(&code, name) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("`{name}` is not for the pure crates: {why}"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_hash_order_are_found_outside_tests_and_comments() {
        let text = "//! A HashMap in words.\nuse std::collections::HashMap;\nfn f() { let t = Instant::now(); }\n\
                    #[cfg(test)]\nmod tests { use std::fs; }\n";
        let tree = Tree::of(&[
            ("crates/mesh-core/src/a.rs", text),
            ("crates/mesh-node/src/a.rs", text),
        ]);
        let lines: Vec<_> = check(&tree)
            .into_iter()
            .map(|finding| (finding.path, finding.line))
            .collect();
        let path = "crates/mesh-core/src/a.rs".to_owned();
        assert_eq!(lines, [(path.clone(), 3), (path, 2)]);
    }
}
