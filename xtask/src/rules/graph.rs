//! The house has floors: a crate may use the floors below its own, never its own or one above. Some parts may be used by
//! one crate only.

use crate::tree::{Finding, Tree};

/// The floor of each crate, and the crates below it that it must not use all the same.
const FLOORS: &[(&str, u8, &[&str])] = &[
    ("mesh-model", 0, &[]),
    ("mesh-proof", 0, &[]),
    ("mesh-core", 1, &[]),
    ("mesh-guard", 1, &[]),
    ("mesh-interchange", 1, &[]),
    ("mesh-log", 1, &["mesh-model"]),
    ("mesh-store", 2, &[]),
    ("mesh-node", 3, &[]),
    // Clients: nothing of the server may come in.
    ("mesh-sdk", 3, &["mesh-core", "mesh-log", "mesh-store"]),
    (
        "mesh-tui",
        4,
        &["mesh-core", "mesh-log", "mesh-store", "mesh-node"],
    ),
    (
        "mesh-work",
        4,
        &["mesh-core", "mesh-log", "mesh-store", "mesh-node"],
    ),
    (
        "mesh-observe",
        4,
        &["mesh-core", "mesh-log", "mesh-store", "mesh-node"],
    ),
    (
        "mesh-connect",
        4,
        &["mesh-core", "mesh-log", "mesh-store", "mesh-node"],
    ),
    ("mesh-ops", 4, &[]),
    // What comes in and what goes out: both act and listen through the door alone.
    ("mesh-edge", 5, &["mesh-node"]),
    ("mesh-link", 5, &["mesh-node"]),
    ("themesh", 6, &[]),
    // Beside the product, as a client: `mesh` cannot use it, and it uses nothing of the server.
    (
        "mesh-survey",
        6,
        &[
            "mesh-core",
            "mesh-log",
            "mesh-store",
            "mesh-node",
            "mesh-ops",
            "mesh-edge",
            "mesh-link",
        ],
    ),
    // Apart: they may use everything and nothing may use them.
    ("mesh-sim", APART, &[]),
    ("mesh-bench", APART, &[]),
    ("mesh-script", APART, &[]),
    ("xtask", APART, &[]),
];
const APART: u8 = 7;

/// Outside crates that one of ours alone may use, so that another could take their place.
const SOLE_USERS: &[(&str, &str)] = &[
    ("rusqlite", "mesh-store"),
    ("axum", "mesh-edge"),
    ("ratatui", "mesh-tui"),
    ("rmcp", "mesh-edge"),
    ("clap", "themesh"),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending("Cargo.toml") {
        if path == "Cargo.toml" {
            continue;
        }
        let Some(name) = package_name(text) else {
            findings.push(Finding::new(path, 0, "has no [package] with a name"));
            continue;
        };
        let Some((_, floor, never)) = FLOORS.iter().find(|(known, ..)| *known == name) else {
            let message = format!(
                "`{name}` has no floor: give it one in xtask/src/rules/graph.rs and in ARCHITECTURE.md"
            );
            findings.push(Finding::new(path, 0, message));
            continue;
        };
        for (line, used) in dependencies(text) {
            if let Some(message) = objection(name, *floor, never, used) {
                findings.push(Finding::new(path, line, message));
            }
        }
    }
    findings
}

fn objection(name: &str, floor: u8, never: &[&str], used: &str) -> Option<String> {
    if let Some((_, sole)) = SOLE_USERS.iter().find(|(outside, _)| *outside == used) {
        let apart = floor == APART;
        return (*sole != name && !apart).then(|| format!("only {sole} may use {used}"));
    }
    let (_, used_floor, _) = FLOORS.iter().find(|(known, ..)| *known == used)?;
    if *used_floor >= floor {
        return Some(format!(
            "{name} (floor {floor}) may not use {used} (floor {used_floor})"
        ));
    }
    never
        .contains(&used)
        .then(|| format!("{name} may not use {used}, though it lies below"))
}

fn package_name(manifest: &str) -> Option<&str> {
    let package = manifest.split_once("[package]")?.1;
    let line = package
        .lines()
        .find(|line| line.trim_start().starts_with("name"))?;
    line.split('"').nth(1)
}

/// The line and name of each dependency that ends up in the crate. Those of tests do not, and may come from anywhere.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (i, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            let of_tests = section.contains("dev-dependencies");
            inside = !of_tests && section.ends_with("dependencies");
            // [dependencies.name] as a section of its own.
            if let Some((before, name)) = section.rsplit_once('.')
                && !of_tests
                && before.ends_with("dependencies")
            {
                found.push((i + 1, name));
            }
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let end = line
                .find(|c: char| c == '.' || c == '=' || c.is_whitespace())
                .unwrap_or(line.len());
            found.push((i + 1, line[..end].trim_matches('"')));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, sections: &str) -> String {
        format!("[package]\nname = \"{name}\"\n\n{sections}")
    }

    fn messages(name: &str, sections: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/x/Cargo.toml", &manifest(name, sections))]);
        check(&tree)
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn lower_floors_are_allowed_and_upper_ones_are_not() {
        assert_eq!(
            messages("mesh-node", "[dependencies]\nmesh-core.workspace = true\n"),
            [""; 0]
        );
        assert_eq!(
            messages(
                "mesh-core",
                "[dependencies]\nmesh-node = { path = \"../mesh-node\" }\n"
            ),
            ["mesh-core (floor 1) may not use mesh-node (floor 3)"]
        );
        assert_eq!(
            messages("mesh-core", "[dependencies.mesh-log]\nworkspace = true\n"),
            ["mesh-core (floor 1) may not use mesh-log (floor 1)"]
        );
    }

    #[test]
    fn tests_may_use_anything() {
        assert_eq!(
            messages(
                "mesh-core",
                "[dev-dependencies]\nmesh-node.workspace = true\naxum = \"1\"\n"
            ),
            [""; 0]
        );
    }

    #[test]
    fn clients_hold_no_server_code() {
        assert_eq!(
            messages("mesh-sdk", "[dependencies]\nmesh-store.workspace = true\n"),
            ["mesh-sdk may not use mesh-store, though it lies below"]
        );
    }

    #[test]
    fn surfaces_reach_the_node_through_the_door() {
        assert_eq!(
            messages("mesh-link", "[dependencies]\nmesh-node.workspace = true\n"),
            ["mesh-link may not use mesh-node, though it lies below"]
        );
    }

    #[test]
    fn sql_and_http_have_one_home_each() {
        assert_eq!(
            messages("mesh-store", "[dependencies]\nrusqlite.workspace = true\n"),
            [""; 0]
        );
        assert_eq!(
            messages(
                "mesh-node",
                "[target.'cfg(unix)'.dependencies]\nrusqlite = \"1\"\n"
            ),
            ["only mesh-store may use rusqlite"]
        );
    }

    #[test]
    fn a_new_crate_needs_a_floor() {
        assert_eq!(messages("mesh-new", "").len(), 1);
    }
}
