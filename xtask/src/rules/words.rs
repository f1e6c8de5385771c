//! Words that must not be left in the tree: marks of unfinished work, addresses of registries, paths of one machine.

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
const HOSTS: &[&str] = &[
    concat!("index.cra", "tes.io"),
    concat!("static.cra", "tes.io"),
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("deb.deb", "ian.org"),
];
const HOMES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wor", "k/main"),
    concat!("/wor", "k/shared"),
];

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
    if let Some(host) = find(HOSTS) {
        return Some(format!(
            "`{host}`: where packages come from is set up on each machine, not here"
        ));
    }
    find(HOMES).map(|home| format!("`{home}` is a path of one machine"))
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
    fn hosts_and_homes_are_found() {
        for word in HOSTS.iter().chain(HOMES) {
            let text = format!("see <{word}x");
            let text = if word.ends_with('/') {
                text
            } else {
                format!("see {word} there")
            };
            assert_eq!(check(&Tree::of(&[("a.md", &text)])).len(), 1, "{word}");
        }
    }
}
