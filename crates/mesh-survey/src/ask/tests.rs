//! Questions and what the parser takes them for, as one table.

use super::{Topic, Topic::*, parse};

/// Question, topic, language, extension, path, top, by bytes.
type Row = (
    &'static str,
    Option<Topic>,
    &'static str,
    &'static str,
    &'static str,
    usize,
    bool,
);

const fn row(question: &'static str, topic: Topic) -> Row {
    (question, Some(topic), "", "", "", 0, false)
}

const TABLE: &[Row] = &[
    row("", Help),
    row("@surveyor", Help),
    row("help", Help),
    row("@builder what can you do?", Help),
    row("Who are you?", Help),
    row("give me an overview", Overview),
    row("what did you find?", Overview),
    row("which languages?", Languages),
    row("What is it written in?", Languages),
    row("what languages is this project written in", Languages),
    (
        "@surveyor largest Rust files?",
        Some(LargestFiles),
        "Rust",
        "",
        "",
        0,
        false,
    ),
    (
        "top 3 largest files",
        Some(LargestFiles),
        "",
        "",
        "",
        3,
        false,
    ),
    (
        "the five biggest Python files please",
        Some(LargestFiles),
        "Python",
        "",
        "",
        5,
        false,
    ),
    (
        "top 10 C++ files by size",
        Some(LargestFiles),
        "C++",
        "",
        "",
        10,
        true,
    ),
    (
        "largest Go files",
        Some(LargestFiles),
        "Go",
        "",
        "",
        0,
        false,
    ),
    (
        "largest files in bytes",
        Some(LargestFiles),
        "",
        "",
        "",
        0,
        true,
    ),
    (
        "largest .rs files",
        Some(LargestFiles),
        "",
        "rs",
        "",
        0,
        false,
    ),
    (
        "largest *.toml files?",
        Some(LargestFiles),
        "",
        "toml",
        "",
        0,
        false,
    ),
    (
        "largest rs files in crates/foo",
        Some(LargestFiles),
        "Rust",
        "",
        "crates/foo",
        0,
        false,
    ),
    (
        "top 999 largest files",
        Some(LargestFiles),
        "",
        "",
        "",
        20,
        false,
    ),
    (
        "biggest folders?",
        Some(LargestFolders),
        "",
        "",
        "",
        0,
        false,
    ),
    (
        "how many directories?",
        Some(LargestFolders),
        "",
        "",
        "",
        0,
        false,
    ),
    (
        "file counts by directory",
        Some(LargestFolders),
        "",
        "",
        "",
        0,
        false,
    ),
    (
        "how many lines of Python?",
        Some(Lines),
        "Python",
        "",
        "",
        0,
        false,
    ),
    ("how many lines of C?", Some(Lines), "C", "", "", 0, false),
    (
        "how many lines of code are there in src/?",
        Some(Lines),
        "",
        "",
        "src",
        0,
        false,
    ),
    ("LOC?", Some(Lines), "", "", "", 0, false),
    (
        "how much rust is there",
        Some(Lines),
        "Rust",
        "",
        "",
        0,
        false,
    ),
    ("Python?", Some(Lines), "Python", "", "", 0, false),
    ("how many files?", Some(Files), "", "", "", 0, false),
    (
        "how many .toml files?",
        Some(Files),
        "",
        "toml",
        "",
        0,
        false,
    ),
    ("Rust files?", Some(Files), "Rust", "", "", 0, false),
    (
        "how big is `dir with space/a b.txt`?",
        Some(Size),
        "",
        "",
        "dir with space/a b.txt",
        0,
        false,
    ),
    (
        "how large is ./crates/",
        Some(Size),
        "",
        "",
        "crates",
        0,
        false,
    ),
    (
        "size of src/main.rs",
        Some(Size),
        "",
        "",
        "src/main.rs",
        0,
        true,
    ),
    ("src/main.rs?", Some(Size), "", "", "src/main.rs", 0, false),
    (
        "which file extensions are there",
        Some(Extensions),
        "",
        "",
        "",
        0,
        false,
    ),
    ("any binary files?", Some(BinaryFiles), "", "", "", 0, false),
    ("empty files?", Some(EmptyFiles), "", "", "", 0, false),
    row("how many commits?", CommitCount),
    row("how many commits did Ana make", CommitCount),
    row("who committed most?", Authors),
    row("top contributors", Authors),
    row("who are the authors?", Authors),
    row("last commit?", LastCommit),
    row("what was the latest commit", LastCommit),
    row("first commit?", FirstCommit),
    row("how old is this project?", FirstCommit),
    row("when did it start?", FirstCommit),
    row("activity by week?", Activity),
    row("busiest week", Activity),
    row("how many commits per week", Activity),
    row("hot files?", HotFiles),
    row("most changed files", HotFiles),
    row("which files change most often?", HotFiles),
    (
        "top 3 most changed files",
        Some(HotFiles),
        "",
        "",
        "",
        3,
        false,
    ),
    (
        "who owns crates/foo?",
        Some(OwnerOf),
        "",
        "",
        "crates/foo",
        0,
        false,
    ),
    (
        "who wrote src/main.rs?",
        Some(OwnerOf),
        "",
        "",
        "src/main.rs",
        0,
        false,
    ),
    (
        "who is responsible for tests",
        Some(OwnerOf),
        "",
        "",
        "",
        0,
        false,
    ),
    (
        "who last touched README.md?",
        Some(LastTouch),
        "",
        "",
        "README.md",
        0,
        false,
    ),
    (
        "when was README.md last changed?",
        Some(LastTouch),
        "",
        "",
        "README.md",
        0,
        false,
    ),
    (
        "who changed .gitignore",
        Some(LastTouch),
        "",
        "",
        ".gitignore",
        0,
        false,
    ),
    row("how do I build it?", Build),
    row("How to compile this", Build),
    row("how do I run the tests?", Test),
    row("how is it tested?", Test),
    row("how do I run it?", Run),
    row("how can I start the server", Run),
    row("make targets?", Targets),
    row("npm scripts", Targets),
    row("entry points?", EntryPoints),
    row("which CI?", Ci),
    row("is there a Dockerfile?", Containers),
    row("what is generated?", Generated),
    row("which build system?", Systems),
    row("how do I lint?", Lint),
    row("how do I install the dependencies", Install),
];

#[test]
fn questions_are_taken_for_what_they_mean() {
    for (question, topic, language, extension, path, top, by_bytes) in TABLE {
        let ask = parse(question);
        assert_eq!(ask.topic, *topic, "{question}");
        if *topic == Some(Containers) {
            continue;
        }
        assert_eq!(ask.language.unwrap_or(""), *language, "{question}");
        assert_eq!(
            ask.extension.as_deref().unwrap_or(""),
            *extension,
            "{question}"
        );
        assert_eq!(
            ask.paths.first().map_or("", String::as_str),
            *path,
            "{question}"
        );
        assert_eq!(ask.top.unwrap_or(0), *top, "{question}");
        assert_eq!(ask.by_bytes, *by_bytes, "{question}");
    }
}

#[test]
fn other_talk_is_not_taken_for_a_question() {
    for talk in [
        "what is love",
        "thanks!",
        "good morning everyone",
        "please deploy to production now",
        "🦀🦀🦀",
        "1 2 3",
        "is the weather nice",
        "let us go home",
    ] {
        assert_eq!(parse(talk).topic, None, "{talk}");
    }
}

#[test]
fn no_text_breaks_the_parser() {
    for text in [
        "``",
        "`",
        "\"\"",
        "`a",
        "....",
        "/",
        "*.",
        "@",
        "\u{0}",
        "?",
        "`é",
        "top",
        "'s",
        "top 0 files",
        "\u{202e}abc",
    ] {
        parse(text);
        parse(&text.repeat(300));
    }
}

#[test]
fn every_example_is_understood_by_its_own_role() {
    for role in crate::Role::ALL {
        for example in role.examples() {
            let topic = parse(example).topic;
            assert_eq!(topic.and_then(Topic::role), Some(role), "{example}");
        }
    }
}
