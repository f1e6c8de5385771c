//! What a sentence says about files: that its author edits them, has edited them, or is done with them.

use crate::paths::named;
use crate::words::{fold, split};

/// What somebody says of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// It edits them, or is about to.
    Edits,
    /// It has edited them.
    Edited,
    /// It is done with them.
    Done,
}

/// The sentences of a text, each with the mark that ends it.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let mut letters = rest.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let last = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
            if letter == '\n' || (last && matches!(letter, '.' | '!' | '?' | ';')) {
                let (one, after) = rest.split_at(at + letter.len_utf8());
                rest = after;
                return Some(one.trim_end());
            }
        }
        Some(std::mem::take(&mut rest).trim_end())
    })
}

/// What the author of a text says that it does to which paths.
pub fn declared(text: &str) -> Vec<(Meant, Vec<String>)> {
    let told = sentences(text).filter_map(|sentence| {
        let paths = named(sentence);
        // Most sentences name none, and what else they say does not matter then.
        if paths.is_empty() {
            return None;
        }
        Some((meant(sentence)?, paths))
    });
    told.collect()
}

/// The paths that the author of a text says that it edits or has edited.
pub fn declared_paths(text: &str) -> Vec<String> {
    let edits = declared(text)
        .into_iter()
        .filter(|(meant, _)| *meant != Meant::Done);
    edits.flat_map(|(_, paths)| paths).collect()
}

fn meant(sentence: &str) -> Option<Meant> {
    // Asked, proposed, denied or wished is not done.
    if sentence.ends_with('?') {
        return None;
    }
    let lower: Vec<String> = split(sentence).map(str::to_lowercase).collect();
    let has = |words: &[&str]| lower.iter().any(|word| words.contains(&word.as_str()));
    if has(DONE) && !has(&["not", "until", "when", "once"]) {
        return Some(Meant::Done);
    }
    if has(UNREAL) {
        return None;
    }
    let whole = lower.join(" ");
    let left = has(&["leave", "leaving"]) && whole.contains(" to me");
    if left || CLAIMING.iter().any(|phrase| whole.contains(phrase)) {
        return Some(Meant::Edits);
    }
    let verbs = lower
        .iter()
        .filter(|word| EDITING.contains(&fold(word).as_str()));
    let verbs: Vec<&String> = verbs.collect();
    let first = verbs.first()?;
    let past = first.ends_with("ed") || matches!(first.as_str(), "rewrote" | "wrote" | "took");
    Some(if past { Meant::Edited } else { Meant::Edits })
}

/// The paths that whoever does a task changes. A task that only looks changes none.
pub fn changed_by_task(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut looks = false;
    for sentence in sentences(text) {
        let words: Vec<String> = split(sentence).map(fold).collect();
        let has = |verbs: &[&str]| words.iter().any(|word| verbs.contains(&word.as_str()));
        let edits = has(EDITING);
        // The first sentence says what kind of task it is; later ones without a verb of either kind follow it.
        looks = (looks || has(LOOKING)) && !edits;
        if !looks && !words.iter().any(|word| word == "not" || word == "don") {
            paths.extend(named(sentence));
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

/// Folded verbs by which files change.
const EDITING: &[&str] = &[
    "add",
    "adapt",
    "adjust",
    "chang",
    "clean",
    "convert",
    "creat",
    "delet",
    "edit",
    "extend",
    "extract",
    "fix",
    "implement",
    "improv",
    "inlin",
    "migrat",
    "modify",
    "mov",
    "optimis",
    "optimiz",
    "overhaul",
    "patch",
    "port",
    "refactor",
    "reformat",
    "remov",
    "renam",
    "repair",
    "replac",
    "restructur",
    "rewrit",
    "rewrot",
    "simplify",
    "split",
    "touch",
    "tweak",
    "updat",
    "upgrad",
    "work",
    "writ",
    "wrot",
    "ändr",
    "ändere",
    "bearbeite",
    "bearbeit",
    "bump",
    "correct",
    "debug",
    "draft",
    "rework",
    "tidy",
];

/// Phrases by which somebody says that a file is theirs for now.
const CLAIMING: &[&str] = &[
    "i take care of",
    "i'll take",
    "i’ll take",
    "i take ",
    "is mine",
    "are mine",
    "i'm on",
    "i’m on",
    "i am on",
    "i'm in",
    "i’m in",
    "i am in",
    "i've got",
    "i’ve got",
    "i have got",
    "on my desk",
    "busy with",
    "taking",
    "starting on",
    "started on",
    "start on",
    "uncommitted",
    "half of",
    "about to commit",
    "opening a pr",
    "mid-way",
    "midway",
    "halfway",
];

/// Folded verbs by which files are only looked at.
const LOOKING: &[&str] = &[
    "analys", "analyz", "audit", "check", "compar", "describ", "document", "explain", "find",
    "inspect", "list", "look", "measur", "read", "report", "review", "run", "search", "study",
    "summaris", "summariz", "test", "verify",
];

/// Words with which a sentence does not say that its author edits.
const UNREAL: &[&str] = &[
    "not", "don't", "don’t", "dont", "never", "won't", "won’t", "should", "could", "would",
    "might", "may", "can", "can't", "please", "if", "somebody", "someone", "who", "you", "your",
    "before", "avoid", "nicht", "bitte", "ci", "after", "todo", "they", "he", "she",
];

/// Words with which a sentence says that its author is done.
const DONE: &[&str] = &[
    "done",
    "finished",
    "committed",
    "merged",
    "pushed",
    "released",
    "fertig",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_that_it_edits_is_told_from_who_asks_or_advises() {
        let one = |text: &str| declared(text).first().map(|(meant, _)| *meant);
        for text in [
            "I'm editing src/a.rs now.",
            "Refactoring src/parser/mod.rs and its tests",
            "Working on web/src/app.ts; back in an hour.",
            "I will fix src/a.rs",
            "src/a.rs is mine for an hour",
        ] {
            assert_eq!(one(text), Some(Meant::Edits), "{text}");
        }
        assert_eq!(one("Fixed src/a.rs."), Some(Meant::Edited));
        assert_eq!(one("Done with src/a.rs."), Some(Meant::Done));
        for text in [
            "Who edits src/a.rs?",
            "Please don't touch src/a.rs.",
            "You could rewrite src/a.rs",
            "src/a.rs fails in the second test",
            "I read src/a.rs.",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn a_task_changes_what_it_names_unless_it_only_looks() {
        assert_eq!(changed_by_task("Speed up src/a.rs"), ["src/a.rs"]);
        assert_eq!(
            changed_by_task("Fix src/a.rs. Do not change src/b.rs."),
            ["src/a.rs"]
        );
        assert_eq!(
            changed_by_task("Review src/a.rs\nName each line of src/b.rs that is wrong."),
            Vec::<String>::new()
        );
        assert_eq!(
            changed_by_task("Review src/a.rs and fix src/b.rs"),
            ["src/a.rs", "src/b.rs"]
        );
    }
}
