//! One name a noun on every floor: what stands in a floor's folder is a noun of the list in mesh-model, or is named here
//! as something that all nouns share.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{Finding, Tree};

const LIST: &str = "crates/mesh-model/src/nouns.rs";

/// A folder whose entries are nouns, and the entries that are not.
struct Floor {
    at: &'static str,
    shared: &'static [&'static str],
}

const FLOORS: &[Floor] = &[
    Floor {
        at: "crates/mesh-model/src/",
        shared: &[
            "address",
            "api",
            "capability",
            "closed",
            "command",
            "common",
            "error",
            "event",
            "events",
            "home",
            "ids",
            "lib",
            "limits",
            "names",
            "nouns",
            "ops",
            "permission",
            "refuse",
            "stream",
            "time",
            "told",
            "tolerant",
        ],
    },
    Floor {
        // Below the nouns what their rules look at, above them the ways in and what follows by itself.
        at: "crates/mesh-core/src/",
        shared: &[
            "access",
            "actor",
            "apply",
            "check",
            "decide",
            "desk",
            "follow",
            "lib",
            "permissions",
            "recent",
            "refuse",
            "state",
            "visibility",
            "work",
        ],
    },
    Floor {
        at: "crates/mesh-store/src/view/",
        shared: &[
            "dump", "index", "mod", "numbers", "open", "pool", "project", "schema", "search",
        ],
    },
    Floor {
        at: "crates/mesh-ops/src/ops/",
        shared: &["mod", "present"],
    },
    Floor {
        // Beside the nouns: what looks after the program itself.
        at: "crates/themesh/src/commands/",
        shared: &[
            "claude",
            "codex",
            "completions",
            "connect",
            "demo",
            "doctor",
            "help",
            "hook",
            "install",
            "interchange",
            "joined",
            "mcp",
            "mod",
            "observe",
            "sandbox",
            "screen",
            "up",
        ],
    },
    Floor {
        at: "web/src/",
        shared: &["api", "main", "offline", "shell", "world"],
    },
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.text(LIST) else {
        return Vec::new();
    };
    let nouns: BTreeSet<&str> = list.lines().filter_map(noun).collect();
    if nouns.is_empty() {
        let message = "no noun is listed: xtask no longer understands this file";
        return vec![Finding::new(LIST, 0, message)];
    }
    let mut findings = Vec::new();
    for floor in FLOORS {
        for (entry, path) in entries(tree, floor.at) {
            if !nouns.contains(entry) && !floor.shared.contains(&entry) {
                let message = format!(
                    "`{entry}` is no noun of {LIST}: give it its noun's name, or name it in xtask/src/rules/nouns.rs if all nouns share it"
                );
                findings.push(Finding::new(path, 0, message));
            }
        }
    }
    findings
}

/// The noun of a line `room Room: [api ops] [RoomCommand] [RoomFacts];`.
fn noun(line: &str) -> Option<&str> {
    let (names, parts) = line.trim().split_once(": ")?;
    let (noun, _) = names.split_once(' ')?;
    let named = noun.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (named && parts.starts_with('[') && parts.ends_with("];")).then_some(noun)
}

/// What stands in a folder: names without ending, each with one of its files.
fn entries<'a>(tree: &'a Tree, at: &str) -> BTreeMap<&'a str, &'a str> {
    let mut entries = BTreeMap::new();
    for (path, _) in tree.texts() {
        if let Some(rest) = path.strip_prefix(at) {
            let first = rest.split('/').next().unwrap_or(rest);
            let name = first.split('.').next().unwrap_or(first);
            let code = rest.contains('/')
                || [".rs", ".ts", ".svelte"]
                    .iter()
                    .any(|end| rest.ends_with(end));
            if code {
                entries.insert(name, path);
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOUNS: &str =
        "            room Room: [api ops] [] [RoomFacts];\n            task Task: [api] [] [];\n";

    #[test]
    fn a_folder_of_another_name_is_found_on_its_floor() {
        let tree = Tree::of(&[
            (LIST, NOUNS),
            ("crates/mesh-store/src/view/room/read.rs", ""),
            ("crates/mesh-store/src/view/pool.rs", ""),
            ("crates/mesh-ops/src/ops/flow/ask.rs", ""),
            ("web/src/task/Board.svelte", ""),
            ("web/src/app.css", ""),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }

    #[test]
    fn a_list_of_nothing_is_found() {
        assert_eq!(
            check(&Tree::of(&[(LIST, "macro_rules! other {}")])).len(),
            1
        );
    }
}
