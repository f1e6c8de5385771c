//! Links between Markdown pages lead somewhere, and so do their anchors.

use crate::tree::{Finding, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        for (line, target) in links(text) {
            if let Some(message) = objection(tree, path, text, target) {
                findings.push(Finding::new(path, line, message));
            }
        }
    }
    findings
}

fn objection(tree: &Tree, path: &str, text: &str, target: &str) -> Option<String> {
    // With a scheme it leads out of the repository.
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let wanted = if file.is_empty() {
        path.to_owned()
    } else {
        resolve(path, file)
    };
    if !tree.has(&wanted) {
        return Some(format!("leads to {wanted}, which does not exist"));
    }
    let page = if file.is_empty() {
        text
    } else {
        tree.text(&wanted)?
    };
    let known = anchor.is_empty()
        || !wanted.ends_with(".md")
        || headings(page).any(|heading| heading == anchor);
    (!known).then(|| format!("{wanted} has no heading for #{anchor}"))
}

/// The line and target of each `[…](target)` outside code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (i, line) in outside_fences(text) {
        // Every second piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            let mut rest = prose;
            while let Some((_, after)) = rest.split_once("](") {
                let Some((target, tail)) = after.split_once(')') else {
                    break;
                };
                found.push((i + 1, target.split_whitespace().next().unwrap_or("")));
                rest = tail;
            }
        }
    }
    // `[`code`](target)` is cut by its own backticks: the piece that begins with `](` is caught above all the same.
    found
}

fn outside_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The anchors that a page's headings make, as code hosts build them.
fn headings(text: &str) -> impl Iterator<Item = String> + '_ {
    outside_fences(text).filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then(|| {
            let kept = title.trim().to_lowercase().replace(' ', "-");
            kept.chars()
                .filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
                .collect()
        })
    })
}

/// The path that `target` means when it stands in `from`; a leading slash means the root of the repository.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files))
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn relative_rooted_and_folder_links_resolve() {
        let page = "[a](../b.md) [`b`](/docs) [c](https://example.org/x) [d](#some-words)\n\n## Some words!\n";
        assert_eq!(messages(&[("docs/a.md", page), ("b.md", "")]), [""; 0]);
    }

    #[test]
    fn broken_links_and_anchors_are_found() {
        let found = messages(&[
            ("a.md", "[x](gone.md)\n[y](b.md#nope)\n"),
            ("b.md", "# Yes\n"),
        ]);
        assert_eq!(
            found,
            [
                "leads to gone.md, which does not exist",
                "b.md has no heading for #nope"
            ]
        );
    }

    #[test]
    fn code_is_not_read() {
        assert_eq!(
            messages(&[("a.md", "`[x](gone)`\n```\n[y](gone)\n```\n")]),
            [""; 0]
        );
    }
}
