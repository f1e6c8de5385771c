//! `package.json` and `deno.json`.

use serde_json::Value;

use super::{
    BuildCommand, BuildFindings, EntryPoint, Generated, Origin, Package, Purpose, System, Tree,
};
use super::{folder_of, join, purpose_of};
use crate::walk;
use crate::words;

pub(super) fn read(found: &mut BuildFindings, tree: &Tree, path: &str, text: &str) {
    let Ok(manifest) = serde_json::from_str::<Value>(text) else {
        found.unclear.push(path.to_owned());
        return;
    };
    let folder = folder_of(path);
    let deno = walk::file_name(path).starts_with("deno.");
    let tool = if deno {
        "deno"
    } else {
        package_manager(tree, folder, &manifest)
    };
    let scripts = &manifest[if deno { "tasks" } else { "scripts" }];
    let names: Vec<&String> = scripts
        .as_object()
        .map(|map| map.keys().collect())
        .unwrap_or_default();
    found.systems.push(System {
        name: tool.to_owned(),
        file: path.to_owned(),
        about: Some(words::count(names.len() as u64, "script")),
    });
    for name in &names {
        found.commands.push(BuildCommand {
            line: call(tool, name),
            purpose: purpose_of(name),
            folder: folder.to_owned(),
            origin: Origin::Script,
            file: path.to_owned(),
            about: scripts[name.as_str()].as_str().map(str::to_owned),
        });
    }
    if !deno {
        found.commands.push(BuildCommand {
            line: format!("{tool} install"),
            purpose: Purpose::Install,
            folder: folder.to_owned(),
            origin: Origin::Manifest,
            file: path.to_owned(),
            about: None,
        });
    }
    if let (Some(name), true) = (
        manifest["name"].as_str(),
        names.iter().any(|name| *name == "test"),
    ) {
        let call = call(tool, "test");
        let test = if folder.is_empty() {
            call
        } else {
            format!("cd {folder} && {call}")
        };
        found.packages.push(Package {
            folder: folder.to_owned(),
            name: name.to_owned(),
            test,
        });
    }
    entry_points(found, tree, folder, &manifest);
    for name in ["node_modules", "dist"] {
        found.generated.push(Generated {
            path: join(folder, name),
            folder: true,
            why: format!("{tool} writes it"),
        });
    }
}

fn call(tool: &str, script: &str) -> String {
    match (tool, script) {
        ("deno", _) => format!("deno task {script}"),
        ("npm" | "pnpm" | "yarn", "test" | "start") => format!("{tool} {script}"),
        ("yarn", _) => format!("yarn {script}"),
        _ => format!("{tool} run {script}"),
    }
}

fn package_manager(tree: &Tree, folder: &str, manifest: &Value) -> &'static str {
    let named = manifest["packageManager"].as_str().unwrap_or_default();
    let locks = [
        ("pnpm", "pnpm-lock.yaml"),
        ("yarn", "yarn.lock"),
        ("bun", "bun.lock"),
        ("bun", "bun.lockb"),
        ("npm", "package-lock.json"),
    ];
    if let Some((tool, _)) = locks
        .iter()
        .find(|(tool, _)| named.starts_with(&format!("{tool}@")))
    {
        return tool;
    }
    // A package of a workspace is locked at the workspace's top.
    let mut place = Some(folder);
    while let Some(at) = place {
        if let Some((tool, _)) = locks.iter().find(|(_, lock)| tree.has(&join(at, lock))) {
            return tool;
        }
        place = (!at.is_empty()).then(|| folder_of(at));
    }
    "npm"
}

fn entry_points(found: &mut BuildFindings, tree: &Tree, folder: &str, manifest: &Value) {
    let name = manifest["name"].as_str().map(str::to_owned);
    let mut files: Vec<(Option<String>, String)> = Vec::new();
    if let Some(main) = manifest["main"].as_str() {
        files.push((name.clone(), main.to_owned()));
    }
    match &manifest["bin"] {
        Value::String(file) => files.push((name, file.clone())),
        Value::Object(map) => {
            files.extend(
                map.iter().filter_map(|(name, file)| {
                    Some((Some(name.clone()), file.as_str()?.to_owned()))
                }),
            );
        }
        _ => {}
    }
    for (name, file) in files {
        let file = join(folder, file.trim_start_matches("./"));
        if tree.has(&file) {
            found.entry_points.push(EntryPoint { file, name });
        }
    }
}
