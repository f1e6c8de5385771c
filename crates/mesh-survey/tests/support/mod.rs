//! Random repositories, the same for the same seed, and the right answers by `git` and `wc` run as processes.

// Each test program uses its own part of this file.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A small deterministic generator (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// People who commit; one name is not ASCII and one is the beginning of another.
pub const PEOPLE: &[&str] = &["Ana Sol", "Ben", "Cléo Martin", "Benedikt"];

/// Runs git with fixed people and dates; the machine's own settings play no part.
pub fn git_as(dir: &Path, person: &str, at: u64, args: &[&str]) -> Vec<u8> {
    let email = format!("{}@example.com", person.to_lowercase().replace(' ', "."));
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args([
            "-c",
            "core.quotePath=false",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args([
            "-c",
            "core.autocrlf=false",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .env("GIT_AUTHOR_NAME", person)
        .env("GIT_AUTHOR_EMAIL", &email)
        .env("GIT_COMMITTER_NAME", person)
        .env("GIT_COMMITTER_EMAIL", &email)
        .env("GIT_AUTHOR_DATE", format!("{at} +0000"))
        .env("GIT_COMMITTER_DATE", format!("{at} +0000"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Runs git for its answer.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let out = git_as(dir, "Ana Sol", START, args);
    String::from_utf8_lossy(&out).into_owned()
}

/// A Monday, 2026-03-02 00:00 UTC.
pub const START: u64 = 1_772_409_600;

/// What `wc` counts in a file: `-l` newline bytes, `-c` bytes.
pub fn wc(dir: &Path, path: &OsStr, what: &str) -> u64 {
    let input = Stdio::from(fs::File::open(dir.join(path)).unwrap());
    let output = Command::new("wc").arg(what).stdin(input).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

/// Paths git would keep: tracked, and untracked without the ignored ones. Only ordinary files that are there.
pub fn kept_files(dir: &Path) -> Vec<Vec<u8>> {
    let out = git_as(
        dir,
        "Ana Sol",
        START,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    );
    let mut paths: Vec<Vec<u8>> = out
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    paths.retain(|path| {
        dir.join(OsStr::from_bytes(path))
            .symlink_metadata()
            .is_ok_and(|about| about.is_file())
    });
    paths.sort();
    paths.dedup();
    paths
}

const FOLDERS: &[&str] = &[
    "",
    "src/",
    "src/deep er/",
    "dócs/",
    "crates/one/src/",
    "a\nb/",
    "tests/",
];
const ENDS: &[&str] = &[
    "rs",
    "py",
    "md",
    "txt",
    "tmp",
    "bin",
    "json",
    "RS",
    "unknownend",
    "log",
];
const PIECES: &[&str] = &[
    "line\n",
    "crlf\r\n",
    "\n",
    "ünïcode\n",
    "\ttab",
    "no end",
    "\r",
];

fn write(dir: &Path, path: impl AsRef<Path>, bytes: &[u8]) {
    let place = dir.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, bytes).unwrap();
}

fn content(dice: &mut Dice, end: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..dice.roll(60) {
        bytes.extend_from_slice(dice.pick(PIECES).as_bytes());
    }
    match end {
        "bin" => bytes.insert(0, 0),
        _ if dice.roll(5) == 0 => bytes.extend_from_slice(b"latin \xe9\xff"),
        _ if dice.roll(6) == 0 => bytes.clear(),
        // A NUL byte that comes late does not make a file binary.
        _ if dice.roll(9) == 0 => {
            bytes.extend(b"x\n".repeat(4_100));
            bytes.push(0);
        }
        _ => {}
    }
    bytes
}

/// A repository with several authors, merges, ignored files, odd names and every sort of content.
pub fn repository(seed: u64) -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    let mut dice = Dice(seed);
    git(dir, &["init", "-q"]);
    write(
        dir,
        ".gitignore",
        b"ignored/\n*.tmp\n!kept.tmp\n/only-top.md\n",
    );
    write(dir, "src/.gitignore", b"*.log\n!deep er/\n");
    write(dir, "ignored/big.rs", &b"x\n".repeat(9_999));
    write(dir, "kept.tmp", b"kept\n");
    write(dir, "only-top.md", b"hidden\n");
    write(dir, "src/only-top.md", b"seen\n");
    write(dir, ".hidden/settings.toml", b"a = 1\n");
    write(dir, OsStr::from_bytes(b"odd \xff name.py"), b"one\ntwo");
    std::os::unix::fs::symlink("kept.tmp", dir.join("link.rs")).unwrap();
    std::os::unix::fs::symlink(".", dir.join("loop")).unwrap();
    let mut at = START;
    for round in 0..6 + dice.roll(8) {
        for _ in 0..1 + dice.roll(5) {
            let (folder, end) = (dice.pick(FOLDERS), dice.pick(ENDS));
            let path = format!("{folder}f{}.{end}", dice.roll(10));
            if dice.roll(8) == 0 && dir.join(&path).exists() {
                fs::remove_file(dir.join(&path)).unwrap();
            } else {
                let bytes = content(&mut dice, end);
                write(dir, &path, &bytes);
            }
        }
        at += 3_600 * (1 + dice.roll(100));
        commit(dir, dice.pick(PEOPLE), at, &format!("round {round}"));
        if dice.roll(4) == 0 {
            at += 3_600;
            merge(dir, &mut dice, at, round);
        }
    }
    // Files nobody has added yet count for sizes and not for history.
    write(dir, "src/new one.rs", &content(&mut dice, "rs"));
    temp
}

fn commit(dir: &Path, person: &str, at: u64, message: &str) {
    git_as(dir, person, at, &["add", "-A"]);
    git_as(
        dir,
        person,
        at,
        &["commit", "-q", "--allow-empty", "-m", message],
    );
}

/// A side branch with one commit, merged back.
fn merge(dir: &Path, dice: &mut Dice, at: u64, round: u64) {
    let (person, side) = (dice.pick(PEOPLE), format!("side{round}"));
    git(dir, &["checkout", "-q", "-b", &side]);
    write(dir, format!("src/side{round}.rs"), b"side\n");
    commit(dir, person, at, "on the side");
    git(dir, &["checkout", "-q", "main"]);
    write(dir, "tests/main-side.py", format!("{round}\n").as_bytes());
    commit(dir, person, at, "meanwhile");
    git_as(
        dir,
        person,
        at + 60,
        &["merge", "-q", "--no-ff", "-m", "merge the side", &side],
    );
}
