//! The surveyor's figures in random repositories against `git ls-files` and `wc`.

mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use mesh_survey::{BINARY, Findings, Limits, Progress, Role, SizeFindings, survey, survey_within};
use support::{git, kept_files, repository, wc};

/// One file as `git` and `wc` see it.
struct Truth {
    path: String,
    lines: u64,
    bytes: u64,
    binary: bool,
}

fn truth(dir: &Path) -> Vec<Truth> {
    kept_files(dir)
        .into_iter()
        .map(|raw| {
            let place = OsStr::from_bytes(&raw);
            let content = fs::read(dir.join(place)).unwrap();
            Truth {
                path: String::from_utf8_lossy(&raw).into_owned(),
                lines: wc(dir, place, "-l"),
                bytes: wc(dir, place, "-c"),
                binary: content.iter().take(8_000).any(|byte| *byte == 0),
            }
        })
        .collect()
}

fn sizes(dir: &Path) -> SizeFindings {
    match survey(Role::Surveyor, dir, &mut |_| {}).unwrap() {
        Findings::Surveyor(found) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_file_has_the_figures_of_git_and_wc() {
    for seed in 0..12 {
        let dir = repository(seed);
        let found = sizes(dir.path());
        let want: BTreeMap<String, (u64, u64)> = truth(dir.path())
            .into_iter()
            .map(|file| {
                (
                    file.path,
                    (if file.binary { 0 } else { file.lines }, file.bytes),
                )
            })
            .collect();
        let got: BTreeMap<String, (u64, u64)> = found
            .files
            .iter()
            .map(|file| (file.path.clone(), (file.lines, file.bytes)))
            .collect();
        assert_eq!(got, want, "seed {seed}");
        assert!(found.files_complete);
        assert_eq!(found.all.files, want.len() as u64);
        assert_eq!(
            found.all.bytes,
            want.values().map(|(_, bytes)| bytes).sum::<u64>()
        );
        assert_eq!(found.symlinks, 2);
    }
}

#[test]
fn sums_by_language_and_folder_add_up() {
    for seed in 20..30 {
        let dir = repository(seed);
        let (found, truth) = (sizes(dir.path()), truth(dir.path()));
        let sum = |admit: &dyn Fn(&Truth) -> bool| {
            let hits = truth.iter().filter(|file| admit(file));
            hits.fold((0, 0, 0), |(files, lines, bytes), file| {
                (
                    files + 1,
                    lines + if file.binary { 0 } else { file.lines },
                    bytes + file.bytes,
                )
            })
        };
        let has_end =
            |file: &Truth, end: &str| file.path.to_lowercase().ends_with(&format!(".{end}"));
        for (language, end) in [
            ("Rust", "rs"),
            ("Python", "py"),
            ("Markdown", "md"),
            ("JSON", "json"),
        ] {
            let want = sum(&|file| has_end(file, end) && !file.binary);
            let got = found.languages.get(language).copied().unwrap_or_default();
            assert_eq!(
                (got.files, got.lines, got.bytes),
                want,
                "seed {seed} {language}"
            );
        }
        for (folder, size) in &found.folders {
            let below =
                |file: &Truth| folder.is_empty() || file.path.starts_with(&format!("{folder}/"));
            let got = (size.all.files, size.all.lines, size.all.bytes);
            assert_eq!(got, sum(&below), "seed {seed} {folder:?}");
        }
        let binary = sum(&|file| file.binary);
        assert_eq!(
            (found.binary.files, found.binary.bytes),
            (binary.0, binary.2)
        );
    }
}

#[test]
fn answers_carry_the_figures_of_wc() {
    for seed in 40..50 {
        let dir = repository(seed);
        let findings = survey(Role::Surveyor, dir.path(), &mut |_| {}).unwrap();
        let mut rust: Vec<Truth> = truth(dir.path());
        rust.retain(|file| file.path.to_lowercase().ends_with(".rs") && !file.binary);
        rust.sort_by(|a, b| b.lines.cmp(&a.lines).then(a.path.cmp(&b.path)));
        let answer = findings.answer("@surveyor largest Rust files?").text;
        for (place, file) in rust.iter().take(5).enumerate() {
            let plural = if file.lines == 1 { "line" } else { "lines" };
            let row = format!(
                "{}. {}: {} {plural},",
                place + 1,
                file.path.replace('\n', "\\n"),
                grouped(file.lines)
            );
            assert!(answer.contains(&row), "seed {seed}: no {row:?} in {answer}");
        }
        let lines: u64 = rust.iter().map(|file| file.lines).sum();
        let answer = findings.answer("how many lines of Rust?").text;
        assert!(
            answer.contains(&format!(" {} line", grouped(lines))),
            "seed {seed}: {lines} not in {answer}"
        );
        let answer = findings.answer("how many files in src?").text;
        let below = truth(dir.path())
            .iter()
            .filter(|file| file.path.starts_with("src/"))
            .count();
        assert!(
            answer.contains(&format!(" {below} file")),
            "seed {seed}: {below} not in {answer}"
        );
    }
}

fn grouped(n: u64) -> String {
    if n < 1_000 {
        n.to_string()
    } else {
        format!("{},{:03}", n / 1_000, n % 1_000)
    }
}

#[test]
fn a_folder_without_git_honours_gitignore_too() {
    let dir = repository(3);
    let with = sizes(dir.path());
    fs::remove_dir_all(dir.path().join(".git")).unwrap();
    assert_eq!(sizes(dir.path()), with);
}

#[test]
fn a_repository_inside_is_counted_apart() {
    let dir = repository(4);
    let before = sizes(dir.path());
    let inner = dir.path().join("src/inner");
    fs::create_dir_all(&inner).unwrap();
    git(&inner, &["init", "-q"]);
    fs::write(inner.join("theirs.rs"), "one\n").unwrap();
    let after = sizes(dir.path());
    assert_eq!((after.nested_repositories, after.all), (1, before.all));
}

#[test]
fn limits_are_kept_and_told() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..1_200 {
        fs::write(dir.path().join(format!("{n}.txt")), "a\n").unwrap();
    }
    fs::write(dir.path().join("large.rs"), "abc\n").unwrap();
    let mut steps: Vec<Progress> = Vec::new();
    let limits = Limits {
        file_bytes_max: 3,
        ..Limits::default()
    };
    let whole = survey_within(Role::Surveyor, dir.path(), &limits, &mut |step| {
        steps.push(step)
    })
    .unwrap();
    assert_eq!(
        steps.iter().map(|step| step.done).collect::<Vec<_>>(),
        [500, 1_000, 1_201]
    );
    assert_eq!(steps[2].total, Some(1_201));
    let Findings::Surveyor(found) = &whole else {
        panic!()
    };
    assert_eq!(
        (found.unread.files, found.all.files, found.all.lines),
        (1, 1_201, 1_200)
    );
    assert!(whole.report().join(" ").contains("too large to read"));

    let limits = Limits {
        files_max: 10,
        ..Limits::default()
    };
    let part = survey_within(Role::Surveyor, dir.path(), &limits, &mut |_| {}).unwrap();
    assert!(part.answer("how many files?").text.contains("10 files"));
    assert!(
        part.answer("how many files?")
            .text
            .contains("not complete: it stopped at the limit of 10 files")
    );

    let limits = Limits {
        time_max: Duration::ZERO,
        ..Limits::default()
    };
    let none = survey_within(Role::Surveyor, dir.path(), &limits, &mut |_| {}).unwrap();
    assert!(none.report().join(" ").contains("not complete"));
}

#[test]
fn the_largest_files_survive_when_not_all_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..9_000_u32 {
        let folder = dir.path().join((n % 10).to_string());
        fs::create_dir_all(&folder).unwrap();
        // Spread over the walk: every file is small but a few.
        let lines = if n % 1_000 == 7 { 50 + n / 1_000 } else { 1 };
        fs::write(folder.join(format!("{n}.rs")), "x\n".repeat(lines as usize)).unwrap();
    }
    let found = sizes(dir.path());
    assert!(!found.files_complete);
    let lines: Vec<u64> = found.files.iter().take(9).map(|file| file.lines).collect();
    assert_eq!(lines, [58, 57, 56, 55, 54, 53, 52, 51, 50]);
    assert_eq!(found.languages["Rust"].files, 9_000);
}

#[test]
fn findings_keep_their_shape_through_json() {
    let dir = repository(5);
    for role in Role::ALL {
        let findings = survey(role, dir.path(), &mut |_| {}).unwrap();
        let json = serde_json::to_string(&findings).unwrap();
        assert!(
            json.starts_with(&format!("{{\"role\":\"{}\"", role.handle())),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Findings>(&json).unwrap(), findings);
        let summary = serde_json::to_string(&findings.summary()).unwrap();
        assert!(summary.len() < 32 * 1024);
    }
}

#[test]
fn binary_files_and_missing_folders_are_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.png"), b"\0\n\n").unwrap();
    let found = sizes(dir.path());
    assert_eq!(found.files[0].language, BINARY);
    assert!(
        Findings::Surveyor(found)
            .answer("largest files?")
            .text
            .contains("1. a.png: 3 bytes")
    );
    let error = survey(Role::Surveyor, &dir.path().join("none"), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert!(error.contains("nothing was read"), "{error}");
    let error = survey(Role::Builder, &dir.path().join("a.png"), &mut |_| {})
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("cannot survey"), "{error}");
}
