//! The historian's figures in random repositories against git's own commands.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mesh_survey::{
    Findings, HistoryFindings, HistoryState, Limits, PathHistory, Role, survey, survey_within,
};
use support::{START, git, git_as, repository};

fn history(dir: &Path) -> HistoryFindings {
    match survey(Role::Historian, dir, &mut |_| {}).unwrap() {
        Findings::Historian(found) => found,
        other => panic!("{other:?}"),
    }
}

fn number(dir: &Path, args: &[&str]) -> u64 {
    git(dir, args).trim().parse().unwrap()
}

/// Authors of the commits that touched a path, newest first, as git tells.
fn touched_by(dir: &Path, path: &str) -> Vec<String> {
    let path = if path.is_empty() { "." } else { path };
    let args = [
        "--literal-pathspecs",
        "log",
        "--no-merges",
        "--full-history",
        "--format=%aN",
        "HEAD",
        "--",
        path,
    ];
    git(dir, &args).lines().map(str::to_owned).collect()
}

fn check_path(dir: &Path, found: &HistoryFindings, path: &str, history: &PathHistory) {
    let authors = touched_by(dir, path);
    assert_eq!(history.commits, authors.len() as u64, "{path:?}");
    assert_eq!(found.name(history.last.author), authors[0], "{path:?}");
    let mut by_author: BTreeMap<&str, u64> = BTreeMap::new();
    for author in &authors {
        *by_author.entry(author).or_default() += 1;
    }
    assert_eq!(history.people, by_author.len() as u64, "{path:?}");
    for share in &history.shares {
        assert_eq!(
            by_author[found.name(share.author)],
            share.commits,
            "{path:?}"
        );
    }
    let most = by_author.values().max().unwrap();
    assert_eq!(
        history.shares[0].commits, *most,
        "{path:?}: the owner has most commits"
    );
}

#[test]
fn commits_and_authors_are_those_of_git() {
    for seed in 0..10 {
        let dir = repository(seed);
        let dir = dir.path();
        let found = history(dir);
        assert_eq!(found.state, HistoryState::Full);
        assert_eq!(found.branch.as_deref(), Some("main"));
        assert_eq!(
            found.commits,
            number(dir, &["rev-list", "--count", "HEAD"]),
            "seed {seed}"
        );
        assert_eq!(
            found.merges,
            number(dir, &["rev-list", "--count", "--merges", "HEAD"]),
            "seed {seed}"
        );
        let mut want: Vec<(String, u64)> = git(dir, &["shortlog", "-sn", "HEAD"])
            .lines()
            .map(|line| line.trim().split_once('\t').unwrap())
            .map(|(count, name)| (name.to_owned(), count.parse().unwrap()))
            .collect();
        let mut got: Vec<(String, u64)> = found
            .authors
            .iter()
            .map(|author| (author.name.clone(), author.commits))
            .collect();
        assert!(got.is_sorted_by(|a, b| a.1 >= b.1));
        want.sort();
        got.sort();
        assert_eq!(got, want, "seed {seed}");

        let last = found.last.as_ref().unwrap();
        assert_eq!(last.hash, git(dir, &["rev-parse", "HEAD"]).trim());
        assert_eq!(last.at, number(dir, &["log", "-1", "--format=%ct"]) as i64);
        let root = git(dir, &["rev-list", "--max-parents=0", "HEAD"]);
        assert_eq!(found.first.as_ref().unwrap().hash, root.trim());
    }
}

#[test]
fn files_and_folders_have_the_history_git_tells() {
    for seed in 10..14 {
        let dir = repository(seed);
        let dir = dir.path();
        let found = history(dir);
        // Git is asked on UTF-8 paths only: the one other name cannot be an argument here.
        let plain = |path: &str| !path.contains('\u{fffd}');
        for (path, one) in found.files.iter().filter(|(path, _)| plain(path)) {
            check_path(dir, &found, path, one);
            let tracked = git(
                dir,
                &[
                    "--literal-pathspecs",
                    "ls-tree",
                    "--name-only",
                    "HEAD",
                    "--",
                    path,
                ],
            );
            assert_eq!(one.exists, !tracked.is_empty(), "seed {seed} {path:?}");
        }
        for (path, one) in &found.folders {
            check_path(dir, &found, path, one);
        }
        let names = git(
            dir,
            &[
                "log",
                "--no-merges",
                "--no-renames",
                "--name-only",
                "-z",
                "--format=",
                "HEAD",
            ],
        );
        let mut changes: BTreeMap<&str, u64> = BTreeMap::new();
        for path in names.split(['\0']).filter(|path| !path.is_empty()) {
            *changes.entry(path).or_default() += 1;
        }
        let hot = found.hot_files();
        assert_eq!(
            hot[0].1.commits,
            *changes.values().max().unwrap(),
            "seed {seed}"
        );
        assert_eq!(hot.len(), changes.len(), "seed {seed}");
    }
}

#[test]
fn added_and_removed_lines_are_those_of_numstat() {
    let dir = repository(15);
    let dir = dir.path();
    let found = history(dir);
    for author in &found.authors {
        let by = format!("--author=<{}>", author.email);
        let stat = git(
            dir,
            &[
                "log",
                "--no-merges",
                "--no-renames",
                "--numstat",
                "--format=",
                "-F",
                "-i",
                &by,
                "HEAD",
            ],
        );
        let figure = |line: &str, at: usize| {
            line.split('\t')
                .nth(at)
                .and_then(|word| word.parse::<u64>().ok())
        };
        let sum = |at: usize| {
            stat.lines()
                .filter_map(|line| figure(line, at))
                .sum::<u64>()
        };
        assert_eq!(
            (author.lines_added, author.lines_removed),
            (sum(0), sum(1)),
            "{}",
            author.name
        );
    }
}

#[test]
fn answers_name_the_people_git_names() {
    for seed in 16..20 {
        let dir = repository(seed);
        let dir = dir.path();
        let findings = survey(Role::Historian, dir, &mut |_| {}).unwrap();
        let commits = number(dir, &["rev-list", "--count", "HEAD"]);
        assert!(
            findings
                .answer("how many commits?")
                .text
                .starts_with(&format!("{commits} commits by "))
        );
        let subject = git(dir, &["log", "-1", "--format=%s"]);
        assert!(
            findings
                .answer("last commit?")
                .text
                .contains(subject.trim())
        );
        let last = &touched_by(dir, "src")[0];
        let answer = findings.answer("who last touched src?").text;
        assert!(
            answer.starts_with(&format!("{last} last touched src/")),
            "{answer}"
        );
        let ben = number(dir, &["rev-list", "--count", "--author=^Ben <", "HEAD"]);
        let answer = findings.answer("how many commits by Ben?").text;
        if ben > 0 {
            assert!(
                answer.starts_with(&format!("Ben made {ben} commit")),
                "{answer}"
            );
        }
    }
}

#[test]
fn a_folder_inside_a_repository_has_its_own_history() {
    let dir = repository(21);
    let found = history(&dir.path().join("src"));
    let whole = history(dir.path());
    assert_eq!(found.folders[""], whole.folders["src"]);
    assert!(
        found
            .files
            .iter()
            .all(|(path, one)| whole.files[&format!("src/{path}")] == *one)
    );
}

#[test]
fn places_without_history_say_so() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    let none = survey(Role::Historian, dir, &mut |_| {}).unwrap();
    assert!(none.report()[0].contains("not in a git repository"));
    assert!(
        none.answer("how many commits?")
            .text
            .contains("not in a git repository")
    );
    git(dir, &["init", "-q"]);
    let empty = survey(Role::Historian, dir, &mut |_| {}).unwrap();
    assert!(
        empty.report()[0].contains("no commits"),
        "{:?}",
        empty.report()
    );
    fs::write(dir.join("a"), "a\n").unwrap();
    for n in 0..3 {
        git_as(dir, "Ben", START + n, &["add", "a"]);
        git_as(
            dir,
            "Ben",
            START + n,
            &["commit", "-q", "--allow-empty", "-m", "one"],
        );
    }
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", dir.display());
    git(
        clone.path(),
        &["clone", "-q", "--depth", "1", &url, "shallow"],
    );
    let found = history(&clone.path().join("shallow"));
    assert!(found.shallow);
    assert_eq!(found.commits, 1);
    assert!(Findings::Historian(found).report()[0].contains("shallow"));
}

#[test]
fn the_limit_of_commits_is_kept_and_told() {
    let dir = repository(22);
    let limits = Limits {
        commits_max: 3,
        ..Limits::default()
    };
    let found = survey_within(Role::Historian, dir.path(), &limits, &mut |_| {}).unwrap();
    let Findings::Historian(history) = &found else {
        panic!()
    };
    assert_eq!(history.commits, 3);
    assert!(
        found
            .answer("how many commits?")
            .text
            .contains("not complete")
    );
}

#[test]
fn settings_of_the_repository_start_no_program() {
    let dir = repository(23);
    let mark = dir.path().join(".git/started");
    let script = dir.path().join(".git/run.sh");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", mark.display())).unwrap();
    git(
        dir.path(),
        &[
            "config",
            "core.fsmonitor",
            &format!("sh {}", script.display()),
        ],
    );
    git(
        dir.path(),
        &[
            "config",
            "diff.external",
            &format!("sh {}", script.display()),
        ],
    );
    git(
        dir.path(),
        &["config", "core.pager", &format!("sh {}", script.display())],
    );
    git(
        dir.path(),
        &["config", "gpg.program", &script.display().to_string()],
    );
    git(dir.path(), &["config", "log.showSignature", "true"]);
    git(
        dir.path(),
        &[
            "config",
            "diff.mark.textconv",
            &format!("sh {}", script.display()),
        ],
    );
    fs::write(dir.path().join(".git/info/attributes"), "* diff=mark\n").unwrap();
    let _ = fs::remove_file(&mark);
    assert!(history(dir.path()).commits > 0);
    assert!(!mark.exists());
}
