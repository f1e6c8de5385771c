//! What must not be left in the tree: marks of unfinished work, and absolute paths under a home folder.

use crate::tree::{Finding, Tree};

/// Each word is written in two parts, so that this file does not find itself.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ign", "ore"),
    concat!("test", ".skip("),
    concat!("it", ".skip("),
    concat!("test", ".only("),
    concat!("it", ".only("),
];
/// Where systems keep home folders. A path below one is somebody's own and means nothing elsewhere.
const HOMES: &[&str] = &["/home/", "/root/", "/Users/", "C:\\Users\\"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        for (i, line) in text.lines().enumerate() {
            if let Some(message) = objection(line) {
                findings.push(Finding::new(path, i + 1, message));
            }
        }
    }
    findings
}

fn objection(line: &str) -> Option<String> {
    let find = |words: &'static [&'static str]| words.iter().find(|word| stands_alone(line, word));
    if let Some(word) = find(UNFINISHED) {
        return Some(format!(
            "`{word}`: finish it, or write down what is missing where its users look"
        ));
    }
    under_home(line).map(|home| format!("a path under `{home}` exists on one machine only"))
}

/// The home folders' folder that an absolute path in the line begins with. A path of a web address
/// or of a user named as a blank (`/home/USER`, `/home/…`) is none.
fn under_home(line: &str) -> Option<&'static str> {
    let absolute = |at: usize| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"./_-$}~".contains(c))
    };
    let named = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '.');
    HOMES.iter().copied().find(|home| {
        line.match_indices(home)
            .any(|(at, found)| absolute(at) && named(&line[at + found.len()..]))
    })
}

/// A word inside a longer one, such as a name that happens to contain it, is not meant.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(i, _)| {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let before = line[..i].ends_with(letter);
        let after = word.ends_with(letter) && line[i + word.len()..].starts_with(letter);
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_unfinished_work_are_found_with_their_line() {
        let text = format!("fn a() {{}}\n// {}: b\n", UNFINISHED[0]);
        let findings = check(&Tree::of(&[("a.rs", &text)]));
        assert_eq!((findings.len(), findings[0].line), (1, 2));
    }

    #[test]
    fn parts_of_longer_words_are_not() {
        let text = format!(
            "MAS{}NT my{} {}LIST",
            UNFINISHED[0], UNFINISHED[3], UNFINISHED[0]
        );
        assert_eq!(check(&Tree::of(&[("a.rs", &text)])), []);
    }

    #[test]
    fn absolute_paths_under_a_home_folder_are_found() {
        for (line, found) in [
            (concat!("see /ro", "ot/notes"), 1),
            (concat!("\"/ho", "me/ana/mesh\""), 1),
            (concat!("(/Us", "ers/ana/x)"), 1),
            (concat!("C:\\Us", "ers\\ana"), 1),
            ("https://example.org/home/ana", 0),
            ("$prefix/root/x", 0),
            ("/home/USER/.mesh", 0),
        ] {
            assert_eq!(check(&Tree::of(&[("a.md", line)])).len(), found, "{line}");
        }
    }
}
