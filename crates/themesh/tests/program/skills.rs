//! Skills as people use them: published from a folder, installed into the folder of a program, and left alone where somebody has
//! changed them.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::node::{Node, Said, command, said};

const MAIN: &str = "---\nname: release-notes\ndescription: Writes release notes\nallowed-tools: Bash(git:*)\n---\n\nRead the log.\n";

/// A folder with a skill in it.
fn folder(at: &Path, main: &str) -> PathBuf {
    let folder = at.join("release-notes");
    fs::create_dir_all(folder.join("scripts")).unwrap();
    fs::write(folder.join("SKILL.md"), main).unwrap();
    fs::write(folder.join("scripts/log.sh"), "#!/bin/sh\ngit log\n").unwrap();
    let run = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.join("scripts/log.sh"), run).unwrap();
    fs::write(folder.join("logo.png"), [0x89, 0xff, 0]).unwrap();
    folder
}

/// Runs a verb of a user whose programs look into a folder of their own.
fn at_home(node: &Node, user: &Path, args: &[&str]) -> Said {
    let mut command = command(&node.home());
    for moved in ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"] {
        command.env_remove(moved);
    }
    let output = command
        .env("HOME", user)
        .current_dir(user)
        .args(args)
        .output();
    said(output.unwrap())
}

fn publish(node: &Node, folder: &Path) -> Said {
    node.mesh(&[
        "skill",
        "publish",
        folder.to_str().unwrap(),
        "--room",
        "general",
    ])
}

#[test]
fn a_skill_comes_from_a_folder_into_the_folders_of_programs() {
    let (node, user) = (Node::start(), tempfile::tempdir().unwrap());
    let from = folder(node.folder.path(), MAIN);
    fs::write(from.join(".env"), "SECRET=1").unwrap();
    let told = publish(&node, &from);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.out.contains(".env is left out"), "{}", told.out);
    let install = |more: &[&str]| {
        let args = ["skill", "install", "release-notes"];
        at_home(&node, user.path(), &[&args[..], more].concat())
    };
    let at = user.path().join(".claude/skills/release-notes");
    // Nobody was asked, and somebody only looks.
    let unasked = install(&[]);
    assert_ne!(unasked.code, 0);
    let shown = install(&["--dry-run"]);
    assert!(shown.out.contains("+ Read the log."), "{}", shown.out);
    assert!(shown.out.contains("nothing grants them"), "{}", shown.out);
    assert!(!at.exists());
    assert_eq!(install(&["--yes"]).code, 0);
    assert_eq!(fs::read_to_string(at.join("SKILL.md")).unwrap(), MAIN);
    assert_eq!(fs::read(at.join("logo.png")).unwrap(), [0x89, 0xff, 0]);
    let mode = |name: &str| fs::metadata(at.join(name)).unwrap().permissions().mode() & 0o111;
    assert_ne!(mode("scripts/log.sh"), 0);
    assert_eq!(mode("SKILL.md"), 0);
    assert!(!at.join(".env").exists());
    // The next version goes over this one, and what it no longer has is gone.
    fs::write(from.join("SKILL.md"), MAIN.replace("the log", "the tags")).unwrap();
    fs::remove_file(from.join("logo.png")).unwrap();
    assert_eq!(publish(&node, &from).code, 0);
    let shown = install(&["--yes"]);
    assert!(shown.out.contains("- Read the log."), "{}", shown.out);
    assert!(shown.out.contains("logo.png: goes"), "{}", shown.out);
    assert!(!at.join("logo.png").exists());
    assert_eq!(install(&["--yes", "--version", "1"]).code, 0);
    assert!(at.join("logo.png").exists());
    // What somebody has changed is theirs.
    fs::write(at.join("notes.md"), "mine").unwrap();
    for verb in ["install", "uninstall"] {
        let told = at_home(
            &node,
            user.path(),
            &["skill", verb, "release-notes", "--yes"],
        );
        assert_ne!(told.code, 0);
        assert!(told.err.contains("was changed since"), "{}", told.err);
    }
    fs::remove_file(at.join("notes.md")).unwrap();
    let told = at_home(
        &node,
        user.path(),
        &["skill", "uninstall", "release-notes", "--yes"],
    );
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(!at.exists());
    let rest: Vec<_> = fs::read_dir(at.parent().unwrap()).unwrap().collect();
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn nothing_of_a_persons_own_is_written_over() {
    let (node, user) = (Node::start(), tempfile::tempdir().unwrap());
    let from = folder(node.folder.path(), MAIN);
    assert_eq!(publish(&node, &from).code, 0);
    let at = user.path().join(".claude/skills/release-notes");
    fs::create_dir_all(&at).unwrap();
    fs::write(at.join("SKILL.md"), "my own").unwrap();
    let install = |more: &[&str]| {
        let args = ["skill", "install", "release-notes", "--yes"];
        at_home(&node, user.path(), &[&args[..], more].concat())
    };
    let told = install(&[]);
    assert_ne!(told.code, 0);
    assert!(
        told.err.contains("was not installed by mesh"),
        "{}",
        told.err
    );
    assert_eq!(fs::read_to_string(at.join("SKILL.md")).unwrap(), "my own");
    // A link in a project does not lead out of it.
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), user.path().join(".agents")).unwrap();
    let told = install(&["--for", "codex", "--scope", "project"]);
    assert_ne!(told.code, 0);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    // Nor is a link at the skill's own place followed.
    let there = user.path().join(".gemini/skills");
    fs::create_dir_all(&there).unwrap();
    symlink(outside.path(), there.join("release-notes")).unwrap();
    assert_ne!(install(&["--for", "gemini"]).code, 0);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn folders_that_are_no_skills_are_not_published() {
    let node = Node::start();
    let from = folder(node.folder.path(), MAIN);
    let refused = |why: &str| {
        let told = publish(&node, &from);
        assert_ne!(told.code, 0, "{}", told.out);
        assert!(told.err.contains(why), "{}", told.err);
    };
    symlink("/etc/passwd", from.join("passwd")).unwrap();
    refused("it is a link");
    fs::remove_file(from.join("passwd")).unwrap();
    let big = fs::File::create(from.join("big.bin")).unwrap();
    big.set_len(1 << 40).unwrap();
    refused("the limit is 2097152");
    fs::remove_file(from.join("big.bin")).unwrap();
    fs::write(from.join("SKILL.md"), "# no front matter").unwrap();
    refused("three dashes");
    let told = publish(&node, &from.join("logo.png"));
    assert!(told.err.contains("archives are not taken"), "{}", told.err);
    assert_eq!(fs::read_dir(node.home().join("files")).unwrap().count(), 0);
}
