//! `pyproject.toml`, `setup.py`, `tox.ini` and `noxfile.py`.

use toml::{Table, Value};

use super::{BuildCommand, BuildFindings, Generated, Origin, Package, Purpose, System, Tree};
use super::{folder_of, join};
use crate::walk;

pub(super) fn read(found: &mut BuildFindings, tree: &Tree, path: &str, text: &str) {
    let folder = folder_of(path);
    let name = match walk::file_name(path) {
        "pyproject.toml" => {
            let Ok(manifest) = text.parse::<Table>() else {
                found.unclear.push(path.to_owned());
                return;
            };
            pyproject(found, tree, path, &manifest);
            return;
        }
        "tox.ini" => {
            push(found, path, "tox", Purpose::Test);
            "tox"
        }
        "noxfile.py" => {
            push(found, path, "nox", Purpose::Test);
            "nox"
        }
        _ => {
            if tree.has(&join(folder, "pyproject.toml")) {
                return;
            }
            push(found, path, "pip install -e .", Purpose::Install);
            push(
                found,
                path,
                if has_tests(tree, folder) {
                    "python -m pytest"
                } else {
                    "python -m unittest"
                },
                Purpose::Test,
            );
            "setuptools"
        }
    };
    found.systems.push(System {
        name: name.to_owned(),
        file: path.to_owned(),
        about: None,
    });
}

fn pyproject(found: &mut BuildFindings, tree: &Tree, path: &str, manifest: &Table) {
    let folder = folder_of(path);
    let tools = manifest.get("tool").and_then(Value::as_table);
    let has_tool = |name: &str| tools.is_some_and(|tools| tools.contains_key(name));
    let project = manifest
        .get("project")
        .or_else(|| tools.and_then(|tools| tools.get("poetry")));
    let name = project
        .and_then(|project| project.get("name"))
        .and_then(Value::as_str);
    let (system, before) = if tree.has(&join(folder, "uv.lock")) || has_tool("uv") {
        ("uv", "uv run ")
    } else if has_tool("poetry") {
        ("Poetry", "poetry run ")
    } else if has_tool("hatch") {
        ("Hatch", "hatch run ")
    } else {
        ("Python", "")
    };
    found.systems.push(System {
        name: system.to_owned(),
        file: path.to_owned(),
        about: name.map(str::to_owned),
    });
    let (install, build) = match system {
        "uv" => ("uv sync", "uv build"),
        "Poetry" => ("poetry install", "poetry build"),
        "Hatch" => ("hatch env create", "hatch build"),
        _ => ("pip install -e .", "python -m build"),
    };
    push(found, path, install, Purpose::Install);
    if project.is_some() {
        push(found, path, build, Purpose::Build);
    }
    if has_tool("pytest") || has_tests(tree, folder) {
        let line = format!(
            "{before}{}",
            if before.is_empty() {
                "python -m pytest"
            } else {
                "pytest"
            }
        );
        push(found, path, &line, Purpose::Test);
        if let Some(name) = name {
            let test = if folder.is_empty() {
                line
            } else {
                format!("cd {folder} && {line}")
            };
            found.packages.push(Package {
                folder: folder.to_owned(),
                name: name.to_owned(),
                test,
            });
        }
    }
    if has_tool("ruff") {
        push(found, path, &format!("{before}ruff check"), Purpose::Lint);
    }
    let scripts = project
        .and_then(|project| project.get("scripts"))
        .and_then(Value::as_table);
    for script in scripts.into_iter().flat_map(Table::keys) {
        push(found, path, &format!("{before}{script}"), Purpose::Run);
    }
    for name in [".venv", "dist"] {
        let why = "Python's tools write it".to_owned();
        found.generated.push(Generated {
            path: join(folder, name),
            folder: true,
            why,
        });
    }
}

/// Whether the folder holds tests by pytest's own naming rule.
fn has_tests(tree: &Tree, folder: &str) -> bool {
    tree.below(folder).any(|path| {
        let name = walk::file_name(path);
        name == "conftest.py"
            || name.ends_with("_test.py")
            || (name.starts_with("test_") && name.ends_with(".py"))
    })
}

fn push(found: &mut BuildFindings, path: &str, line: &str, purpose: Purpose) {
    found.commands.push(BuildCommand {
        line: line.to_owned(),
        purpose,
        folder: folder_of(path).to_owned(),
        origin: Origin::Manifest,
        file: path.to_owned(),
        about: None,
    });
}
