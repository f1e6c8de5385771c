//! Every kind and version of event has a line in the corpus, so that no change can make an old log unreadable unseen.

use std::collections::BTreeSet;

use crate::tree::{Finding, Tree};

const CORPUS: &str = "crates/mesh-model/tests/events.jsonl";
const MODEL: &str = "crates/mesh-model/src/";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let kept: BTreeSet<(&str, &str)> = tree
        .text(CORPUS)
        .unwrap_or_default()
        .lines()
        .filter_map(kept)
        .collect();
    let mut findings = Vec::new();
    let mut declared = 0;
    for (path, text) in tree.texts().filter(|(path, _)| is_events(path)) {
        for (i, line) in text.lines().enumerate() {
            let Some(event) = declaration(line) else {
                continue;
            };
            declared += 1;
            if !kept.contains(&event) {
                let message = format!("{}/{} has no line in {CORPUS}", event.0, event.1);
                findings.push(Finding::new(path, i + 1, message));
            }
        }
    }
    if declared == 0 && tree.text(CORPUS).is_some() {
        let message = "no event is declared: xtask no longer understands mesh-model";
        findings.push(Finding::new(CORPUS, 0, message));
    }
    findings
}

fn is_events(path: &str) -> bool {
    path.starts_with(MODEL) && path.ends_with(".rs") && path.contains("events")
}

/// The type and version of a line `{"type":"room.created","v":1,…}`.
fn kept(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.strip_prefix("{\"type\":\"")?.split_once("\",\"v\":")?;
    Some((kind, rest.split_once(',')?.0))
}

/// The name and version in a declaration `"room.created" / 1`.
fn declaration(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once('"')?;
    let (kind, rest) = rest.split_once('"')?;
    let rest = rest.trim_start().strip_prefix('/')?.trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    (kind.contains('.') && digits > 0).then(|| (kind, &rest[..digits]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_a_line_is_found() {
        let events = "    Created = \"room.created\" / 1;\n    Gone: Gone \"room.gone\"/2 {\n";
        let corpus = "{\"type\":\"room.created\",\"v\":1,\"facts\":{}}\n";
        let tree = Tree::of(&[
            ("crates/mesh-model/src/room/events.rs", events),
            (CORPUS, corpus),
        ]);
        let findings = check(&tree);
        assert_eq!((findings.len(), findings[0].line), (1, 2));
    }

    #[test]
    fn a_corpus_of_nothing_is_found() {
        let tree = Tree::of(&[(CORPUS, "{\"type\":\"room.created\",\"v\":1,\"facts\":{}}\n")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
