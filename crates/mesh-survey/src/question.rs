//! Questions: a small, honest parser. It looks for words it knows and says so when it finds none.

use crate::build::{Build, commands_in_words};
use crate::code::{Code, SourceFile};
use crate::history::History;
use crate::words::{bytes, count, list, number};
use crate::{Findings, Role, language};

/// How many things a list has unless the question says.
const TOP_DEFAULT: usize = 5;
/// And at most.
const TOP_MAX: usize = 20;

/// A question taken apart.
struct Question {
    words: Vec<String>,
}

impl Question {
    fn new(text: &str) -> Question {
        let words = text
            .split_whitespace()
            .filter(|word| !word.starts_with('@'))
            .map(|word| word.trim_matches(|c: char| matches!(c, '?' | '!' | ',' | ';' | ':' | '"' | '\'' | '`' | '(' | ')')))
            .map(|word| word.trim_end_matches('.').to_owned())
            .filter(|word| !word.is_empty());
        Question { words: words.collect() }
    }

    fn has(&self, any: &[&str]) -> bool {
        self.words.iter().any(|word| any.iter().any(|known| word.eq_ignore_ascii_case(known)))
    }

    /// A number in it, such as 3 in "top 3".
    fn top(&self) -> usize {
        self.words.iter().find_map(|word| word.parse().ok()).unwrap_or(TOP_DEFAULT).clamp(1, TOP_MAX)
    }

    fn language(&self) -> Option<&'static str> {
        // "how to go on" is not about Go: a language of one common word counts only before a noun.
        self.words.iter().filter(|word| *word != "go").find_map(|word| language::named(word))
    }

    /// The word that looks like a path.
    fn path(&self) -> Option<&str> {
        let looks = |word: &&String| word.contains('/') || (word.contains('.') && !word.starts_with('.'));
        self.words.iter().find(looks).map(String::as_str)
    }
}

/// Answers `text` from the findings.
pub fn answer(findings: &Findings, text: &str) -> String {
    let question = Question::new(text);
    let answer = match findings {
        Findings::Code(code) => about_code(code, &question),
        Findings::History(history) => about_history(history, &question),
        Findings::Build(build) => about_build(build, &question),
    };
    answer.unwrap_or_else(|| not_understood(findings.role(), &question))
}

/// Says what can be asked, and who may know better.
fn not_understood(role: Role, question: &Question) -> String {
    let better = Role::ALL.into_iter().find(|other| *other != role && question.has(topics(*other)));
    let examples = match role {
        Role::Surveyor => "'largest Rust files?', 'how many lines of Python?', 'which languages?', 'size of src/?'",
        Role::Historian => "'who owns src/?', 'who committed most?', 'last commit?', 'which files change most?'",
        Role::Builder => "'how do I build it?', 'how do I run the tests?', 'make targets?'",
    };
    let known = format!("I know {}. Ask me {examples}.", role.knows());
    match better {
        Some(better) => format!("That is a question for @{}. {known}", better.handle()),
        None if question.has(&["help", "do", "know"]) => known,
        None => format!("I did not understand that. {known}"),
    }
}

fn topics(role: Role) -> &'static [&'static str] {
    match role {
        Role::Surveyor => &["languages", "language", "lines", "largest", "biggest", "size", "files"],
        Role::Historian => &["commits", "commit", "who", "author", "authors", "owner", "owns", "history", "committed"],
        Role::Builder => &["build", "test", "tests", "run", "start", "make", "targets", "compile"],
    }
}

fn about_code(code: &Code, question: &Question) -> Option<String> {
    let language = question.language();
    let which = |file: &SourceFile| language.is_none_or(|language| file.language == language);
    let what = language.map_or_else(|| "all files".to_owned(), |language| language.to_owned());
    if question.has(&["largest", "biggest", "longest"]) {
        let files = code.largest(question.top(), which);
        if files.is_empty() {
            return Some(format!("There are no {what} files."));
        }
        let lines: Vec<String> =
            files.iter().enumerate().map(|(n, file)| format!("{}. {} — {}", n + 1, file.path, count(file.lines, "line"))).collect();
        return Some(format!("Largest {}:\n{}", language.map_or("files".to_owned(), |l| format!("{l} files")), lines.join("\n")));
    }
    if question.has(&["languages", "language"]) {
        let all: Vec<String> = code
            .languages()
            .iter()
            .take(question.top().max(TOP_DEFAULT))
            .map(|(name, sum)| format!("{name} {} in {}", count(sum.lines, "line"), count(sum.files, "file")))
            .collect();
        return Some(format!("By lines: {}.", all.join("; ")));
    }
    if let Some(path) = question.path().filter(|_| language.is_none() || question.has(&["size", "big", "in"])) {
        let below = path.trim_end_matches('/');
        let sum = code.sum(|file| {
            file.path == below || file.path.strip_prefix(below).is_some_and(|rest| rest.starts_with('/'))
        });
        return Some(match sum.files {
            0 => format!("I have found no text file at {path}."),
            _ => format!("{path}: {}, {}, {}.", count(sum.files, "file"), count(sum.lines, "line"), bytes(sum.bytes)),
        });
    }
    if question.has(&["lines", "files", "size", "many", "much", "big"]) || language.is_some() {
        let sum = code.sum(which);
        return Some(format!("{what}: {} in {} ({}).", count(sum.lines, "line"), count(sum.files, "file"), bytes(sum.bytes)));
    }
    None
}

fn about_history(history: &History, question: &Question) -> Option<String> {
    let Some((id, day, author, subject)) = &history.last else {
        return Some("The repository has no commits yet.".to_owned());
    };
    if let Some(path) = question.path() {
        let owners = history.owners(path);
        if owners.is_empty() {
            return Some(format!("No commit touches {path}."));
        }
        if question.has(&["last", "latest"])
            && let Some(file) = history.files.get(path)
        {
            return Some(format!("{path} was last changed by {} on {}.", file.last_author, file.last_day));
        }
        let owners: Vec<String> = owners
            .iter()
            .take(question.top())
            .map(|(author, commits)| format!("{author} ({})", count(*commits, "change")))
            .collect();
        return Some(format!("{path}: {}.", list(&owners)));
    }
    if question.has(&["change", "changes", "changed", "busiest", "hot", "hottest", "churn"]) {
        let busiest: Vec<String> = history
            .busiest(question.top())
            .iter()
            .map(|(path, commits)| format!("{path} ({})", count(*commits, "commit")))
            .collect();
        return Some(format!("Files that change most: {}.", list(&busiest)));
    }
    if question.has(&["last", "latest", "newest"]) {
        return Some(format!("{id} of {day} by {author}: {subject}"));
    }
    if question.has(&["first", "oldest", "began", "start"]) {
        return Some(format!("The first commit here is of {}.", history.first_day));
    }
    if question.has(&["who", "author", "authors", "owner", "owners", "most", "contributors"]) {
        let authors: Vec<String> = history
            .top_authors()
            .iter()
            .take(question.top())
            .map(|(author, commits)| format!("{author} ({})", count(*commits, "commit")))
            .collect();
        return Some(format!("Most commits: {}.", list(&authors)));
    }
    if question.has(&["commits", "commit", "many", "history"]) {
        return Some(format!("{} by {}.", count(history.commits, "commit"), count(history.authors.len() as u64, "author")));
    }
    None
}

fn about_build(build: &Build, question: &Question) -> Option<String> {
    if question.has(&["target", "targets"]) {
        return Some(match build.targets.len() {
            0 => "There is no Makefile with targets.".to_owned(),
            n => format!("{} targets: {}.", number(n as u64), list(&build.targets)),
        });
    }
    let say = |what: &str, commands: &[crate::build::Found]| match commands {
        [] => format!("I have found no command to {what} it."),
        found => format!("To {what} it: {}.", commands_in_words(found)),
    };
    if question.has(&["test", "tests", "tested", "check"]) {
        return Some(say("test", &build.test));
    }
    if question.has(&["build", "built", "compile", "make"]) {
        return Some(say("build", &build.build));
    }
    if question.has(&["run", "start", "started", "launch", "serve"]) {
        return Some(say("run", &build.run));
    }
    if question.has(&["generated", "folders"]) {
        return Some(format!("Builds write into: {}.", list(&build.generated)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Findings {
        let file = |path: &str, language: &str, lines| SourceFile {
            path: path.to_owned(),
            language: language.to_owned(),
            lines,
            bytes: lines * 10,
        };
        Findings::Code(Code {
            files: vec![file("README.md", "Markdown", 20), file("src/a.rs", "Rust", 300), file("src/b.rs", "Rust", 100)],
            skipped: 0,
        })
    }

    #[test]
    fn questions_about_code() {
        for (question, answer) in [
            ("@surveyor largest Rust files?", "Largest Rust files:\n1. src/a.rs — 300 lines\n2. src/b.rs — 100 lines"),
            ("top 1 largest files", "Largest files:\n1. src/a.rs — 300 lines"),
            ("largest Python files", "There are no Python files."),
            ("How many lines of rust?", "Rust: 400 lines in 2 files (4.0 kB)."),
            ("which languages?", "By lines: Rust 400 lines in 2 files; Markdown 20 lines in 1 file."),
            ("size of src/?", "src/: 2 files, 400 lines, 4.0 kB."),
            ("how big is src/a.rs", "src/a.rs: 1 file, 300 lines, 3.0 kB."),
            ("how many files?", "all files: 420 lines in 3 files (4.2 kB)."),
        ] {
            assert_eq!(code().answer(question), answer, "{question}");
        }
    }

    #[test]
    fn it_says_who_knows_better_and_when_it_understands_nothing() {
        assert!(code().answer("who committed most?").starts_with("That is a question for @historian."));
        assert!(code().answer("how do I run the tests?").starts_with("That is a question for @builder."));
        assert!(code().answer("colourless green ideas").starts_with("I did not understand that."));
    }
}
