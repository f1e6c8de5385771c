//! Questions to a small fixed code base and what the answers say, as tables.

mod support;

use std::fs;
use std::path::Path;

use mesh_survey::{Findings, Role, survey};
use support::{START, git, git_as};
use tempfile::TempDir;

fn write(dir: &Path, path: &str, text: &str) {
    let place = dir.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn commit(dir: &Path, person: &str, day: u64, subject: &str) {
    git_as(dir, person, START + day * 86_400, &["add", "-A"]);
    git_as(
        dir,
        person,
        START + day * 86_400,
        &["commit", "-q", "-m", subject],
    );
}

fn code_base() -> TempDir {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    git(dir, &["init", "-q"]);
    write(dir, "Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    write(dir, "Cargo.lock", &"x\n".repeat(40));
    write(
        dir,
        "Makefile",
        ".PHONY: all\nall: ## Build everything\n\tcargo build\ntest: ## Run all tests\n\tcargo test\nclean:\n",
    );
    write(dir, "crates/one/Cargo.toml", "[package]\nname = \"one\"\n");
    write(dir, "crates/one/src/main.rs", &"fn a() {}\n".repeat(1_200));
    write(
        dir,
        "crates/two/Cargo.toml",
        "[package]\nname = \"two-lib\"\n",
    );
    write(dir, "crates/two/src/lib.rs", &"fn b() {}\n".repeat(30));
    commit(dir, "Ana Sol", 0, "Begin @owner");
    write(dir, "tools/gen.py", &"pass\n".repeat(7));
    write(
        dir,
        "web/package.json",
        r#"{"name":"page","scripts":{"test":"vitest","dev":"vite"}}"#,
    );
    write(dir, "docs/name with space.md", "# a\nb\n");
    write(dir, "empty.txt", "");
    commit(dir, "Ben", 8, "Add tools");
    write(dir, "crates/two/src/lib.rs", &"fn c() {}\n".repeat(31));
    commit(dir, "Ben", 9, "Change two");
    write(dir, "crates/two/src/lib.rs", &"fn d() {}\n".repeat(32));
    commit(dir, "Ana Sol", 10, "Change two again");
    write(dir, "crates/two/src/main.rs", "fn main() {}\n");
    fs::write(dir.join("logo.png"), vec![0; 20_000]).unwrap();
    commit(dir, "Benedikt", 20, "Add a picture");
    temp
}

/// Question, then what its answer must hold.
type Row = (&'static str, &'static [&'static str]);

const SURVEYOR: &[Row] = &[
    (
        "largest Rust files?",
        &[
            "The 3 largest Rust files by lines:\n1. crates/one/src/main.rs: 1,200 lines, 12.0 kB\n2. crates/two/src/lib.rs: 32 lines",
        ],
    ),
    (
        "top 1 largest file",
        &[
            "The largest file by lines:\n1. crates/one/src/main.rs",
            "By bytes the largest is logo.png with 20.0 kB.",
        ],
    ),
    (
        "largest files by bytes",
        &["1. logo.png: 20.0 kB, not text"],
    ),
    ("how many lines of Python?", &["1 Python file has 7 lines."]),
    ("how many lines of Haskell?", &["no Haskell files"]),
    (
        "how many lines of Rust in crates/two?",
        &["2 Rust files in crates/two/ have 33 lines."],
    ),
    ("how many .toml files?", &["There are 3 .toml files"]),
    (
        "how many .rs files in crates/two",
        &["There are 2 .rs files in crates/two/"],
    ),
    ("which languages?", &["1. Rust: 1,233 lines in 3 files"]),
    (
        "how big is crates/two?",
        &["3 files in crates/two/: 35 lines"],
    ),
    ("how big is two?", &["3 files in crates/two/: 35 lines"]),
    (
        "how many lines in gen.py",
        &["tools/gen.py: Python, 7 lines, 35 bytes."],
    ),
    (
        "size of main.rs",
        &[
            "More than one path",
            "- crates/one/src/main.rs",
            "- crates/two/src/main.rs",
        ],
    ),
    (
        "how big is `docs/name with space.md`?",
        &["docs/name with space.md: Markdown, 2 lines"],
    ),
    (
        "how big is nowhere/else?",
        &["I saw no file or folder nowhere/else"],
    ),
    ("biggest folders?", &["did not understand"]),
    ("how many binary files?", &["\"binary\" is none of these"]),
    ("how many test files?", &["\"test\" is none of these"]),
    ("how many lines did Ana write?", &["would only guess"]),
    ("who owns crates/two?", &["question for @historian"]),
    ("how do I build it?", &["question for @builder"]),
    (
        "tell me a joke",
        &["did not understand", "- largest Rust files?"],
    ),
    ("help", &["@historian knows", "- which languages?"]),
];

const HISTORIAN: &[Row] = &[
    ("how many commits?", &["5 commits by 3 people."]),
    (
        "how many commits by ana?",
        &["Ana Sol made 2 commits, 40% of all 5."],
    ),
    ("how many commits by Ben", &["Ben made 2 commits"]),
    ("how many commits by Zoe?", &["no author of that name"]),
    ("how many commits this year?", &["not for other periods"]),
    ("how many commits per week?", &["not for other periods"]),
    ("first commit?", &["did not understand"]),
    (
        "how many commits in crates/two",
        &["4 commits touched crates/two/, by 3 people"],
    ),
    (
        "who committed most?",
        &[
            "3 people committed",
            "1. Ana Sol: 2 commits (40%)",
            "3. Benedikt: 1 commit (20%)",
        ],
    ),
    (
        "last commit?",
        &["by Benedikt on 2026-03-22 00:00 UTC: \"Add a picture\""],
    ),
    (
        "who owns crates/two/src/lib.rs?",
        &[
            "Ana Sol owns crates/two/src/lib.rs by commits: 2 of 3",
            "Also: Ben (1 commit",
        ],
    ),
    (
        "who owns tools?",
        &["Ben owns tools/ by commits: 1 of 1 that touched it, with 7 lines added."],
    ),
    ("who wrote gen.py", &["Ben owns tools/gen.py"]),
    (
        "who last touched crates/two?",
        &["Benedikt last touched crates/two/: commit "],
    ),
    (
        "who owns what?",
        &["Owners by commits", "crates/: Ana Sol, 2 of 4 commits"],
    ),
    (
        "most changed files?",
        &["1. crates/two/src/lib.rs: 3 commits, most by Ana Sol"],
    ),
    (
        "hot files in tools",
        &["in tools/", "1. tools/gen.py: 1 commit"],
    ),
    ("who wrote no/such/file.rs?", &["No commit I read touches"]),
    ("largest files?", &["question for @surveyor"]),
    ("summary", &["5 commits by 3 people"]),
];

const BUILDER: &[Row] = &[
    (
        "how do I build it?",
        &[
            "1. `make all` (from Makefile: Build everything)",
            "`cargo build --workspace`",
            "not run",
        ],
    ),
    (
        "how do I run the tests?",
        &[
            "1. `make test` (from Makefile: Run all tests)",
            "`cargo test --workspace`",
            "`npm test` in web/",
        ],
    ),
    ("how do I test two-lib?", &["`cargo test -p two-lib`"]),
    ("how do I test crates/two?", &["`cargo test -p two-lib`"]),
    (
        "how do I run it?",
        &[
            "`cargo run -p one --bin one`",
            "`cargo run -p two-lib --bin two-lib`",
            "`npm run dev` in web/",
        ],
    ),
    ("how many commits?", &["question for @historian"]),
];

#[test]
fn answers_hold_the_facts() {
    let dir = code_base();
    for (role, table) in [
        (Role::Surveyor, SURVEYOR),
        (Role::Historian, HISTORIAN),
        (Role::Builder, BUILDER),
    ] {
        let findings = survey(role, dir.path(), &mut |_| {}).unwrap();
        for (question, wanted) in table {
            let answer = findings.answer(&format!("@{} {question}", role.handle()));
            for part in *wanted {
                assert!(
                    answer.text.contains(part),
                    "{question}\nwants {part:?}\ngot {}",
                    answer.text
                );
            }
            let other = answer.text.contains("question for");
            assert_eq!(answer.better.is_some(), other, "{question}");
            assert!(!(other && answer.answered), "{question}");
        }
    }
}

#[test]
fn every_example_gets_an_answer() {
    let dir = code_base();
    write(dir.path(), "README.md", "# x\n");
    write(dir.path(), "src/a.rs", "a\n");
    commit(dir.path(), "Ben", 30, "Add a README");
    for role in Role::ALL {
        let findings = survey(role, dir.path(), &mut |_| {}).unwrap();
        for example in role.examples() {
            assert!(
                findings.answer(example).answered,
                "{example}: {}",
                findings.answer(example).text
            );
        }
    }
}

#[test]
fn reports_are_two_to_four_messages_that_call_nobody() {
    let dir = code_base();
    let empty = tempfile::tempdir().unwrap();
    for dir in [dir.path(), empty.path()] {
        for role in Role::ALL {
            let findings = survey(role, dir, &mut |_| {}).unwrap();
            let report = findings.report();
            assert!((2..=4).contains(&report.len()), "{report:?}");
            assert!(!report[0].contains('\n'), "{report:?}");
            assert!(
                report
                    .iter()
                    .all(|text| text.len() < 1_200 && !text.contains('@')),
                "{report:?}"
            );
            assert!(!findings.answer("first commit?").text.contains("@owner"));
        }
    }
}

fn all(dir: &Path) -> [Findings; 3] {
    Role::ALL.map(|role| survey(role, dir, &mut |_| {}).unwrap())
}

#[test]
fn programs_add_facts_to_each_others_findings() {
    let dir = code_base();
    let [surveyor, historian, builder] = all(dir.path());
    let rows = [
        (
            &surveyor,
            &builder,
            "Cargo.lock (40 lines). Without it there are 1,",
        ),
        (
            &surveyor,
            &historian,
            "crates/two/src/lib.rs (3 commits, 32 lines)",
        ),
        (
            &historian,
            &surveyor,
            "crates/one/src/main.rs (1,200 lines) is mostly Ana Sol's, last touched by Ana Sol on 2026-03-02",
        ),
        (
            &historian,
            &builder,
            "Makefile by Ana Sol (1 commit, last on 2026-03-02)",
        ),
        (
            &builder,
            &surveyor,
            "is built with Cargo, tested by `cargo test --workspace`",
        ),
        (
            &builder,
            &historian,
            "crates/two/src/lib.rs (3 commits) is tested by `cargo test -p two-lib`",
        ),
    ];
    for (mine, theirs, wanted) in rows {
        let said = mine.react(&theirs.summary()).unwrap();
        assert!(said.contains(wanted), "wants {wanted:?}\ngot {said}");
        assert!(
            said.starts_with(&format!("@{}: ", theirs.role().handle())),
            "{said}"
        );
    }
    assert_eq!(surveyor.react(&surveyor.summary()), None);
}

#[test]
fn nothing_is_said_where_nothing_follows() {
    let empty = tempfile::tempdir().unwrap();
    let findings = all(empty.path());
    for mine in &findings {
        for theirs in &findings {
            assert_eq!(mine.react(&theirs.summary()), None);
        }
    }
}
