//! Reference pages that come from the binary: printed by it, kept in the tree, compared here. A change of the interface
//! therefore shows in a diff, and a page cannot be out of date.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::tree::{Finding, Tree};

/// Each page and the arguments of `mesh` that print it. None of them needs a node.
const PAGES: &[(&str, &[&str])] = &[
    ("docs/reference/operations.json", &["ops", "--json"]),
    ("docs/reference/openapi.json", &["ops", "--openapi"]),
    ("docs/reference/mcp-tools.json", &["ops", "--mcp-tools"]),
    ("docs/reference/permissions.md", &["ops", "--permissions"]),
    ("docs/reference/cli.txt", &["help", "--all"]),
];

/// What is out of date.
pub fn compare(tree: &Tree, mesh: &Path) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (path, arguments) in PAGES {
        let fresh = print(mesh, arguments)?;
        let Some(line) = first_difference(tree.text(path).unwrap_or(""), &fresh) else {
            continue;
        };
        findings.push(Finding::new(
            path,
            line,
            "is out of date: make goldens, and look at the difference",
        ));
    }
    Ok(findings)
}

/// Writes every page anew.
pub fn write(root: &Path, mesh: &Path) -> Result<(), String> {
    for (path, arguments) in PAGES {
        let file = root.join(path);
        let fresh = print(mesh, arguments)?;
        std::fs::create_dir_all(file.parent().unwrap_or(root))
            .and_then(|()| std::fs::write(&file, fresh))
            .map_err(|error| format!("failed to write {path}: {error}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

fn print(mesh: &Path, arguments: &[&str]) -> Result<String, String> {
    let what = format!("{} {}", mesh.display(), arguments.join(" "));
    let output = Command::new(mesh)
        .args(arguments)
        .stdin(Stdio::null())
        // A page must not depend on who prints it.
        .env_remove("MESH_HOME")
        .env_remove("MESH_URL")
        .env_remove("MESH_TOKEN")
        .env("COLUMNS", "100")
        .output()
        .map_err(|error| format!("failed to run {what}: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "{what} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("{what} printed something that is not UTF-8"))
}

/// The number of the first line that differs.
fn first_difference(old: &str, new: &str) -> Option<usize> {
    if old == new {
        return None;
    }
    let same = old
        .lines()
        .zip(new.lines())
        .take_while(|(old, new)| old == new)
        .count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_line_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }
}
