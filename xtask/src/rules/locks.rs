//! Lock files name packages and hashes, never the address that one machine took them from.

use crate::tree::{Finding, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending("package-lock.json") {
        for (i, line) in text.lines().enumerate() {
            let value = line.trim().strip_prefix("\"resolved\": \"");
            if value.is_some_and(|value| value.starts_with("http")) {
                let message = "names a download address: put omit-lockfile-registry-resolved=true into .npmrc beside it and renew it";
                findings.push(Finding::new(path, i + 1, message));
                break; // One a file is enough to act on.
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finding_a_lock() {
        let with = "{\n \"resolved\": \"https://a/b.tgz\",\n \"resolved\": \"https://a/c.tgz\"\n}";
        let tree = Tree::of(&[
            ("web/package-lock.json", with),
            ("b/package-lock.json", "{\"integrity\": \"x\"}"),
        ]);
        assert_eq!(check(&tree).len(), 1);
    }
}
