//! Questions and what the parser takes them for, as one table.

use super::{Topic, Topic::*, parse};

/// A question and what it is taken for.
struct Row {
    question: &'static str,
    topic: Topic,
    language: Option<&'static str>,
    extension: Option<&'static str>,
    path: Option<&'static str>,
    top: Option<usize>,
    by_bytes: bool,
}

const fn row(question: &'static str, topic: Topic) -> Row {
    Row {
        question,
        topic,
        language: None,
        extension: None,
        path: None,
        top: None,
        by_bytes: false,
    }
}

impl Row {
    const fn language(mut self, language: &'static str) -> Row {
        self.language = Some(language);
        self
    }

    const fn extension(mut self, extension: &'static str) -> Row {
        self.extension = Some(extension);
        self
    }

    const fn path(mut self, path: &'static str) -> Row {
        self.path = Some(path);
        self
    }

    const fn top(mut self, top: usize) -> Row {
        self.top = Some(top);
        self
    }

    const fn by_bytes(mut self) -> Row {
        self.by_bytes = true;
        self
    }
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
    row("@surveyor largest Rust files?", LargestFiles).language("Rust"),
    row("top 3 largest files", LargestFiles).top(3),
    row("the five biggest Python files please", LargestFiles)
        .language("Python")
        .top(5),
    row("top 10 C++ files by size", LargestFiles)
        .language("C++")
        .top(10)
        .by_bytes(),
    row("largest Go files", LargestFiles).language("Go"),
    row("largest files in bytes", LargestFiles).by_bytes(),
    row("largest .rs files", LargestFiles).extension("rs"),
    row("largest *.toml files?", LargestFiles).extension("toml"),
    row("largest rs files in crates/foo", LargestFiles)
        .language("Rust")
        .path("crates/foo"),
    row("top 999 largest files", LargestFiles).top(20),
    row("how many lines of Python?", Lines).language("Python"),
    row("how many lines of C?", Lines).language("C"),
    row("how many lines of code are there in src/?", Lines).path("src"),
    row("LOC?", Lines),
    row("how much rust is there", Lines).language("Rust"),
    row("Python?", Lines).language("Python"),
    row("how many files?", Files),
    row("how many .toml files?", Files).extension("toml"),
    row("Rust files?", Files).language("Rust"),
    row("how big is `dir with space/a b.txt`?", Size).path("dir with space/a b.txt"),
    row("how large is ./crates/", Size).path("crates"),
    row("size of src/main.rs", Size)
        .path("src/main.rs")
        .by_bytes(),
    row("src/main.rs?", Size).path("src/main.rs"),
    row("how many commits?", CommitCount),
    row("how many commits did Ana make", CommitCount),
    row("who committed most?", Authors),
    row("top contributors", Authors),
    row("who are the authors?", Authors),
    row("last commit?", LastCommit),
    row("what was the latest commit", LastCommit),
    row("hot files?", HotFiles),
    row("most changed files", HotFiles),
    row("which files change most often?", HotFiles),
    row("top 3 most changed files", HotFiles).top(3),
    row("who owns crates/foo?", OwnerOf).path("crates/foo"),
    row("who wrote src/main.rs?", OwnerOf).path("src/main.rs"),
    row("who is responsible for tests", OwnerOf),
    row("who last touched README.md?", LastTouch).path("README.md"),
    row("when was README.md last changed?", LastTouch).path("README.md"),
    row("who changed .gitignore", LastTouch).path(".gitignore"),
    row("how do I build it?", Build),
    row("How to compile this", Build),
    row("how do I run the tests?", Test),
    row("how is it tested?", Test),
    row("how do I run it?", Run),
    row("how can I start the server", Run),
];

#[test]
fn questions_are_taken_for_what_they_mean() {
    for row in TABLE {
        let (ask, question) = (parse(row.question), row.question);
        assert_eq!(ask.topic, Some(row.topic), "{question}");
        assert_eq!(ask.language, row.language, "{question}");
        assert_eq!(ask.extension.as_deref(), row.extension, "{question}");
        let path = ask.paths.first().map(String::as_str);
        assert_eq!(path, row.path, "{question}");
        assert_eq!(ask.top, row.top, "{question}");
        assert_eq!(ask.by_bytes, row.by_bytes, "{question}");
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
