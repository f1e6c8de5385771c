//! A mesh that an earlier release wrote still opens, verifies and answers as it did then.
//! `tests/kept/README.md` says what is kept and how.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesh_log::{RealDisk, Trust};
use mesh_model::ops::{self, OpKind};
use mesh_ops::testing::filled;
use serde_json::{Value, json};

use crate::house::House;

/// What depends on the day, on who is connected, or on the release that answers.
const OF_TODAY: &[&str] = &[
    "approval.list",
    "budget.list",
    "cost.list",
    "log.verify",
    "operation.list",
    "presence.list",
    "report.get",
    "session.list",
    "status.get",
    "task.stats",
];

#[tokio::test]
async fn a_kept_mesh_answers_as_it_did() {
    for folder in kept() {
        let names = json_of(&folder.join("names.json"));
        let home = copied(&folder);
        verify(home.path());
        let house = House::reopen(home).await;
        let path = folder.join("answers.json");
        let keeps = std::env::var_os("MESH_KEEP_ANSWERS").as_deref() == folder.file_name();
        let before = json_of(&path);
        // What that release could not be asked it was not asked.
        let asked = |name: &str| keeps || before.get(name).is_some();
        let answers = answers(&house, &names, &asked).await;
        // Only for the release that is being kept; see the README there.
        if keeps {
            let text = serde_json::to_string_pretty(&answers).unwrap();
            std::fs::write(&path, text + "\n").unwrap();
        }
        let before = json_of(&path);
        compare(&folder, &before, &answers);
        // The first time the state came from the log alone, now it comes from a snapshot.
        let house = house.restart().await;
        compare(
            &folder,
            &before,
            &self::answers(&house, &names, &asked).await,
        );
    }
}

/// Everything that was answered is answered still; a later release may say more.
fn compare(folder: &Path, before: &Value, now: &BTreeMap<String, Value>) {
    for (name, answer) in now {
        if let Some(before) = before.get(name) {
            let mut path = format!("{}: {name}", folder.display());
            same(&mut path, before, answer);
        }
    }
}

fn same(path: &mut String, before: &Value, now: &Value) {
    let at = path.len();
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            let of_today = |field: &str| matches!(field, "last_seen" | "budget");
            for (field, before) in before.iter().filter(|(field, _)| !of_today(field)) {
                path.push_str(&format!(".{field}"));
                same(path, before, now.get(field).unwrap_or(&Value::Null));
                path.truncate(at);
            }
        }
        (Value::Array(before), Value::Array(now)) if before.len() == now.len() => {
            for (index, (before, now)) in before.iter().zip(now).enumerate() {
                path.push_str(&format!("[{index}]"));
                same(path, before, now);
                path.truncate(at);
            }
        }
        (before, now) => assert_eq!(before, now, "{path}"),
    }
}

fn kept() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept");
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap());
    let mut folders: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn json_of(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// The kept folder is never written to.
fn copied(folder: &Path) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for part in ["log", "vault"] {
        std::fs::create_dir(home.path().join(part)).unwrap();
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            std::fs::copy(&path, home.path().join(part).join(name)).unwrap();
        }
    }
    for file in ["owner.token", "erased.json"] {
        std::fs::copy(folder.join(file), home.path().join(file)).unwrap();
    }
    home
}

fn verify(home: &Path) {
    let disk = Arc::new(RealDisk);
    mesh_log::verify_folder(disk, home.join("log"), &Trust::AnyKey, &mut |_| {}).unwrap();
}

/// What every query says to the owner, and to a user what only a user may ask.
async fn answers(
    house: &House,
    names: &Value,
    asked: &impl Fn(&str) -> bool,
) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    for declaration in ops::all() {
        if declaration.kind != OpKind::Query || OF_TODAY.contains(&declaration.name) {
            continue;
        }
        if !asked(declaration.name) {
            continue;
        }
        let input = filled(declaration, |name| names["names"].get(name).cloned());
        let who = match declaration.name {
            "browser.list" => &names["ana"],
            _ => &names["owner"],
        };
        let token = who.as_str().unwrap();
        let answer = match house.reply(token, declaration.name, input, None).await {
            Ok(reply) => serde_json::from_slice(&reply.body).unwrap(),
            Err(refusal) => json!({"refused": refusal.code.code()}),
        };
        answers.insert(declaration.name.to_owned(), answer);
    }
    answers
}
