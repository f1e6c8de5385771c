//! Random repositories: what the survey finds against what `git` and `wc` say on their own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use mesh_survey::{Findings, Role, survey};
use tempfile::TempDir;

/// A small deterministic generator (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

fn git(dir: &Path, author: &str, args: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(["-c", "core.quotePath=false", "-c", "commit.gpgsign=false"])
        .args(args)
        .env("GIT_AUTHOR_NAME", author)
        .env("GIT_AUTHOR_EMAIL", format!("{author}@example.com"))
        .env("GIT_COMMITTER_NAME", author)
        .env("GIT_COMMITTER_EMAIL", format!("{author}@example.com"))
        .env("GIT_AUTHOR_DATE", "2026-03-04T05:06:07Z")
        .env("GIT_COMMITTER_DATE", "2026-03-04T05:06:07Z")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn wc_lines(dir: &Path, path: &str) -> u64 {
    let output = Command::new("wc").arg("-l").stdin(fs::File::open(dir.join(path)).unwrap()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Writes files of every awkward sort and commits them by several authors.
fn repository(seed: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed);
    git(dir.path(), "ana", &["init", "-q"]);
    fs::write(dir.path().join(".gitignore"), "ignored/\n*.tmp\n").unwrap();
    fs::create_dir_all(dir.path().join("ignored")).unwrap();
    fs::write(dir.path().join("ignored/big.rs"), "x\n".repeat(9999)).unwrap();
    for round in 0..4 + dice.roll(6) {
        for _ in 0..1 + dice.roll(5) {
            let folder = dice.pick(&["", "src/", "src/deep er/", "dócs/"]);
            let ending = dice.pick(&["rs", "py", "md", "txt", "tmp", "bin"]);
            let path = dir.path().join(format!("{folder}f{}.{ending}", dice.roll(12)));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut bytes = Vec::new();
            for _ in 0..dice.roll(40) {
                bytes.extend_from_slice(dice.pick(&["line\n", "crlf\r\n", "\n", "ünï\n"]).as_bytes());
            }
            match ending {
                "bin" => bytes.extend_from_slice(b"\0\x01\n\n"),
                _ if dice.roll(3) == 0 => bytes.extend_from_slice(b"no newline at the end \xff"),
                _ => {}
            }
            fs::write(path, bytes).unwrap();
        }
        let author = dice.pick(&["ana", "ben", "Cléo"]);
        git(dir.path(), author, &["add", "-A"]);
        git(dir.path(), author, &["commit", "-q", "--allow-empty", "-m", &format!("round {round}")]);
    }
    dir
}

#[test]
fn sizes_are_those_of_git_and_wc() {
    for seed in 0..8 {
        let dir = repository(seed);
        let Findings::Code(code) = survey(Role::Surveyor, dir.path(), &mut |_| {}).unwrap() else { panic!() };
        let mut expected = BTreeMap::new();
        for path in git(dir.path(), "ana", &["ls-files", "-z"]).split_terminator('\0') {
            if !path.ends_with(".bin") {
                expected.insert(path.to_owned(), wc_lines(dir.path(), path));
            }
        }
        let seen: BTreeMap<_, _> = code.files.iter().map(|file| (file.path.clone(), file.lines)).collect();
        assert_eq!(seen, expected, "seed {seed}");
    }
}

#[test]
fn history_is_what_git_says() {
    for seed in 0..8 {
        let dir = repository(seed);
        let Findings::History(history) = survey(Role::Historian, dir.path(), &mut |_| {}).unwrap() else { panic!() };
        let commits = git(dir.path(), "ana", &["rev-list", "--count", "HEAD"]);
        assert_eq!(history.commits, commits.trim().parse::<u64>().unwrap(), "seed {seed}");
        for line in git(dir.path(), "ana", &["shortlog", "-sn", "HEAD"]).lines() {
            let (count, author) = line.trim().split_once('\t').unwrap();
            assert_eq!(history.authors[author], count.parse::<u64>().unwrap(), "seed {seed}, {author}");
        }
        for path in git(dir.path(), "ana", &["ls-files", "-z"]).split_terminator('\0') {
            let count = git(dir.path(), "ana", &["rev-list", "--count", "HEAD", "--", path]);
            assert_eq!(history.files[path].commits, count.trim().parse::<u64>().unwrap(), "seed {seed}, {path}");
        }
    }
}

#[test]
fn a_folder_without_history_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(survey(Role::Historian, dir.path(), &mut |_| {}).is_err());
    git(dir.path(), "ana", &["init", "-q"]);
    let empty = survey(Role::Historian, dir.path(), &mut |_| {}).unwrap();
    assert_eq!(empty.report(), ["The repository has no commits yet."]);
    assert!(survey(Role::Surveyor, &dir.path().join("none"), &mut |_| {}).is_err());
}

#[test]
fn build_commands_come_from_build_files() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("Makefile"), "X := 1\n.PHONY: all\nall: a b\n\tgo\ntest check:\n\tt\nup:\n%.o: %.c\n").unwrap();
    fs::write(dir.path().join("package.json"), r#"{"scripts":{"test":"x","dev":"y"}}"#).unwrap();
    let build = survey(Role::Builder, dir.path(), &mut |_| {}).unwrap();
    assert_eq!(build.answer("make targets?"), "4 targets: all, test, check and up.");
    assert!(build.answer("how do I test it?").contains("`make test` (Makefile)"));
    assert!(build.answer("how do I test it?").contains("`npm test` (package.json)"));
    assert!(build.answer("how do I run it?").contains("`make up` (Makefile)"));
    assert!(build.answer("who wrote it?").starts_with("That is a question for @historian."));
}
