//! `Cargo.toml`: workspaces, packages and programs.

use toml::{Table, Value};

use super::{
    BuildCommand, BuildFindings, EntryPoint, Generated, Origin, Package, Purpose, System, Tree,
};
use super::{folder_of, join};
use crate::words;

pub(super) fn read(found: &mut BuildFindings, tree: &Tree, path: &str, text: &str) {
    let Ok(manifest) = text.parse::<Table>() else {
        found.unclear.push(path.to_owned());
        return;
    };
    let folder = folder_of(path);
    let workspace = manifest.get("workspace").and_then(Value::as_table);
    let package = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str);
    let member = found
        .systems
        .iter()
        .any(|system| system.name == "Cargo" && covers(folder_of(&system.file), folder));
    if let Some(name) = package {
        let test = if member {
            format!("cargo test -p {name}")
        } else if folder.is_empty() {
            "cargo test".to_owned()
        } else {
            format!("cargo test --manifest-path {path}")
        };
        found.packages.push(Package {
            folder: folder.to_owned(),
            name: name.to_owned(),
            test,
        });
        programs(found, tree, folder, name, &manifest, member);
    }
    // Members are built from the workspace's top; listing each would say the same thing many times.
    if member {
        return;
    }
    let about = workspace.map(|workspace| describe_workspace(tree, folder, workspace));
    found.systems.push(System {
        name: "Cargo".to_owned(),
        file: path.to_owned(),
        about,
    });
    let whole = if workspace.is_some() {
        " --workspace"
    } else {
        ""
    };
    for (line, purpose) in [
        (format!("cargo build{whole}"), Purpose::Build),
        (format!("cargo test{whole}"), Purpose::Test),
        (format!("cargo clippy{whole}"), Purpose::Lint),
    ] {
        push(found, path, line, purpose);
    }
    found.generated.push(Generated {
        path: join(folder, "target"),
        folder: true,
        why: "cargo writes it".to_owned(),
    });
}

fn push(found: &mut BuildFindings, path: &str, line: String, purpose: Purpose) {
    found.commands.push(BuildCommand {
        line,
        purpose,
        folder: folder_of(path).to_owned(),
        origin: Origin::Manifest,
        file: path.to_owned(),
        about: None,
    });
}

fn covers(above: &str, folder: &str) -> bool {
    above.is_empty()
        || folder
            .strip_prefix(above)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Counts the members a pattern such as `crates/*` stands for.
fn describe_workspace(tree: &Tree, folder: &str, workspace: &Table) -> String {
    let patterns = workspace
        .get("members")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut members = 0;
    for pattern in patterns.iter().filter_map(Value::as_str) {
        let pattern = join(folder, pattern.trim_end_matches('/'));
        members += match pattern.strip_suffix("/*") {
            Some(parent) => tree
                .below(parent)
                .filter_map(|path| path.strip_suffix("/Cargo.toml"))
                .filter(|place| folder_of(place) == parent)
                .count(),
            None => usize::from(tree.has(&join(&pattern, "Cargo.toml"))),
        };
    }
    format!("workspace with {}", words::count(members as u64, "member"))
}

fn programs(
    found: &mut BuildFindings,
    tree: &Tree,
    folder: &str,
    package: &str,
    manifest: &Table,
    member: bool,
) {
    let mut programs: Vec<(String, String)> = Vec::new();
    for bin in manifest
        .get("bin")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let name = bin.get("name").and_then(Value::as_str).unwrap_or(package);
        let path = bin.get("path").and_then(Value::as_str).map_or_else(
            || {
                if name == package {
                    "src/main.rs".to_owned()
                } else {
                    format!("src/bin/{name}.rs")
                }
            },
            str::to_owned,
        );
        programs.push((name.to_owned(), join(folder, &path)));
    }
    let main = join(folder, "src/main.rs");
    if tree.has(&main) && !programs.iter().any(|(_, file)| *file == main) {
        programs.push((package.to_owned(), main));
    }
    let bins = join(folder, "src/bin");
    for file in tree.below(&bins).filter(|file| folder_of(file) == bins) {
        let name = file
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".rs"));
        if let Some(name) = name.filter(|_| !programs.iter().any(|(_, known)| known == file)) {
            programs.push((name.to_owned(), file.to_owned()));
        }
    }
    let path = join(folder, "Cargo.toml");
    for (name, file) in programs {
        if !tree.has(&file) {
            continue;
        }
        let line = if member {
            format!("cargo run -p {package} --bin {name}")
        } else {
            format!("cargo run --bin {name}")
        };
        found.commands.push(BuildCommand {
            line,
            purpose: Purpose::Run,
            folder: if member {
                String::new()
            } else {
                folder.to_owned()
            },
            origin: Origin::Manifest,
            file: path.clone(),
            about: None,
        });
        found.entry_points.push(EntryPoint {
            file,
            name: Some(name),
        });
    }
}
