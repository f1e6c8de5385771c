//! Files that are no text are few and known: what else is found was left behind by somebody's tools.

use crate::tree::{Finding, Tree};

/// Where such files belong: pictures of the page, the guard's weights, a log with its vault that an earlier release wrote.
const PLACES: [&str; 3] = [
    "web/public/",
    "crates/mesh-guard/weights/",
    "crates/mesh-ops/tests/kept/",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let stray = |path: &&str| !PLACES.iter().any(|place| path.starts_with(place));
    let message = "is no text: remove it, or name its folder in xtask/src/rules/binaries.rs";
    let found = tree.others().filter(stray);
    found.map(|path| Finding::new(path, 0, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_leave_behind_is_found() {
        let tree = Tree::of(&[("README.md", "words")])
            .and_other("web/public/icon.png")
            .and_other("some-tool.whl");
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "some-tool.whl");
    }
}
